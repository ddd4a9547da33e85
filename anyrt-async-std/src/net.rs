//! async-std's TCP.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::NetDriver;
use anyrt_core::net::{TcpListener, TcpStream};
use async_std::net;
use futures_io::{AsyncRead, AsyncWrite};

use crate::AsyncStdBackend;

impl NetDriver for AsyncStdBackend {
    type TcpStream = AsyncStdTcpStream;
    type TcpListener = AsyncStdTcpListener;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<AsyncStdTcpStream> {
        net::TcpStream::connect(address).await.map(AsyncStdTcpStream)
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<AsyncStdTcpListener> {
        net::TcpListener::bind(address).await.map(AsyncStdTcpListener)
    }
}

/// A TCP listener of async-std.
#[derive(Debug)]
pub struct AsyncStdTcpListener(net::TcpListener);

impl AsyncStdTcpListener {
    /// Gives async-std's own listener.
    pub fn into_inner(self) -> net::TcpListener {
        self.0
    }
}

impl TcpListener for AsyncStdTcpListener {
    type Stream = AsyncStdTcpStream;

    async fn accept(&self) -> io::Result<(AsyncStdTcpStream, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        Ok((AsyncStdTcpStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A TCP connection of async-std.
#[derive(Debug)]
pub struct AsyncStdTcpStream(net::TcpStream);

impl AsyncStdTcpStream {
    /// Gives async-std's own connection.
    pub fn into_inner(self) -> net::TcpStream {
        self.0
    }
}

impl TcpStream for AsyncStdTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl AsyncRead for AsyncStdTcpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read_vectored(cx, bufs)
    }
}

impl AsyncWrite for AsyncStdTcpStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    // async-std's own only flushes: the other end would never see the end of the stream.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown(Shutdown::Write))
    }
}
