//! Signals, through `async-signal`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::signal::{Signal, SignalListener};
use async_signal::Signals;
use futures_core::Stream;

/// Listens for one signal.
///
/// # Errors
///
/// Whatever the system says, or that it has no such signal.
pub fn listen(signal: Signal) -> io::Result<Box<dyn SignalListener>> {
    Ok(Box::new(Listener(Signals::new([raw(signal)?])?)))
}

fn raw(signal: Signal) -> io::Result<async_signal::Signal> {
    Ok(match signal {
        Signal::Alarm => async_signal::Signal::Alarm,
        Signal::Child => async_signal::Signal::Child,
        Signal::Hangup => async_signal::Signal::Hup,
        Signal::Interrupt => async_signal::Signal::Int,
        Signal::Pipe => async_signal::Signal::Pipe,
        Signal::Quit => async_signal::Signal::Quit,
        Signal::Terminate => async_signal::Signal::Term,
        Signal::User1 => async_signal::Signal::Usr1,
        Signal::User2 => async_signal::Signal::Usr2,
        Signal::WindowChange => async_signal::Signal::Winch,
        other => {
            let message = format!("async-signal does not know {other}");
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
    })
}

#[derive(Debug)]
struct Listener(Signals);

impl SignalListener for Listener {
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.0).poll_next(cx) {
            Poll::Ready(Some(came)) => Poll::Ready(came.map(drop)),
            Poll::Ready(None) => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}
