//! Unix sockets: connections inside one machine, to whoever listens on a path.

use std::fmt::Debug;
use std::future::Future;
use std::io;

use async_trait::async_trait;

use super::ByteStream;
use super::checked::{CheckedStream, waiting};
use crate::leaf;

/// A listener of a Unix socket.
pub trait UnixListener: Debug + Send + Sync + 'static {
    /// What it accepts.
    type Stream: ByteStream;

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    fn accept(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// A listener of a Unix socket whose every operation is a checkpoint.
///
/// See laws C1 and F2.
#[derive(Debug)]
pub struct CheckedUnixListener<L>(L);

impl<L: UnixListener> CheckedUnixListener<L> {
    pub(super) fn new(listener: L) -> Self {
        Self(listener)
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    pub async fn accept(&self) -> io::Result<CheckedStream<L::Stream>> {
        leaf::checkpoint().await;
        waiting(self.0.accept()).await.map(CheckedStream::new)
    }

    /// Gives the runtime's own listener.
    pub fn into_inner(self) -> L {
        self.0
    }
}

impl<L: UnixListener> UnixListener for CheckedUnixListener<L> {
    type Stream = CheckedStream<L::Stream>;

    async fn accept(&self) -> io::Result<Self::Stream> {
        self.accept().await
    }
}

/// The object-safe twin of [`UnixListener`].
#[async_trait]
pub trait ErasedUnixListener: Debug + Send + Sync + 'static {
    /// See [`UnixListener::accept`].
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    async fn erased_accept(&self) -> io::Result<Box<dyn ByteStream>>;
}

#[async_trait]
impl<L: UnixListener> ErasedUnixListener for L {
    async fn erased_accept(&self) -> io::Result<Box<dyn ByteStream>> {
        Ok(Box::new(self.accept().await?))
    }
}

impl UnixListener for Box<dyn ErasedUnixListener> {
    type Stream = Box<dyn ByteStream>;

    async fn accept(&self) -> io::Result<Self::Stream> {
        (**self).erased_accept().await
    }
}
