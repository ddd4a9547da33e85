//! Listening on several addresses at once.
//!
//! # Invariants
//!
//! - Each accept begins with another listener, so that a crowd at one door does not keep the others shut.
//! - Of the listeners asked in one poll the first that has a connection gives it, and those behind it
//!   are not asked: none takes a connection that is not given.

use std::fmt::{self, Debug};
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use super::TcpListener;

/// Several listeners, as one.
///
/// It accepts from whichever has a connection, and begins with another one each time (law W6).
pub struct Listeners<L> {
    listeners: Vec<L>,
    next: AtomicUsize,
}

impl<L: TcpListener> Listeners<L> {
    /// Takes listeners.
    ///
    /// With none, accepting is an error.
    pub fn new(listeners: Vec<L>) -> Self {
        Self { listeners, next: AtomicUsize::new(0) }
    }

    /// Waits for the next connection on any of them (law W6).
    ///
    /// # Errors
    ///
    /// Whatever the system says of one of them, for example too many open files; the others have lost
    /// nothing. `InvalidInput` if there are none.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    pub async fn accept(&self) -> io::Result<(L::Stream, SocketAddr)> {
        let count = self.listeners.len();
        if count == 0 {
            let message = "there is nothing to accept from: give it a listener";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let (behind, first) =
            self.listeners.split_at(self.next.fetch_add(1, Ordering::Relaxed) % count);
        let in_turn = first.iter().chain(behind);
        let mut accepts: Vec<_> = in_turn.map(|listener| Box::pin(listener.accept())).collect();
        poll_fn(|cx| {
            let mut polls = accepts.iter_mut().map(|accept| accept.as_mut().poll(cx));
            polls.find(Poll::is_ready).unwrap_or(Poll::Pending)
        })
        .await
    }

    /// Gives the addresses that they listen on.
    ///
    /// # Errors
    ///
    /// If a socket is gone.
    pub fn local_addrs(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(L::local_addr).collect()
    }

    /// Gives the listeners back.
    pub fn into_inner(self) -> Vec<L> {
        self.listeners
    }
}

impl<L: TcpListener> Debug for Listeners<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listeners").field(&self.listeners).finish()
    }
}
