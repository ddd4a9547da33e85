//! TCP.

use std::io;
use std::net::SocketAddr;

use anyrt_core::net::{TcpListener, TcpStream};

use super::stream;

/// Connects to `address`.
///
/// # Errors
///
/// Whatever the system says: refused, unreachable, no permission.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the connection that was begun.
pub async fn connect(address: SocketAddr) -> io::Result<AsyncIoTcpStream> {
    async_net::TcpStream::connect(address).await.map(AsyncIoTcpStream)
}

/// Listens on `address`; port 0 takes a free one.
///
/// # Errors
///
/// Whatever the system says: in use, no permission, not an address of this machine.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the socket.
pub async fn listen(address: SocketAddr) -> io::Result<AsyncIoTcpListener> {
    async_net::TcpListener::bind(address).await.map(AsyncIoTcpListener)
}

/// A TCP listener.
#[derive(Debug)]
pub struct AsyncIoTcpListener(async_net::TcpListener);

impl AsyncIoTcpListener {
    /// Gives async-net's own listener.
    pub fn into_inner(self) -> async_net::TcpListener {
        self.0
    }
}

impl TcpListener for AsyncIoTcpListener {
    type Stream = AsyncIoTcpStream;

    async fn accept(&self) -> io::Result<(AsyncIoTcpStream, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        Ok((AsyncIoTcpStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A TCP connection.
#[derive(Debug)]
pub struct AsyncIoTcpStream(async_net::TcpStream);

impl AsyncIoTcpStream {
    /// Gives async-net's own connection.
    pub fn into_inner(self) -> async_net::TcpStream {
        self.0
    }
}

impl TcpStream for AsyncIoTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

stream!(AsyncIoTcpStream);
