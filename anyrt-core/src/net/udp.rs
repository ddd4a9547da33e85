//! Datagrams.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;

use super::checked::waiting;
use crate::leaf;

/// A UDP socket.
pub trait UdpSocket: Debug + Send + Sync + 'static {
    /// Waits for a datagram, and tells its length and where it came from.
    ///
    /// What does not fit into the buffer is lost.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W9).
    fn recv_from(
        &self,
        buf: &mut [u8],
    ) -> impl Future<Output = io::Result<(usize, SocketAddr)>> + Send;

    /// Sends a datagram; whether it arrives nobody tells.
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    fn send_to(
        &self,
        buf: &[u8],
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<usize>> + Send;

    /// Gives the address of the socket, with the port that was chosen.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn local_addr(&self) -> io::Result<SocketAddr>;
}

/// A UDP socket whose every operation is a checkpoint.
///
/// See laws C1 and F2.
#[derive(Debug)]
pub struct CheckedUdpSocket<U>(U);

impl<U: UdpSocket> CheckedUdpSocket<U> {
    pub(super) fn new(socket: U) -> Self {
        Self(socket)
    }

    /// Waits for a datagram, and tells its length and where it came from.
    ///
    /// What does not fit into the buffer is lost.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W9).
    pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        leaf::checkpoint().await;
        waiting(self.0.recv_from(buf)).await
    }

    /// Sends a datagram; whether it arrives nobody tells.
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    pub async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        leaf::checkpoint().await;
        waiting(self.0.send_to(buf, address)).await
    }

    /// Gives the address of the socket, with the port that was chosen.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Gives the runtime's own socket.
    pub fn into_inner(self) -> U {
        self.0
    }
}

impl<U: UdpSocket> UdpSocket for CheckedUdpSocket<U> {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.recv_from(buf).await
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.send_to(buf, address).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

/// The object-safe twin of [`UdpSocket`].
#[async_trait]
pub trait ErasedUdpSocket: Debug + Send + Sync + 'static {
    /// See [`UdpSocket::recv_from`].
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W9).
    async fn erased_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)>;
    /// See [`UdpSocket::send_to`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    async fn erased_send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize>;
    /// See [`UdpSocket::local_addr`].
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn erased_local_addr(&self) -> io::Result<SocketAddr>;
}

#[async_trait]
impl<U: UdpSocket> ErasedUdpSocket for U {
    async fn erased_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.recv_from(buf).await
    }

    async fn erased_send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.send_to(buf, address).await
    }

    fn erased_local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

impl UdpSocket for Box<dyn ErasedUdpSocket> {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        (**self).erased_recv_from(buf).await
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        (**self).erased_send_to(buf, address).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        (**self).erased_local_addr()
    }
}
