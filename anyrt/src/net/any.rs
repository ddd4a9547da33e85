//! The sockets of any backend, without a box.

mod stream;
mod udp;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
mod unix_datagram;

use std::any::Any;
use std::fmt::{self, Debug};
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

use anyrt_core::net::{TcpListener, TcpStream};
use anyrt_core::{Driver, ErasedBackend, NetDriver};

use self::stream::any_stream;
pub use self::udp::AnyUdpSocket;
use self::udp::Socket;
#[cfg(unix)]
pub use self::unix::{AnyUnixListener, AnyUnixStream};
#[cfg(unix)]
pub use self::unix_datagram::AnyUnixDatagram;
use crate::backend::{AnyBackend, Choice};
use crate::enabled::{AsyncStd, Sim, Smol, Tokio};

impl NetDriver for AnyBackend {
    type TcpStream = AnyTcpStream;
    type TcpListener = AnyTcpListener;
    type UdpSocket = AnyUdpSocket;
    #[cfg(unix)]
    type UnixStream = AnyUnixStream;
    #[cfg(unix)]
    type UnixListener = AnyUnixListener;
    #[cfg(unix)]
    type UnixDatagram = AnyUnixDatagram;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<AnyTcpStream> {
        Ok(AnyTcpStream(match &self.0 {
            Choice::Tokio(driver) => Stream::Tokio(driver.raw_connect(address).await?),
            Choice::Smol(driver) => Stream::Smol(driver.raw_connect(address).await?),
            Choice::AsyncStd(driver) => Stream::AsyncStd(driver.raw_connect(address).await?),
            Choice::Sim(driver) => Stream::Sim(driver.raw_connect(address).await?),
            Choice::Other(driver) => return Err(no_network(driver)),
        }))
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<AnyTcpListener> {
        Ok(AnyTcpListener(match &self.0 {
            Choice::Tokio(driver) => Listener::Tokio(driver.raw_listen(address).await?),
            Choice::Smol(driver) => Listener::Smol(driver.raw_listen(address).await?),
            Choice::AsyncStd(driver) => Listener::AsyncStd(driver.raw_listen(address).await?),
            Choice::Sim(driver) => Listener::Sim(driver.raw_listen(address).await?),
            Choice::Other(driver) => return Err(no_network(driver)),
        }))
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<AnyUdpSocket> {
        Ok(AnyUdpSocket(match &self.0 {
            Choice::Tokio(driver) => Socket::Tokio(driver.raw_bind_udp(address).await?),
            Choice::Smol(driver) => Socket::Smol(driver.raw_bind_udp(address).await?),
            Choice::AsyncStd(driver) => Socket::AsyncStd(driver.raw_bind_udp(address).await?),
            Choice::Sim(driver) => Socket::Sim(driver.raw_bind_udp(address).await?),
            Choice::Other(driver) => return Err(no_network(driver)),
        }))
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<AnyUnixStream> {
        Ok(AnyUnixStream(match &self.0 {
            Choice::Tokio(driver) => unix::Stream::Tokio(driver.raw_connect_unix(path).await?),
            Choice::Smol(driver) => unix::Stream::Smol(driver.raw_connect_unix(path).await?),
            Choice::AsyncStd(driver) => {
                unix::Stream::AsyncStd(driver.raw_connect_unix(path).await?)
            }
            Choice::Sim(driver) => unix::Stream::Sim(driver.raw_connect_unix(path).await?),
            Choice::Other(driver) => return Err(no_network(driver)),
        }))
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<AnyUnixListener> {
        Ok(AnyUnixListener(match &self.0 {
            Choice::Tokio(driver) => unix::Listener::Tokio(driver.raw_listen_unix(path).await?),
            Choice::Smol(driver) => unix::Listener::Smol(driver.raw_listen_unix(path).await?),
            Choice::AsyncStd(driver) => {
                unix::Listener::AsyncStd(driver.raw_listen_unix(path).await?)
            }
            Choice::Sim(driver) => unix::Listener::Sim(driver.raw_listen_unix(path).await?),
            Choice::Other(driver) => return Err(no_network(driver)),
        }))
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, path: Option<&Path>) -> io::Result<AnyUnixDatagram> {
        use unix_datagram::Socket;
        Ok(AnyUnixDatagram(match &self.0 {
            Choice::Tokio(driver) => Socket::Tokio(driver.raw_unix_datagram(path).await?),
            Choice::Smol(driver) => Socket::Smol(driver.raw_unix_datagram(path).await?),
            Choice::AsyncStd(driver) => Socket::AsyncStd(driver.raw_unix_datagram(path).await?),
            Choice::Sim(driver) => Socket::Sim(driver.raw_unix_datagram(path).await?),
            Choice::Other(driver) => return Err(no_network(driver)),
        }))
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(&self) -> io::Result<(AnyUnixDatagram, AnyUnixDatagram)> {
        use unix_datagram::Socket;
        let both = match &self.0 {
            Choice::Tokio(driver) => {
                let (here, there) = driver.raw_unix_datagram_pair().await?;
                [here, there].map(Socket::Tokio)
            }
            Choice::Smol(driver) => {
                let (here, there) = driver.raw_unix_datagram_pair().await?;
                [here, there].map(Socket::Smol)
            }
            Choice::AsyncStd(driver) => {
                let (here, there) = driver.raw_unix_datagram_pair().await?;
                [here, there].map(Socket::AsyncStd)
            }
            Choice::Sim(driver) => {
                let (here, there) = driver.raw_unix_datagram_pair().await?;
                [here, there].map(Socket::Sim)
            }
            Choice::Other(driver) => return Err(no_network(driver)),
        };
        Ok(both.map(AnyUnixDatagram).into())
    }

    async fn raw_resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match &self.0 {
            Choice::Tokio(driver) => driver.raw_resolve(host, port).await,
            Choice::Smol(driver) => driver.raw_resolve(host, port).await,
            Choice::AsyncStd(driver) => driver.raw_resolve(host, port).await,
            Choice::Sim(driver) => driver.raw_resolve(host, port).await,
            Choice::Other(driver) => Err(no_network(driver)),
        }
    }
}

fn no_network(driver: &ErasedBackend) -> io::Error {
    let message = format!(
        "anyrt does not know the network of the backend `{}`: use that backend's own type, and \
         code that is generic over `B: Backend + Net`",
        driver.name()
    );
    io::Error::new(io::ErrorKind::Unsupported, message)
}

any_stream! {
    /// The raw connection of an [`AnyBackend`].
    AnyTcpStream(Stream) = TcpStream
}

impl AnyTcpStream {
    /// Gives the connection of one backend, if it is that one's.
    ///
    /// # Errors
    ///
    /// The connection, if it is another one's.
    ///
    /// # Examples
    ///
    /// ```
    /// use anyrt_smol::SmolTcpStream;
    /// use anyrt_tokio::TokioTcpStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let smol: anyrt::AnyBackend = "smol".parse().unwrap();
    /// anyrt::run_on(&smol, async {
    ///     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
    ///     let stream = anyrt::net::connect(listener.local_addr()?).await?;
    ///     let stream = stream.into_inner().downcast::<TokioTcpStream>().unwrap_err();
    ///     assert!(stream.downcast::<SmolTcpStream>().is_ok());
    ///     Ok(())
    /// })
    /// # }
    /// ```
    #[allow(clippy::result_large_err, reason = "a connection is given back as it is")]
    pub fn downcast<S: 'static>(self) -> Result<S, Self> {
        /// Takes it if its type is the one that was asked for.
        fn take<T: 'static, S: 'static>(stream: T) -> Result<S, T> {
            let mut stream = Some(stream);
            let known = (&mut stream as &mut dyn Any).downcast_mut::<Option<S>>();
            let taken = known.and_then(Option::take);
            taken.ok_or_else(|| stream.expect("it was not taken"))
        }
        match self.0 {
            Stream::Tokio(stream) => take(stream).map_err(Stream::Tokio),
            Stream::Smol(stream) => take(stream).map_err(Stream::Smol),
            Stream::AsyncStd(stream) => take(stream).map_err(Stream::AsyncStd),
            Stream::Sim(stream) => take(stream).map_err(Stream::Sim),
        }
        .map_err(Self)
    }
}

/// The raw listener of an [`AnyBackend`].
pub struct AnyTcpListener(Listener);

enum Listener {
    Tokio(<Tokio as NetDriver>::TcpListener),
    Smol(<Smol as NetDriver>::TcpListener),
    AsyncStd(<AsyncStd as NetDriver>::TcpListener),
    Sim(<Sim as NetDriver>::TcpListener),
}

impl Debug for AnyTcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Listener::Tokio(listener) => Debug::fmt(listener, f),
            Listener::Smol(listener) => Debug::fmt(listener, f),
            Listener::AsyncStd(listener) => Debug::fmt(listener, f),
            Listener::Sim(listener) => Debug::fmt(listener, f),
        }
    }
}

impl TcpListener for AnyTcpListener {
    type Stream = AnyTcpStream;

    async fn accept(&self) -> io::Result<(AnyTcpStream, SocketAddr)> {
        let (stream, peer) = match &self.0 {
            Listener::Tokio(listener) => {
                let (stream, peer) = listener.accept().await?;
                (Stream::Tokio(stream), peer)
            }
            Listener::Smol(listener) => {
                let (stream, peer) = listener.accept().await?;
                (Stream::Smol(stream), peer)
            }
            Listener::AsyncStd(listener) => {
                let (stream, peer) = listener.accept().await?;
                (Stream::AsyncStd(stream), peer)
            }
            Listener::Sim(listener) => {
                let (stream, peer) = listener.accept().await?;
                (Stream::Sim(stream), peer)
            }
        };
        Ok((AnyTcpStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.0 {
            Listener::Tokio(listener) => TcpListener::local_addr(listener),
            Listener::Smol(listener) => TcpListener::local_addr(listener),
            Listener::AsyncStd(listener) => TcpListener::local_addr(listener),
            Listener::Sim(listener) => TcpListener::local_addr(listener),
        }
    }
}

impl TcpStream for AnyTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        any_stream!(@each Stream &self.0, stream => stream.peer_addr())
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        any_stream!(@each Stream &self.0, stream => TcpStream::local_addr(stream))
    }
}
