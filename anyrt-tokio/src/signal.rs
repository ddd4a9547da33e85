//! tokio's signals.

use std::io;
use std::task::{Context, Poll};

use anyrt_core::signal::{Signal, SignalDriver, SignalListener};
use tokio::signal::unix::{self, SignalKind};

use crate::{SHUT_DOWN, TokioBackend};

impl SignalDriver for TokioBackend {
    fn raw_signal(&self, signal: Signal) -> io::Result<Box<dyn SignalListener>> {
        let _context = self.handle().enter();
        Ok(Box::new(Listener(unix::signal(kind(signal)?)?)))
    }
}

fn kind(signal: Signal) -> io::Result<SignalKind> {
    Ok(match signal {
        Signal::Alarm => SignalKind::alarm(),
        Signal::Child => SignalKind::child(),
        Signal::Hangup => SignalKind::hangup(),
        Signal::Interrupt => SignalKind::interrupt(),
        Signal::Pipe => SignalKind::pipe(),
        Signal::Quit => SignalKind::quit(),
        Signal::Terminate => SignalKind::terminate(),
        Signal::User1 => SignalKind::user_defined1(),
        Signal::User2 => SignalKind::user_defined2(),
        Signal::WindowChange => SignalKind::window_change(),
        other => {
            let message = format!("tokio does not know {other}");
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
    })
}

#[derive(Debug)]
struct Listener(unix::Signal);

impl SignalListener for Listener {
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // No more signals come from a runtime that was shut down (law N7).
        self.0.poll_recv(cx).map(|came| came.ok_or_else(|| io::Error::other(SHUT_DOWN)))
    }
}
