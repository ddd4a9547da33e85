//! smol's TCP.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::NetDriver;
use anyrt_core::net::{TcpListener, TcpStream};
use futures_io::{AsyncRead, AsyncWrite};
use smol::net;

use crate::SmolBackend;

impl NetDriver for SmolBackend {
    type TcpStream = SmolTcpStream;
    type TcpListener = SmolTcpListener;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<SmolTcpStream> {
        net::TcpStream::connect(address).await.map(SmolTcpStream)
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<SmolTcpListener> {
        net::TcpListener::bind(address).await.map(SmolTcpListener)
    }
}

/// A TCP listener of smol.
#[derive(Debug)]
pub struct SmolTcpListener(net::TcpListener);

impl SmolTcpListener {
    /// Gives smol's own listener.
    pub fn into_inner(self) -> net::TcpListener {
        self.0
    }
}

impl TcpListener for SmolTcpListener {
    type Stream = SmolTcpStream;

    async fn accept(&self) -> io::Result<(SmolTcpStream, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        Ok((SmolTcpStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A TCP connection of smol.
#[derive(Debug)]
pub struct SmolTcpStream(net::TcpStream);

impl SmolTcpStream {
    /// Gives smol's own connection.
    pub fn into_inner(self) -> net::TcpStream {
        self.0
    }
}

impl TcpStream for SmolTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl AsyncRead for SmolTcpStream {
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

impl AsyncWrite for SmolTcpStream {
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

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}
