//! The Unix sockets for datagrams of any backend.

use std::fmt::{self, Debug};
use std::io;
use std::path::{Path, PathBuf};

use anyrt_core::NetDriver;
use anyrt_core::net::UnixDatagram;

use crate::enabled::{AsyncStd, Sim, Smol, Tokio};

/// The raw Unix socket for datagrams of an [`AnyBackend`](crate::AnyBackend).
pub struct AnyUnixDatagram(pub(super) Socket);

pub(super) enum Socket {
    Tokio(<Tokio as NetDriver>::UnixDatagram),
    Smol(<Smol as NetDriver>::UnixDatagram),
    AsyncStd(<AsyncStd as NetDriver>::UnixDatagram),
    Sim(<Sim as NetDriver>::UnixDatagram),
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

impl UnixDatagram for AnyUnixDatagram {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        each!(&self.0, socket => UnixDatagram::recv_from(socket, buf).await)
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        each!(&self.0, socket => UnixDatagram::send_to(socket, buf, path).await)
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        each!(&self.0, socket => UnixDatagram::connect(socket, path))
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        each!(&self.0, socket => UnixDatagram::recv(socket, buf).await)
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        each!(&self.0, socket => UnixDatagram::send(socket, buf).await)
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        each!(&self.0, socket => UnixDatagram::local_path(socket))
    }
}

impl Debug for AnyUnixDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(&self.0, socket => Debug::fmt(socket, f))
    }
}
