//! The network capability: TCP, over each runtime's own reactor.
//!
//! It is a trait of its own, because not every runtime has a network: code that needs one says
//! `B: Backend + Net`, and a backend without one is a compile error. What an adapter writes is
//! [`NetDriver`]; the engine makes [`Net`] of it, with a cancellation check and a turn for others
//! at every read and write.

use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use futures_io::{AsyncRead, AsyncWrite, IoSlice, IoSliceMut};

use crate::driver::Driver;
use crate::waiting::{self, Wait};
use crate::{budget, leaf};

/// What an adapter writes for its runtime's TCP.
pub trait NetDriver: Driver {
    /// The runtime's connection.
    type TcpStream: TcpStream;
    /// The runtime's listener.
    type TcpListener: TcpListener<Stream = Self::TcpStream>;

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
}

/// What a library uses: TCP connections and listeners.
pub trait Net {
    /// A connection.
    type TcpStream: TcpStream;
    /// A listener.
    type TcpListener: TcpListener<Stream = Self::TcpStream>;

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
}

/// A TCP connection.
///
/// Closing its writing half sends the end of the stream.
pub trait TcpStream: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin + 'static {
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

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::TcpStream> {
        leaf::checkpoint().await;
        waiting(self.raw_connect(address)).await.map(CheckedStream)
    }

    async fn listen(&self, address: SocketAddr) -> io::Result<Self::TcpListener> {
        leaf::checkpoint().await;
        self.raw_listen(address).await.map(CheckedListener)
    }
}

/// A connection whose every read and write is a checkpoint.
///
/// See laws C1 and F2.
#[derive(Debug)]
pub struct CheckedStream<S>(S);

impl<S: TcpStream> CheckedStream<S> {
    /// Gives the address of the other end.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    /// Gives the address of this end.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Gives the runtime's own connection.
    pub fn into_inner(self) -> S {
        self.0
    }
}

/// A listener whose every operation is a checkpoint.
///
/// See laws C1 and F2.
#[derive(Debug)]
pub struct CheckedListener<L>(L);

impl<L: TcpListener> CheckedListener<L> {
    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// Whatever the system says, for example too many open files.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A connection that was not returned stays in the system's queue.
    pub async fn accept(&self) -> io::Result<(CheckedStream<L::Stream>, SocketAddr)> {
        leaf::checkpoint().await;
        waiting(self.0.accept()).await.map(|(stream, peer)| (CheckedStream(stream), peer))
    }

    /// Gives the address that it listens on, with the port that was chosen.
    ///
    /// # Errors
    ///
    /// If the socket is gone.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Gives the runtime's own listener.
    pub fn into_inner(self) -> L {
        self.0
    }
}

impl<L: TcpListener> TcpListener for CheckedListener<L> {
    type Stream = CheckedStream<L::Stream>;

    async fn accept(&self) -> io::Result<(Self::Stream, SocketAddr)> {
        self.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

impl<S: TcpStream> TcpStream for CheckedStream<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

/// Has the task tree show what `future` waits for.
async fn waiting<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        if polled.is_pending() {
            waiting::note(Wait::Network);
        }
        polled
    })
    .await
}

/// Spends a unit of the budget on what has completed (law F2).
fn spent<T>(polled: Poll<T>) -> Poll<T> {
    match &polled {
        Poll::Ready(_) => budget::spend(),
        Poll::Pending => waiting::note(Wait::Network),
    }
    polled
}

impl<S: AsyncRead + Unpin> AsyncRead for CheckedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_read(cx, buf))
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_read_vectored(cx, bufs))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CheckedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_write_vectored(cx, bufs))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_flush(cx))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_close(cx))
    }
}

/// The object-safe twin of [`Net`].
///
/// It is for a backend whose type is known only at run time.
#[async_trait]
pub trait ErasedNet: Send + Sync {
    /// See [`Net::connect`].
    async fn erased_connect(&self, address: SocketAddr) -> io::Result<Box<dyn TcpStream>>;
    /// See [`Net::listen`].
    async fn erased_listen(&self, address: SocketAddr) -> io::Result<Box<dyn ErasedTcpListener>>;
}

/// The object-safe twin of [`TcpListener`].
#[async_trait]
pub trait ErasedTcpListener: Debug + Send + Sync + 'static {
    /// See [`TcpListener::accept`].
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
    async fn erased_connect(&self, address: SocketAddr) -> io::Result<Box<dyn TcpStream>> {
        Ok(Box::new(self.connect(address).await?))
    }

    async fn erased_listen(&self, address: SocketAddr) -> io::Result<Box<dyn ErasedTcpListener>> {
        Ok(Box::new(self.listen(address).await?))
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
