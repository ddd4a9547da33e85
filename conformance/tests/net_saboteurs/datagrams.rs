//! Sockets for datagrams, with a fault.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyrt_core::Net;
use anyrt_core::net::{UdpSocket, UnixDatagram};
use anyrt_core::task::{checkpoint, yield_now};
use anyrt_tokio::TokioBackend;

use crate::faulty::Fault;

/// Is cut when it has received, if that is its fault.
async fn maybe_cut(fault: Fault) {
    if fault == Fault::ReceivesAndIsCut {
        yield_now().await;
        checkpoint().await;
    }
}

#[derive(Debug)]
pub(crate) struct FaultyUdpSocket {
    socket: <TokioBackend as Net>::UdpSocket,
    fault: Fault,
    /// Of one that hears everybody.
    peer: Mutex<Option<SocketAddr>>,
}

impl FaultyUdpSocket {
    pub(crate) fn new(socket: <TokioBackend as Net>::UdpSocket, fault: Fault) -> Self {
        Self { socket, fault, peer: Mutex::new(None) }
    }
}

impl UdpSocket for FaultyUdpSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let received = self.socket.recv_from(buf).await;
        maybe_cut(self.fault).await;
        received
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.socket.send_to(buf, address).await
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        if self.fault == Fault::HearsEverybody {
            *self.peer.lock().unwrap() = Some(address);
            return Ok(());
        }
        self.socket.connect(address).await
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let received = self.socket.recv(buf).await;
        maybe_cut(self.fault).await;
        received
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        let peer = *self.peer.lock().unwrap();
        let sent = match peer {
            Some(peer) => self.socket.send_to(buf, peer).await,
            None => self.socket.send(buf).await,
        };
        let has_no_peer = |error: &io::Error| error.kind() == ErrorKind::NotConnected;
        match sent {
            Err(error) if self.fault == Fault::SendsToNobody && has_no_peer(&error) => {
                Ok(buf.len())
            }
            sent => sent,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        let peer = *self.peer.lock().unwrap();
        peer.map_or_else(|| self.socket.peer_addr(), Ok)
    }
}

#[derive(Debug)]
pub(crate) struct FaultyUnixDatagram {
    pub(crate) socket: <TokioBackend as Net>::UnixDatagram,
    pub(crate) fault: Fault,
}

impl UnixDatagram for FaultyUnixDatagram {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        let received = self.socket.recv_from(buf).await;
        maybe_cut(self.fault).await;
        received
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        self.socket.send_to(buf, path).await
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        self.socket.connect(path)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let received = self.socket.recv(buf).await;
        maybe_cut(self.fault).await;
        received
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        let sent = self.socket.send(buf).await;
        match sent {
            Err(_) if self.fault == Fault::SendsToNobody => Ok(buf.len()),
            sent => sent,
        }
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        self.socket.local_path()
    }
}
