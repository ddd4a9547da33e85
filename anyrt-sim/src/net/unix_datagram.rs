//! Unix sockets of the simulator for datagrams: mailboxes, some of which have paths.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyrt_core::net::{UdpSocket, UnixDatagram};

use super::datagram::SimUdpSocket;
use super::network::Network;
use super::unix::INSIDE;
use crate::lock::lock;
use crate::world::World;

/// A Unix socket for datagrams, in memory.
#[derive(Debug)]
pub struct SimUnixDatagram(SimUdpSocket);

impl SimUnixDatagram {
    pub(super) fn bind(world: &Arc<World>, path: Option<&Path>) -> io::Result<Self> {
        let address = lock(&world.network).bind_at(path)?;
        Ok(Self(SimUdpSocket { world: world.clone(), address }))
    }

    pub(super) fn pair(world: &Arc<World>) -> io::Result<(Self, Self)> {
        let (here, there) = (Self::bind(world, None)?, Self::bind(world, None)?);
        here.0.set_peer(there.0.address);
        there.0.set_peer(here.0.address);
        Ok((here, there))
    }
}

impl UnixDatagram for SimUnixDatagram {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        let (count, from) = self.0.recv_from(buf).await?;
        Ok((count, lock(&self.0.world.network).path_of(from)))
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        let address = lock(&self.0.world.network).mailbox_at(path)?;
        self.0.deliver(buf, address, true)
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        let address = lock(&self.0.world.network).mailbox_at(path)?;
        self.0.set_peer(address);
        Ok(())
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.deliver(buf, self.0.peer_addr()?, true)
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        Ok(lock(&self.0.world.network).path_of(self.0.address))
    }
}

impl Network {
    /// Takes a path for datagrams, or none; one whose socket is gone is free again.
    fn bind_at(&mut self, path: Option<&Path>) -> io::Result<SocketAddr> {
        if let Some(path) = path {
            self.is_free(path)?;
        }
        let address = self.bind_udp((INSIDE, 0).into())?;
        if let Some(path) = path {
            self.paths.insert(path.to_owned(), address);
        }
        Ok(address)
    }

    /// The address of whoever receives datagrams at this path.
    fn mailbox_at(&self, path: &Path) -> io::Result<SocketAddr> {
        let address = self.find(path)?;
        let is_there = self.mailboxes.contains_key(&address);
        is_there.then_some(address).ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }

    fn path_of(&self, address: SocketAddr) -> Option<PathBuf> {
        let mut paths = self.paths.iter();
        paths.find(|(_, known)| **known == address).map(|(path, _)| path.clone())
    }
}
