//! The UDP sockets of any backend.

use std::fmt::{self, Debug};
use std::io;
use std::net::SocketAddr;

use anyrt_core::NetDriver;
use anyrt_core::net::UdpSocket;

use crate::enabled::{AsyncStd, Sim, Smol, Tokio};

/// The raw UDP socket of an [`AnyBackend`](crate::AnyBackend).
pub struct AnyUdpSocket(pub(super) Socket);

pub(super) enum Socket {
    Tokio(<Tokio as NetDriver>::UdpSocket),
    Smol(<Smol as NetDriver>::UdpSocket),
    AsyncStd(<AsyncStd as NetDriver>::UdpSocket),
    Sim(<Sim as NetDriver>::UdpSocket),
}

/// Does the same to whichever socket it is.
macro_rules! each {
    ($choice:expr, $socket:ident => $do:expr) => {
        match $choice {
            Socket::Tokio($socket) => $do,
            Socket::Smol($socket) => $do,
            Socket::AsyncStd($socket) => $do,
            Socket::Sim($socket) => $do,
        }
    };
}

impl UdpSocket for AnyUdpSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        each!(&self.0, socket => socket.recv_from(buf).await)
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        each!(&self.0, socket => socket.send_to(buf, address).await)
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        each!(&self.0, socket => socket.connect(address).await)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        each!(&self.0, socket => socket.recv(buf).await)
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        each!(&self.0, socket => socket.send(buf).await)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        each!(&self.0, socket => UdpSocket::local_addr(socket))
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        each!(&self.0, socket => UdpSocket::peer_addr(socket))
    }
}

impl Debug for AnyUdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(&self.0, socket => Debug::fmt(socket, f))
    }
}
