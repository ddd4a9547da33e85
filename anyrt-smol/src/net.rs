//! smol's sockets, which are those of its reactor.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

use anyrt_async_io::net as sockets;
use anyrt_core::NetDriver;

pub use anyrt_async_io::net::{
    AsyncIoTcpListener as SmolTcpListener, AsyncIoTcpStream as SmolTcpStream,
    AsyncIoUdpSocket as SmolUdpSocket,
};
#[cfg(unix)]
pub use anyrt_async_io::net::{
    AsyncIoUnixDatagram as SmolUnixDatagram, AsyncIoUnixListener as SmolUnixListener,
    AsyncIoUnixStream as SmolUnixStream,
};

use crate::SmolBackend;

impl NetDriver for SmolBackend {
    type TcpStream = SmolTcpStream;
    type TcpListener = SmolTcpListener;
    type UdpSocket = SmolUdpSocket;
    #[cfg(unix)]
    type UnixStream = SmolUnixStream;
    #[cfg(unix)]
    type UnixListener = SmolUnixListener;
    #[cfg(unix)]
    type UnixDatagram = SmolUnixDatagram;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<SmolTcpStream> {
        sockets::connect(address).await
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<SmolTcpListener> {
        sockets::listen(address).await
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<SmolUdpSocket> {
        sockets::bind_udp(address).await
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<SmolUnixStream> {
        sockets::connect_unix(path).await
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<SmolUnixListener> {
        sockets::listen_unix(path)
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, path: Option<&Path>) -> io::Result<SmolUnixDatagram> {
        sockets::unix_datagram(path)
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(&self) -> io::Result<(SmolUnixDatagram, SmolUnixDatagram)> {
        sockets::unix_datagram_pair()
    }
}
