//! async-std's sockets, which are those of its reactor.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

use anyrt_async_io::net as sockets;
use anyrt_core::NetDriver;

pub use anyrt_async_io::net::{
    AsyncIoTcpListener as AsyncStdTcpListener, AsyncIoTcpStream as AsyncStdTcpStream,
    AsyncIoUdpSocket as AsyncStdUdpSocket,
};
#[cfg(unix)]
pub use anyrt_async_io::net::{
    AsyncIoUnixDatagram as AsyncStdUnixDatagram, AsyncIoUnixListener as AsyncStdUnixListener,
    AsyncIoUnixStream as AsyncStdUnixStream,
};

use crate::AsyncStdBackend;

impl NetDriver for AsyncStdBackend {
    type TcpStream = AsyncStdTcpStream;
    type TcpListener = AsyncStdTcpListener;
    type UdpSocket = AsyncStdUdpSocket;
    #[cfg(unix)]
    type UnixStream = AsyncStdUnixStream;
    #[cfg(unix)]
    type UnixListener = AsyncStdUnixListener;
    #[cfg(unix)]
    type UnixDatagram = AsyncStdUnixDatagram;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<AsyncStdTcpStream> {
        sockets::connect(address).await
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<AsyncStdTcpListener> {
        sockets::listen(address).await
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<AsyncStdUdpSocket> {
        sockets::bind_udp(address).await
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<AsyncStdUnixStream> {
        sockets::connect_unix(path).await
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<AsyncStdUnixListener> {
        sockets::listen_unix(path)
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, path: Option<&Path>) -> io::Result<AsyncStdUnixDatagram> {
        sockets::unix_datagram(path)
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(
        &self,
    ) -> io::Result<(AsyncStdUnixDatagram, AsyncStdUnixDatagram)> {
        sockets::unix_datagram_pair()
    }
}
