//! Datagrams.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;

use super::checked::waiting;
use crate::error::{AddressError, NoPeer};
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

    /// Makes this address the socket's peer.
    ///
    /// # Errors
    ///
    /// Whatever the system says: unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** The socket has the peer, or has it not.
    fn connect(&self, address: SocketAddr) -> impl Future<Output = io::Result<()>> + Send;

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
    /// **Safe.** A datagram that was not returned is still there (law W9).
    fn recv(&self, buf: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Sends a datagram to the peer; whether it arrives nobody tells.
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, unreachable, no peer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    fn send(&self, buf: &[u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Gives the address of the socket, with the port that was chosen.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn local_addr(&self) -> io::Result<SocketAddr>;

    /// Gives the address of the peer.
    ///
    /// # Errors
    ///
    /// `NotConnected` if there is none.
    fn peer_addr(&self) -> io::Result<SocketAddr>;
}

/// Says of a failure to send what to do, if that was the want of a peer.
pub(super) fn or_no_peer(has_none: bool, error: io::Error) -> io::Error {
    if has_none { io::Error::new(io::ErrorKind::NotConnected, NoPeer::new()) } else { error }
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

    /// Makes this address the socket's peer.
    ///
    /// [`send`](Self::send) goes there, and nobody else is heard any more (law W12). Another peer may be
    /// chosen later.
    ///
    /// # Errors
    ///
    /// [`AddressError`] inside of whatever the system says: unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** The socket has the peer, or has it not.
    pub async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        leaf::checkpoint().await;
        let connected = waiting(self.0.connect(address)).await;
        connected.map_err(AddressError::at("connect a UDP socket to", address))
    }

    /// Waits for a datagram, and tells its length.
    ///
    /// What does not fit into the buffer is lost.
    ///
    /// # Errors
    ///
    /// Whatever the system says; of a socket that has a peer, also `ConnectionRefused`, if nobody was
    /// there for what was sent before.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W9).
    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        leaf::checkpoint().await;
        waiting(self.0.recv(buf)).await
    }

    /// Sends a datagram to the peer; whether it arrives nobody tells.
    ///
    /// # Errors
    ///
    /// `NotConnected` with [`NoPeer`] inside if there is no peer (law W12). Whatever the system says: too
    /// long, unreachable; `ConnectionRefused` if nobody was there for what was sent before.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        leaf::checkpoint().await;
        let sent = waiting(self.0.send(buf)).await;
        sent.map_err(|error| or_no_peer(self.0.peer_addr().is_err(), error))
    }

    /// Gives the address of the socket, with the port that was chosen.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Gives the address of the peer.
    ///
    /// # Errors
    ///
    /// `NotConnected` if there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
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

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        self.connect(address).await
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.send(buf).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer_addr()
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
    /// See [`UdpSocket::connect`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** The socket has the peer, or has it not.
    async fn erased_connect(&self, address: SocketAddr) -> io::Result<()>;
    /// See [`UdpSocket::recv`].
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A datagram that was not returned is still there (law W9).
    async fn erased_recv(&self, buf: &mut [u8]) -> io::Result<usize>;
    /// See [`UdpSocket::send`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: too long, unreachable, no peer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is sent whole, or not at all.
    async fn erased_send(&self, buf: &[u8]) -> io::Result<usize>;
    /// See [`UdpSocket::local_addr`].
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn erased_local_addr(&self) -> io::Result<SocketAddr>;
    /// See [`UdpSocket::peer_addr`].
    ///
    /// # Errors
    ///
    /// `NotConnected` if there is none.
    fn erased_peer_addr(&self) -> io::Result<SocketAddr>;
}

#[async_trait]
impl<U: UdpSocket> ErasedUdpSocket for U {
    async fn erased_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.recv_from(buf).await
    }

    async fn erased_send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.send_to(buf, address).await
    }

    async fn erased_connect(&self, address: SocketAddr) -> io::Result<()> {
        self.connect(address).await
    }

    async fn erased_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.recv(buf).await
    }

    async fn erased_send(&self, buf: &[u8]) -> io::Result<usize> {
        self.send(buf).await
    }

    fn erased_local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn erased_peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer_addr()
    }
}

impl UdpSocket for Box<dyn ErasedUdpSocket> {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        (**self).erased_recv_from(buf).await
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        (**self).erased_send_to(buf, address).await
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        (**self).erased_connect(address).await
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        (**self).erased_recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        (**self).erased_send(buf).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        (**self).erased_local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        (**self).erased_peer_addr()
    }
}
