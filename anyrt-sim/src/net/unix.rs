//! Unix sockets of the simulator: paths that mean addresses which nobody else has.

use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;

use anyrt_core::net::{TcpListener, UnixListener};

use super::listener::SimTcpListener;
use super::network::Network;
use super::stream::SimTcpStream;

/// Where all paths are.
pub(super) const INSIDE: Ipv6Addr = Ipv6Addr::new(0xfd61, 0x6e79, 0x7274, 0, 0, 0, 0, 1);

/// A listener of a Unix socket in memory.
#[derive(Debug)]
pub struct SimUnixListener(pub(super) SimTcpListener);

impl UnixListener for SimUnixListener {
    type Stream = SimTcpStream;

    async fn accept(&self) -> io::Result<SimTcpStream> {
        self.0.accept().await.map(|(stream, _)| stream)
    }
}

impl Network {
    /// The address that a path means.
    pub(super) fn find(&self, path: &Path) -> io::Result<SocketAddr> {
        self.paths.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Whether nobody has the path, or has it no longer.
    pub(super) fn is_free(&self, path: &Path) -> io::Result<()> {
        let has = |address| {
            self.listeners.contains_key(&address) || self.mailboxes.contains_key(&address)
        };
        let is_taken = self.find(path).is_ok_and(has);
        (!is_taken).then_some(()).ok_or_else(|| io::ErrorKind::AddrInUse.into())
    }

    /// Takes a path to listen on; one whose listener is gone is free again.
    pub(super) fn listen_at(&mut self, path: &Path) -> io::Result<SocketAddr> {
        self.is_free(path)?;
        let address = self.listen((INSIDE, 0).into())?;
        self.paths.insert(path.to_owned(), address);
        Ok(address)
    }
}
