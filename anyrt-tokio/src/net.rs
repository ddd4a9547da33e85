//! tokio's TCP.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use anyrt_core::NetDriver;
use anyrt_core::net::{TcpListener, TcpStream};
use futures_io::{AsyncRead, AsyncWrite};
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net;
use tokio::runtime::Handle;

use crate::{SHUT_DOWN, TokioBackend};

impl NetDriver for TokioBackend {
    type TcpStream = TokioTcpStream;
    type TcpListener = TokioTcpListener;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<TokioTcpStream> {
        let connect = entered(self.handle(), net::TcpStream::connect(address));
        connect.await.map(TokioTcpStream).map_err(with_remedy)
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<TokioTcpListener> {
        let listener = entered(self.handle(), net::TcpListener::bind(address)).await;
        let listener = listener.map_err(with_remedy)?;
        Ok(TokioTcpListener { listener, handle: self.handle().clone() })
    }
}

pin_project! {
    /// A future whose every poll sees the runtime, whichever thread polls it (law B9).
    struct Entered<'a, F> {
        handle: &'a Handle,
        #[pin]
        future: F,
    }
}

fn entered<F: Future>(handle: &Handle, future: F) -> Entered<'_, F> {
    Entered { handle, future }
}

impl<F: Future> Future for Entered<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _context = this.handle.enter();
        this.future.poll(cx)
    }
}

/// tokio's error names only the cause, not the remedy (law N7).
fn with_remedy(error: io::Error) -> io::Error {
    let is_shut_down = error.kind() == io::ErrorKind::Other
        && error.get_ref().is_some_and(|inner| inner.to_string().contains("shutdown"));
    if is_shut_down { io::Error::other(SHUT_DOWN) } else { error }
}

/// A TCP listener of a tokio runtime.
#[derive(Debug)]
pub struct TokioTcpListener {
    listener: net::TcpListener,
    // A connection is registered with the runtime when it is accepted.
    handle: Handle,
}

impl TokioTcpListener {
    /// Gives tokio's own listener.
    pub fn into_inner(self) -> net::TcpListener {
        self.listener
    }
}

impl TcpListener for TokioTcpListener {
    type Stream = TokioTcpStream;

    async fn accept(&self) -> io::Result<(TokioTcpStream, SocketAddr)> {
        let accept = entered(&self.handle, self.listener.accept());
        let (stream, peer) = accept.await.map_err(with_remedy)?;
        Ok((TokioTcpStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A TCP connection of a tokio runtime.
#[derive(Debug)]
pub struct TokioTcpStream(net::TcpStream);

impl TokioTcpStream {
    /// Gives tokio's own connection.
    pub fn into_inner(self) -> net::TcpStream {
        self.0
    }
}

impl TcpStream for TokioTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

// By hand and not by `tokio_util::compat`, which knows no vectored writes.
impl AsyncRead for TokioTcpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buf)).map_err(with_remedy)?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}

impl AsyncWrite for TokioTcpStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf).map_err(with_remedy)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs).map_err(with_remedy)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
