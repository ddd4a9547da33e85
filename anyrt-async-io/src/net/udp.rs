//! UDP.

use std::io;
use std::net::SocketAddr;

use anyrt_core::net::UdpSocket;

/// Makes a UDP socket at `address`; port 0 takes a free one.
///
/// # Errors
///
/// Whatever the system says: in use, no permission, not an address of this machine.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the socket.
pub async fn bind_udp(address: SocketAddr) -> io::Result<AsyncIoUdpSocket> {
    async_net::UdpSocket::bind(address).await.map(AsyncIoUdpSocket)
}

/// A UDP socket.
#[derive(Debug)]
pub struct AsyncIoUdpSocket(async_net::UdpSocket);

impl AsyncIoUdpSocket {
    /// Gives async-net's own socket.
    pub fn into_inner(self) -> async_net::UdpSocket {
        self.0
    }
}

impl UdpSocket for AsyncIoUdpSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buf).await
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.0.send_to(buf, address).await
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        self.0.connect(address).await
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
