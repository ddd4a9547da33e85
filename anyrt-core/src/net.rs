//! The network capability: TCP, UDP and Unix sockets, over each runtime's own reactor.
//!
//! It is a trait of its own, because not every runtime has a network: code that needs one says
//! `B: Backend + Net`, and a backend without one is a compile error. What an adapter writes is
//! [`NetDriver`]; the engine makes [`Net`] of it, with a cancellation check and a turn for others
//! at every read and write.

mod checked;
mod connect;
mod driver;
mod erased;
mod listeners;
mod split;
mod udp;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
mod unix_datagram;

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
#[cfg(unix)]
use std::path::Path;

use futures_io::{AsyncRead, AsyncWrite};

use crate::error::{AddressError, ConnectError};
use crate::leaf;

use self::checked::waiting;
pub use self::checked::{CheckedListener, CheckedStream};
pub use self::connect::ATTEMPT_DELAY;
pub use self::driver::NetDriver;
pub use self::erased::{ErasedNet, ErasedTcpListener};
pub use self::listeners::Listeners;
pub use self::split::{Read, ReadHalf, Write, WriteHalf};
pub use self::udp::{CheckedUdpSocket, ErasedUdpSocket, UdpSocket};
#[cfg(unix)]
pub use self::unix::{CheckedUnixListener, ErasedUnixListener, UnixListener};
#[cfg(unix)]
pub use self::unix_datagram::{CheckedUnixDatagram, ErasedUnixDatagram, UnixDatagram};

/// What a library uses: connections, listeners, datagrams.
pub trait Net {
    /// A connection.
    type TcpStream: TcpStream;
    /// A listener.
    type TcpListener: TcpListener<Stream = Self::TcpStream>;
    /// A UDP socket.
    type UdpSocket: UdpSocket;
    /// A connection of a Unix socket.
    #[cfg(unix)]
    type UnixStream: ByteStream;
    /// A listener of a Unix socket.
    #[cfg(unix)]
    type UnixListener: UnixListener<Stream = Self::UnixStream>;
    /// A Unix socket for datagrams.
    #[cfg(unix)]
    type UnixDatagram: UnixDatagram;

    /// Connects to `address`.
    ///
    /// # Errors
    ///
    /// Whatever the system says: refused, unreachable, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connection that was begun.
    fn connect(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// Listens on `address`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no permission, not an address of this machine.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    fn listen(
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
    fn bind_udp(
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
    fn connect_unix(
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
    fn listen_unix(
        &self,
        path: &Path,
    ) -> impl Future<Output = io::Result<Self::UnixListener>> + Send;

    /// Makes a Unix socket for datagrams, at a path or at none.
    ///
    /// The path must not exist, and is not removed. A socket without one sends, and nobody can answer it.
    ///
    /// # Errors
    ///
    /// Whatever the system says: in use, no such folder, no permission.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the socket.
    #[cfg(unix)]
    fn unix_datagram(
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
    fn unix_datagram_pair(
        &self,
    ) -> impl Future<Output = io::Result<(Self::UnixDatagram, Self::UnixDatagram)>> + Send;

    /// Looks up the addresses of a name; an address is its own name.
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such name, no answer.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A look-up that has begun goes on, and nobody hears of it.
    fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;

    /// Connects to whichever of the addresses answers first.
    ///
    /// They are tried one after another, the two families in turns, each [`ATTEMPT_DELAY`] after the one
    /// before, or at once when that failed. All other attempts have ended when it returns (law W7).
    ///
    /// # Errors
    ///
    /// [`ConnectError::Failed`] with all attempts (law W8); [`ConnectError::NoAddress`] if there are none.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connections that were begun.
    fn connect_any(
        &self,
        addresses: &[SocketAddr],
    ) -> impl Future<Output = Result<Self::TcpStream, ConnectError>> + Send;

    /// Connects to a name, at whichever of its addresses answers first.
    ///
    /// See [`connect_any`](Self::connect_any).
    ///
    /// # Errors
    ///
    /// [`ConnectError::Lookup`] if the name has no address; those of `connect_any`.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it closes the connections that were begun.
    fn connect_host(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = Result<Self::TcpStream, ConnectError>> + Send;
}

/// Any connection that is read and written.
pub trait ByteStream: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin + 'static> ByteStream for S {}

/// A TCP connection.
///
/// A read that gives 0 is the end of the stream: the other end has closed it, and all that it sent was
/// read. A connection that broke gives an error instead (law W2). A read that is cut or dropped has
/// taken nothing (law W1). Closing it sends the end of the stream; what comes can still be read (law W3).
pub trait TcpStream: ByteStream {
    /// Gives the address of the other end.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    fn peer_addr(&self) -> io::Result<SocketAddr>;

    /// Gives the address of this end.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    fn local_addr(&self) -> io::Result<SocketAddr>;

    /// Parts it into a half that reads and one that writes.
    ///
    /// Each may be in a task of its own.
    fn split(self) -> (ReadHalf<Self>, WriteHalf<Self>)
    where
        Self: Sized,
    {
        split::split(self)
    }
}

/// A TCP listener.
pub trait TcpListener: Debug + Send + Sync + 'static {
    /// What it accepts.
    type Stream: TcpStream;

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// Gives the address that it listens on, with the port that was chosen.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    fn local_addr(&self) -> io::Result<SocketAddr>;
}

impl<D: NetDriver> Net for D {
    type TcpStream = CheckedStream<D::TcpStream>;
    type TcpListener = CheckedListener<D::TcpListener>;
    type UdpSocket = CheckedUdpSocket<D::UdpSocket>;
    #[cfg(unix)]
    type UnixStream = CheckedStream<D::UnixStream>;
    #[cfg(unix)]
    type UnixListener = CheckedUnixListener<D::UnixListener>;
    #[cfg(unix)]
    type UnixDatagram = CheckedUnixDatagram<D::UnixDatagram>;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::TcpStream> {
        connect::connect(self, address).await.map_err(AddressError::at("connect to", address))
    }

    async fn listen(&self, address: SocketAddr) -> io::Result<Self::TcpListener> {
        leaf::checkpoint().await;
        let listener = self.raw_listen(address).await.map(CheckedListener::new);
        listener.map_err(AddressError::at("listen on", address))
    }

    async fn bind_udp(&self, address: SocketAddr) -> io::Result<Self::UdpSocket> {
        leaf::checkpoint().await;
        let socket = self.raw_bind_udp(address).await.map(CheckedUdpSocket::new);
        socket.map_err(AddressError::at("make a UDP socket at", address))
    }

    #[cfg(unix)]
    async fn connect_unix(&self, path: &Path) -> io::Result<Self::UnixStream> {
        leaf::checkpoint().await;
        let stream = waiting(self.raw_connect_unix(path)).await.map(CheckedStream::new);
        stream.map_err(AddressError::at_path("connect to", path))
    }

    #[cfg(unix)]
    async fn listen_unix(&self, path: &Path) -> io::Result<Self::UnixListener> {
        leaf::checkpoint().await;
        let listener = self.raw_listen_unix(path).await.map(CheckedUnixListener::new);
        listener.map_err(AddressError::at_path("listen on", path))
    }

    #[cfg(unix)]
    async fn unix_datagram(&self, path: Option<&Path>) -> io::Result<Self::UnixDatagram> {
        leaf::checkpoint().await;
        let socket = self.raw_unix_datagram(path).await.map(CheckedUnixDatagram::new);
        let nowhere = Path::new("");
        socket.map_err(AddressError::at_path("make a Unix socket at", path.unwrap_or(nowhere)))
    }

    #[cfg(unix)]
    async fn unix_datagram_pair(&self) -> io::Result<(Self::UnixDatagram, Self::UnixDatagram)> {
        leaf::checkpoint().await;
        let (here, there) = self.raw_unix_datagram_pair().await?;
        Ok((CheckedUnixDatagram::new(here), CheckedUnixDatagram::new(there)))
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        leaf::checkpoint().await;
        match host.parse::<IpAddr>() {
            Ok(address) => Ok(vec![(address, port).into()]),
            Err(_) => waiting(self.raw_resolve(host, port)).await,
        }
    }

    async fn connect_any(&self, addresses: &[SocketAddr]) -> Result<Self::TcpStream, ConnectError> {
        let target = format!("any of {} addresses", addresses.len());
        connect::connect_any(self, target, addresses).await
    }

    async fn connect_host(&self, host: &str, port: u16) -> Result<Self::TcpStream, ConnectError> {
        let found = self.resolve(host, port).await;
        let lookup = |source| ConnectError::Lookup { host: host.to_owned(), source };
        connect::connect_any(self, format!("`{host}`"), &found.map_err(lookup)?).await
    }
}
