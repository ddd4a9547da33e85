//! The sockets of a subject: the driver's own, with their types erased.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::net::{ErasedTcpListener, TcpListener, TcpStream};
use futures_io::{AsyncRead, AsyncWrite};

/// A connection of the driver under test.
#[derive(Debug)]
pub struct SubjectStream(pub(super) Box<dyn TcpStream>);

impl AsyncRead for SubjectStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for SubjectStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

impl TcpStream for SubjectStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A listener of the driver under test.
#[derive(Debug)]
pub struct SubjectListener(pub(super) Box<dyn ErasedTcpListener>);

impl TcpListener for SubjectListener {
    type Stream = SubjectStream;

    fn accept(&self) -> impl Future<Output = io::Result<(SubjectStream, SocketAddr)>> + Send {
        let accept = self.0.erased_accept();
        async { accept.await.map(|(stream, peer)| (SubjectStream(stream), peer)) }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.erased_local_addr()
    }
}
