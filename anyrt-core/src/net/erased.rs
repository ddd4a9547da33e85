//! The object-safe twins, for a backend whose type is known only at run time.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

use async_trait::async_trait;

#[cfg(unix)]
use super::{ByteStream, ErasedUnixDatagram, ErasedUnixListener};
use super::{ErasedUdpSocket, NetDriver, TcpListener, TcpStream};

/// The object-safe twin of [`NetDriver`].
///
/// Every driver with a network has it. What it gives is as raw as the driver's own.
#[async_trait]
pub trait ErasedNet: Send + Sync {
    /// See [`NetDriver::raw_connect`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: refused, unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connection that was begun.
    async fn erased_raw_connect(&self, address: SocketAddr) -> io::Result<Box<dyn TcpStream>>;
    /// See [`NetDriver::raw_listen`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no permission, not an address of this machine.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    async fn erased_raw_listen(
        &self,
        address: SocketAddr,
    ) -> io::Result<Box<dyn ErasedTcpListener>>;
    /// See [`NetDriver::raw_bind_udp`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no permission, not an address of this machine.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    async fn erased_raw_bind_udp(
        &self,
        address: SocketAddr,
    ) -> io::Result<Box<dyn ErasedUdpSocket>>;
    /// See [`NetDriver::raw_connect_unix`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such path, refused, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connection that was begun.
    #[cfg(unix)]
    async fn erased_raw_connect_unix(&self, path: &Path) -> io::Result<Box<dyn ByteStream>>;
    /// See [`NetDriver::raw_listen_unix`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no such folder, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    #[cfg(unix)]
    async fn erased_raw_listen_unix(&self, path: &Path) -> io::Result<Box<dyn ErasedUnixListener>>;
    /// See [`NetDriver::raw_unix_datagram`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no such folder, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    #[cfg(unix)]
    async fn erased_raw_unix_datagram(
        &self,
        path: Option<&Path>,
    ) -> io::Result<Box<dyn ErasedUnixDatagram>>;
    /// See [`NetDriver::raw_unix_datagram_pair`].
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the sockets.
    #[cfg(unix)]
    async fn erased_raw_unix_datagram_pair(
        &self,
    ) -> io::Result<(Box<dyn ErasedUnixDatagram>, Box<dyn ErasedUnixDatagram>)>;
    /// See [`NetDriver::raw_resolve`].
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such name, no answer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What was begun goes on, and nobody hears of it.
    async fn erased_raw_resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The object-safe twin of [`TcpListener`].
#[async_trait]
pub trait ErasedTcpListener: Debug + Send + Sync + 'static {
    /// See [`TcpListener::accept`].
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    async fn erased_accept(&self) -> io::Result<(Box<dyn TcpStream>, SocketAddr)>;
    /// See [`TcpListener::local_addr`].
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn erased_local_addr(&self) -> io::Result<SocketAddr>;
}

#[async_trait]
impl<D: NetDriver> ErasedNet for D {
    async fn erased_raw_connect(&self, address: SocketAddr) -> io::Result<Box<dyn TcpStream>> {
        Ok(Box::new(self.raw_connect(address).await?))
    }

    async fn erased_raw_listen(
        &self,
        address: SocketAddr,
    ) -> io::Result<Box<dyn ErasedTcpListener>> {
        Ok(Box::new(self.raw_listen(address).await?))
    }

    async fn erased_raw_bind_udp(
        &self,
        address: SocketAddr,
    ) -> io::Result<Box<dyn ErasedUdpSocket>> {
        Ok(Box::new(self.raw_bind_udp(address).await?))
    }

    #[cfg(unix)]
    async fn erased_raw_connect_unix(&self, path: &Path) -> io::Result<Box<dyn ByteStream>> {
        Ok(Box::new(self.raw_connect_unix(path).await?))
    }

    #[cfg(unix)]
    async fn erased_raw_listen_unix(&self, path: &Path) -> io::Result<Box<dyn ErasedUnixListener>> {
        Ok(Box::new(self.raw_listen_unix(path).await?))
    }

    #[cfg(unix)]
    async fn erased_raw_unix_datagram(
        &self,
        path: Option<&Path>,
    ) -> io::Result<Box<dyn ErasedUnixDatagram>> {
        Ok(Box::new(self.raw_unix_datagram(path).await?))
    }

    #[cfg(unix)]
    async fn erased_raw_unix_datagram_pair(
        &self,
    ) -> io::Result<(Box<dyn ErasedUnixDatagram>, Box<dyn ErasedUnixDatagram>)> {
        let (here, there) = self.raw_unix_datagram_pair().await?;
        Ok((Box::new(here), Box::new(there)))
    }

    async fn erased_raw_resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.raw_resolve(host, port).await
    }
}

#[async_trait]
impl<L: TcpListener> ErasedTcpListener for L {
    async fn erased_accept(&self) -> io::Result<(Box<dyn TcpStream>, SocketAddr)> {
        let (stream, peer) = self.accept().await?;
        Ok((Box::new(stream), peer))
    }

    fn erased_local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

impl TcpStream for Box<dyn TcpStream> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        (**self).peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        (**self).local_addr()
    }
}

impl TcpListener for Box<dyn ErasedTcpListener> {
    type Stream = Box<dyn TcpStream>;

    async fn accept(&self) -> io::Result<(Self::Stream, SocketAddr)> {
        (**self).erased_accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        (**self).erased_local_addr()
    }
}
