//! Datagrams over Unix sockets: inside one machine, to whoever has a path.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::checked::waiting;
use super::udp::or_no_peer;
use crate::error::AddressError;
use crate::leaf;

/// A Unix socket for datagrams.
pub trait UnixDatagram: Debug + Send + Sync + 'static {
    /// Waits for a datagram, and tells its length and the sender's path.
    ///
    /// What does not fit into the buffer is lost. A sender without a path has none.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W13).
    fn recv_from(
        &self,
        buf: &mut [u8],
    ) -> impl Future<Output = io::Result<(usize, Option<PathBuf>)>> + Send;

    /// Sends a datagram; it waits while the receiver's queue is full.
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, no such path, nobody there any more.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    fn send_to(&self, buf: &[u8], path: &Path) -> impl Future<Output = io::Result<usize>> + Send;

    /// Makes whoever has this path the socket's peer.
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such path, nobody there any more.
    fn connect(&self, path: &Path) -> io::Result<()>;

    /// Waits for a datagram, and tells its length.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W13).
    fn recv(&self, buf: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Sends a datagram to the peer; it waits while the peer's queue is full.
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, nobody there any more, no peer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    fn send(&self, buf: &[u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Gives the path of the socket, if it has one.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn local_path(&self) -> io::Result<Option<PathBuf>>;
}

/// A Unix socket for datagrams whose every operation is a checkpoint.
///
/// See laws C1 and F2; but [`connect`](Self::connect), which never waits, is none.
#[derive(Debug)]
pub struct CheckedUnixDatagram<U>(U);

impl<U: UnixDatagram> CheckedUnixDatagram<U> {
    pub(super) fn new(socket: U) -> Self {
        Self(socket)
    }

    /// Waits for a datagram, and tells its length and the sender's path.
    ///
    /// What does not fit into the buffer is lost. A sender without a path has none.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W13).
    pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        leaf::checkpoint().await;
        waiting(self.0.recv_from(buf)).await
    }

    /// Sends a datagram; it waits while the receiver's queue is full.
    ///
    /// # Errors
    ///
    /// [`AddressError`] inside of whatever the system says: too long, no such path, nobody there any more.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    pub async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        leaf::checkpoint().await;
        let sent = waiting(self.0.send_to(buf, path)).await;
        sent.map_err(AddressError::at_path("send a datagram to", path))
    }

    /// Makes whoever has this path the socket's peer.
    ///
    /// [`send`](Self::send) goes there. Another one may be chosen later.
    ///
    /// # Errors
    ///
    /// [`AddressError`] inside of whatever the system says: no such path, nobody there any more.
    pub fn connect(&self, path: &Path) -> io::Result<()> {
        self.0.connect(path).map_err(AddressError::at_path("connect to", path))
    }

    /// Waits for a datagram, and tells its length.
    ///
    /// What does not fit into the buffer is lost.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W13).
    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        leaf::checkpoint().await;
        waiting(self.0.recv(buf)).await
    }

    /// Sends a datagram to the peer; it waits while the peer's queue is full.
    ///
    /// # Errors
    ///
    /// `NotConnected` with [`NoPeer`](crate::error::NoPeer) inside if there is no peer; whatever the
    /// system says: too long, nobody there any more.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        leaf::checkpoint().await;
        let sent = waiting(self.0.send(buf)).await;
        sent.map_err(|error| or_no_peer(error.kind() == io::ErrorKind::NotConnected, error))
    }

    /// Gives the path of the socket, if it has one.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    pub fn local_path(&self) -> io::Result<Option<PathBuf>> {
        self.0.local_path()
    }

    /// Gives the runtime's own socket.
    pub fn into_inner(self) -> U {
        self.0
    }
}

impl<U: UnixDatagram> UnixDatagram for CheckedUnixDatagram<U> {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        self.recv_from(buf).await
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        self.send_to(buf, path).await
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        self.connect(path)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.send(buf).await
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        self.local_path()
    }
}

/// The object-safe twin of [`UnixDatagram`].
#[async_trait]
pub trait ErasedUnixDatagram: Debug + Send + Sync + 'static {
    /// See [`UnixDatagram::recv_from`].
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W13).
    async fn erased_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)>;
    /// See [`UnixDatagram::send_to`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, no such path, nobody there any more.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    async fn erased_send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize>;
    /// See [`UnixDatagram::connect`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such path, nobody there any more.
    fn erased_connect(&self, path: &Path) -> io::Result<()>;
    /// See [`UnixDatagram::recv`].
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W13).
    async fn erased_recv(&self, buf: &mut [u8]) -> io::Result<usize>;
    /// See [`UnixDatagram::send`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, nobody there any more, no peer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    async fn erased_send(&self, buf: &[u8]) -> io::Result<usize>;
    /// See [`UnixDatagram::local_path`].
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn erased_local_path(&self) -> io::Result<Option<PathBuf>>;
}

#[async_trait]
impl<U: UnixDatagram> ErasedUnixDatagram for U {
    async fn erased_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        self.recv_from(buf).await
    }

    async fn erased_send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        self.send_to(buf, path).await
    }

    fn erased_connect(&self, path: &Path) -> io::Result<()> {
        self.connect(path)
    }

    async fn erased_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.recv(buf).await
    }

    async fn erased_send(&self, buf: &[u8]) -> io::Result<usize> {
        self.send(buf).await
    }

    fn erased_local_path(&self) -> io::Result<Option<PathBuf>> {
        self.local_path()
    }
}

impl UnixDatagram for Box<dyn ErasedUnixDatagram> {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        (**self).erased_recv_from(buf).await
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        (**self).erased_send_to(buf, path).await
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        (**self).erased_connect(path)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        (**self).erased_recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        (**self).erased_send(buf).await
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        (**self).erased_local_path()
    }
}
