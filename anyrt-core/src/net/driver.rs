//! What an adapter writes: raw sockets, of which none knows scopes or budgets.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use super::{ByteStream, UnixDatagram, UnixListener};
use super::{TcpListener, TcpStream, UdpSocket, connect};
use crate::driver::Driver;

/// What an adapter writes for its runtime's sockets.
pub trait NetDriver: Driver {
    /// The runtime's connection.
    type TcpStream: TcpStream;
    /// The runtime's listener.
    type TcpListener: TcpListener<Stream = Self::TcpStream>;
    /// The runtime's UDP socket.
    type UdpSocket: UdpSocket;
    /// The runtime's connection of a Unix socket.
    #[cfg(unix)]
    type UnixStream: ByteStream;
    /// The runtime's listener of a Unix socket.
    #[cfg(unix)]
    type UnixListener: UnixListener<Stream = Self::UnixStream>;
    /// The runtime's Unix socket for datagrams.
    #[cfg(unix)]
    type UnixDatagram: UnixDatagram;

    /// Connects to `address`, from any thread.
    ///
    /// # Errors
    ///
    /// Whatever the system says: refused, unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connection that was begun.
    fn raw_connect(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// Listens on `address`, from any thread; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no permission, not an address of this machine.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    fn raw_listen(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpListener>> + Send;

    /// Makes a UDP socket at `address`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no permission, not an address of this machine.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    fn raw_bind_udp(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::UdpSocket>> + Send;

    /// Connects to whoever listens on a path.
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such path, refused, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connection that was begun.
    #[cfg(unix)]
    fn raw_connect_unix(
        &self,
        path: &Path,
    ) -> impl Future<Output = io::Result<Self::UnixStream>> + Send;

    /// Listens on a path, which must not exist and is not removed.
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no such folder, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    #[cfg(unix)]
    fn raw_listen_unix(
        &self,
        path: &Path,
    ) -> impl Future<Output = io::Result<Self::UnixListener>> + Send;

    /// Makes a Unix socket for datagrams, at a path or at none.
    ///
    /// The path must not exist, and is not removed.
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no such folder, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    #[cfg(unix)]
    fn raw_unix_datagram(
        &self,
        path: Option<&Path>,
    ) -> impl Future<Output = io::Result<Self::UnixDatagram>> + Send;

    /// Makes two Unix sockets for datagrams that are each other's peers.
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the sockets.
    #[cfg(unix)]
    fn raw_unix_datagram_pair(
        &self,
    ) -> impl Future<Output = io::Result<(Self::UnixDatagram, Self::UnixDatagram)>> + Send;

    /// Looks up the addresses of a name, which is no address itself.
    ///
    /// The system is asked, on a thread that may block, unless it is written otherwise.
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such name, no answer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What was begun goes on, and nobody hears of it.
    fn raw_resolve(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send {
        connect::look_up(self, host, port)
    }
}
