//! The sockets of any backend, without a box.

use std::any::Any;
use std::fmt::{self, Debug};
use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::net::{TcpListener, TcpStream};
use anyrt_core::{Driver, ErasedBackend, NetDriver};
use futures_io::{AsyncRead, AsyncWrite};

use crate::backend::{AnyBackend, Choice};
use crate::enabled::{AsyncStd, Sim, Smol, Tokio};

impl NetDriver for AnyBackend {
    type TcpStream = AnyTcpStream;
    type TcpListener = AnyTcpListener;

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

/// The raw connection of an [`AnyBackend`].
pub struct AnyTcpStream(Stream);

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
    #[expect(clippy::result_large_err, reason = "a connection is given back as it is")]
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

enum Stream {
    Tokio(<Tokio as NetDriver>::TcpStream),
    Smol(<Smol as NetDriver>::TcpStream),
    AsyncStd(<AsyncStd as NetDriver>::TcpStream),
    Sim(<Sim as NetDriver>::TcpStream),
}

/// The raw listener of an [`AnyBackend`].
pub struct AnyTcpListener(Listener);

enum Listener {
    Tokio(<Tokio as NetDriver>::TcpListener),
    Smol(<Smol as NetDriver>::TcpListener),
    AsyncStd(<AsyncStd as NetDriver>::TcpListener),
    Sim(<Sim as NetDriver>::TcpListener),
}

/// Does the same to whichever connection it is.
macro_rules! each {
    ($choice:expr, $stream:ident => $do:expr) => {
        match $choice {
            Stream::Tokio($stream) => $do,
            Stream::Smol($stream) => $do,
            Stream::AsyncStd($stream) => $do,
            Stream::Sim($stream) => $do,
        }
    };
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

impl Debug for AnyTcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(&self.0, stream => Debug::fmt(stream, f))
    }
}

impl TcpStream for AnyTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        each!(&self.0, stream => stream.peer_addr())
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        each!(&self.0, stream => TcpStream::local_addr(stream))
    }
}

impl AsyncRead for AnyTcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        each!(&mut self.get_mut().0, stream => Pin::new(stream).poll_read(cx, buf))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(&mut self.get_mut().0, stream => Pin::new(stream).poll_read_vectored(cx, bufs))
    }
}

impl AsyncWrite for AnyTcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(&mut self.get_mut().0, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(&mut self.get_mut().0, stream => Pin::new(stream).poll_write_vectored(cx, bufs))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(&mut self.get_mut().0, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(&mut self.get_mut().0, stream => Pin::new(stream).poll_close(cx))
    }
}
