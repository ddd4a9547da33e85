//! The signal capability: what the system tells a process, as a stream.
//!
//! It is a trait of its own, because not every runtime or system has signals: code that needs them says
//! `D: SignalDriver`, and a backend without them is a compile error. What an adapter writes is
//! [`SignalDriver`]; the engine makes one stream of several signals, with a cancellation check and a
//! turn for others at each.
//!
//! # Invariants
//!
//! - A listener keeps what came while nobody polled it, and a listener is polled only to take: so a wait
//!   that is cut took nothing.
//! - Of several signals that have come, the one after the last that was given is looked at first: none
//!   keeps the others waiting for ever.

use std::fmt::{self, Debug, Display};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::driver::Driver;
use crate::waiting::{self, Wait};
use crate::{budget, leaf};

/// A signal that a process can listen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Signal {
    /// A timer of the system has run out.
    #[doc(alias = "SIGALRM")]
    Alarm,
    /// A child process has ended, or was stopped.
    #[doc(alias = "SIGCHLD")]
    Child,
    /// The terminal is gone; to a server: read the configuration again.
    #[doc(alias = "SIGHUP")]
    Hangup,
    /// Somebody pressed Ctrl-C.
    #[doc(alias = "SIGINT")]
    Interrupt,
    /// Nobody reads a pipe any more.
    #[doc(alias = "SIGPIPE")]
    Pipe,
    /// Somebody pressed Ctrl-\ to see a core dump.
    #[doc(alias = "SIGQUIT")]
    Quit,
    /// The process is asked to end.
    #[doc(alias = "SIGTERM")]
    Terminate,
    /// Whatever the program takes it for.
    #[doc(alias = "SIGUSR1")]
    User1,
    /// Whatever the program takes it for.
    #[doc(alias = "SIGUSR2")]
    User2,
    /// The terminal's window has another size.
    #[doc(alias = "SIGWINCH")]
    WindowChange,
}

/// Reads as the system's name: `SIGTERM`.
impl Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alarm => "SIGALRM",
            Self::Child => "SIGCHLD",
            Self::Hangup => "SIGHUP",
            Self::Interrupt => "SIGINT",
            Self::Pipe => "SIGPIPE",
            Self::Quit => "SIGQUIT",
            Self::Terminate => "SIGTERM",
            Self::User1 => "SIGUSR1",
            Self::User2 => "SIGUSR2",
            Self::WindowChange => "SIGWINCH",
        })
    }
}

/// What an adapter writes for its runtime's signals.
pub trait SignalDriver: Driver {
    /// Listens for one signal, from any thread.
    ///
    /// # Errors
    ///
    /// Whatever the system says, or that it has no such signal.
    fn raw_signal(&self, signal: Signal) -> io::Result<Box<dyn SignalListener>>;
}

/// Listens for one signal, as a runtime does.
pub trait SignalListener: Debug + Send + Sync + 'static {
    /// Takes the signal, if it came since this was ready last.
    ///
    /// At first it counts from when the listener was made.
    ///
    /// # Errors
    ///
    /// If the runtime does not listen any more.
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// A stream of signals.
///
/// Each of several streams gets each signal, also one that came while nobody polled it (law O1). The
/// same signal, come again before the stream was polled, counts as one. It never ends; an error says
/// that the runtime does not listen any more.
///
/// # Cancel safety
///
/// **Safe.** A wait that is cut or dropped takes no signal: the next one gives it.
pub struct Signals {
    listeners: Vec<(Signal, Box<dyn SignalListener>)>,
    /// Who is asked first.
    next: usize,
}

impl Signals {
    /// Listens for these signals, from now on.
    ///
    /// They have no effect of their own from now on, such as to end the process, also when the stream
    /// is gone: once a program listens for a signal, it has to act on it.
    ///
    /// # Errors
    ///
    /// Whatever the system says, or that it has no such signal; `InvalidInput` if none is named.
    pub fn on<D: SignalDriver>(
        driver: &D,
        signals: impl IntoIterator<Item = Signal>,
    ) -> io::Result<Self> {
        let mut listeners: Vec<(Signal, Box<dyn SignalListener>)> = Vec::new();
        for signal in signals {
            if listeners.iter().all(|(known, _)| *known != signal) {
                listeners.push((signal, driver.raw_signal(signal)?));
            }
        }
        if listeners.is_empty() {
            let message = "a stream of no signals would wait for ever: name one at least";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(Self { listeners, next: 0 })
    }

    /// Waits for the next signal.
    ///
    /// # Errors
    ///
    /// If the runtime does not listen any more.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A wait that is cut or dropped takes no signal: the next one gives it (law O1).
    pub async fn recv(&mut self) -> io::Result<Signal> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Signal>> {
        ready!(leaf::poll_turn(cx));
        let count = self.listeners.len();
        for at in (0..count).map(|step| (self.next + step) % count) {
            let (signal, listener) = &mut self.listeners[at];
            if let Poll::Ready(came) = listener.poll_signal(cx) {
                self.next = (at + 1) % count;
                budget::spend();
                return Poll::Ready(came.map(|()| *signal));
            }
        }
        waiting::note(Wait::Signal);
        Poll::Pending
    }
}

impl Stream for Signals {
    type Item = io::Result<Signal>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_recv(cx).map(Some)
    }
}

impl Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signals = self.listeners.iter().map(|(signal, _)| signal);
        f.write_str("Signals")?;
        f.debug_list().entries(signals).finish()
    }
}
