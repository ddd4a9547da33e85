//! The sockets that a library gets: an adapter's, with a cancellation check and a turn for others at
//! every operation.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite, IoSlice, IoSliceMut};

use super::{ReadHalf, TcpListener, TcpStream, WriteHalf, split};
use crate::waiting::{self, Wait};
use crate::{budget, leaf};

/// A connection whose every read and write is a checkpoint.
///
/// See laws C1 and F2.
#[derive(Debug)]
pub struct CheckedStream<S>(S);

impl<S> CheckedStream<S> {
    /// Makes each read and write of a connection a checkpoint.
    pub fn new(stream: S) -> Self {
        Self(stream)
    }

    /// Parts it into a half that reads and one that writes.
    ///
    /// Each may be in a task of its own.
    pub fn split(self) -> (ReadHalf<Self>, WriteHalf<Self>) {
        split::split(self)
    }

    /// Gives the runtime's own connection.
    pub fn into_inner(self) -> S {
        self.0
    }
}

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
}

/// A listener whose every operation is a checkpoint.
///
/// See laws C1 and F2.
#[derive(Debug)]
pub struct CheckedListener<L>(L);

impl<L: TcpListener> CheckedListener<L> {
    pub(super) fn new(listener: L) -> Self {
        Self(listener)
    }

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
pub(super) async fn waiting<F: Future>(future: F) -> F::Output {
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
