//! A UDP socket of the simulator.

use std::fmt::{self, Debug};
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Poll, Waker};

use anyrt_core::net::UdpSocket;

use crate::lock::lock;
use crate::sleep::SimSleep;
use crate::world::World;

/// What no datagram of IPv4 is longer than.
const LONGEST: usize = 65_507;

/// A UDP socket in memory.
pub struct SimUdpSocket {
    pub(super) world: Arc<World>,
    pub(super) address: SocketAddr,
}

/// What there is for a socket, of which nobody sees the front before its time.
enum Found {
    Datagram(SocketAddr, Vec<u8>),
    Later(u64),
}

impl SimUdpSocket {
    /// Takes the first datagram, once it has arrived.
    async fn next(&self) -> Found {
        poll_fn(|cx| {
            let mut network = lock(&self.world.network);
            let mailbox = network.mailboxes.entry(self.address).or_default();
            let Some((due, _, _)) = mailbox.letters.front() else {
                if !mailbox.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                    mailbox.wakers.push(cx.waker().clone());
                }
                return Poll::Pending;
            };
            if *due > self.world.offset() {
                return Poll::Ready(Found::Later(*due));
            }
            let (_, from, bytes) = mailbox.letters.pop_front().expect("it was there");
            Poll::Ready(Found::Datagram(from, bytes))
        })
        .await
    }
}

impl SimUdpSocket {
    pub(super) fn set_peer(&self, peer: SocketAddr) {
        let mut network = lock(&self.world.network);
        network.mailboxes.entry(self.address).or_default().peer = Some(peer);
    }

    /// Sends a datagram. That nobody takes it is told inside one machine, and not on a real network.
    pub(super) fn deliver(
        &self,
        buf: &[u8],
        address: SocketAddr,
        is_told: bool,
    ) -> io::Result<usize> {
        if buf.len() > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the datagram is too long"));
        }
        let (wakers, refusal) = {
            let mut network = lock(&self.world.network);
            let due = self.world.offset().saturating_add(network.latency(address.ip()));
            let is_heard = ![self.address, address].iter().any(|end| network.silent.contains(end));
            match network.mailboxes.get_mut(&address) {
                None => (Vec::new(), Some(io::ErrorKind::ConnectionRefused)),
                Some(mailbox) if mailbox.peer.is_some_and(|peer| peer != self.address) => {
                    (Vec::new(), Some(io::ErrorKind::PermissionDenied))
                }
                Some(mailbox) if is_heard => {
                    mailbox.letters.push_back((due, self.address, buf.to_vec()));
                    (std::mem::take(&mut mailbox.wakers), None)
                }
                Some(_) => (Vec::new(), None),
            }
        };
        wakers.into_iter().for_each(Waker::wake);
        if let Some(refusal) = refusal.filter(|_| is_told) {
            return Err(refusal.into());
        }
        Ok(buf.len())
    }
}

impl UdpSocket for SimUdpSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        loop {
            match self.next().await {
                Found::Later(due) => SimSleep::until(self.world.clone(), due).await,
                Found::Datagram(from, bytes) => {
                    let count = bytes.len().min(buf.len());
                    buf[..count].copy_from_slice(&bytes[..count]);
                    return Ok((count, from));
                }
            }
        }
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.deliver(buf, address, false)
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        self.set_peer(address);
        Ok(())
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.recv_from(buf).await.map(|(count, _)| count)
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.deliver(buf, self.peer_addr()?, false)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        let network = lock(&self.world.network);
        let peer = network.mailboxes.get(&self.address).and_then(|mailbox| mailbox.peer);
        peer.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for SimUdpSocket {
    fn drop(&mut self) {
        let mailbox = lock(&self.world.network).mailboxes.remove(&self.address);
        drop(mailbox);
    }
}

impl Debug for SimUdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimUdpSocket").field(&self.address).finish()
    }
}
