//! tokio's sockets.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use anyrt_core::NetDriver;
use anyrt_core::net::{TcpListener, TcpStream, UdpSocket};
#[cfg(unix)]
use anyrt_core::net::{UnixDatagram, UnixListener};
use futures_io::{AsyncRead, AsyncWrite};
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net;
use tokio::runtime::Handle;

use crate::{SHUT_DOWN, TokioBackend};

impl NetDriver for TokioBackend {
    type TcpStream = TokioTcpStream;
    type TcpListener = TokioTcpListener;
    type UdpSocket = TokioUdpSocket;
    #[cfg(unix)]
    type UnixStream = TokioUnixStream;
    #[cfg(unix)]
    type UnixListener = TokioUnixListener;
    #[cfg(unix)]
    type UnixDatagram = TokioUnixDatagram;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<TokioTcpStream> {
        let connect = entered(self.handle(), net::TcpStream::connect(address));
        connect.await.map(TokioTcpStream).map_err(with_remedy)
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<TokioTcpListener> {
        let listener = entered(self.handle(), net::TcpListener::bind(address)).await;
        let listener = listener.map_err(with_remedy)?;
        Ok(TokioTcpListener { listener, handle: self.handle().clone() })
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<TokioUdpSocket> {
        let socket = entered(self.handle(), net::UdpSocket::bind(address));
        socket.await.map(TokioUdpSocket).map_err(with_remedy)
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<TokioUnixStream> {
        let connect = entered(self.handle(), net::UnixStream::connect(path));
        connect.await.map(TokioUnixStream).map_err(with_remedy)
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<TokioUnixListener> {
        let listener = {
            let _context = self.handle().enter();
            net::UnixListener::bind(path).map_err(with_remedy)?
        };
        Ok(TokioUnixListener { listener, handle: self.handle().clone() })
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, path: Option<&Path>) -> io::Result<TokioUnixDatagram> {
        let _context = self.handle().enter();
        let socket = match path {
            Some(path) => net::UnixDatagram::bind(path),
            None => net::UnixDatagram::unbound(),
        };
        socket.map(TokioUnixDatagram).map_err(with_remedy)
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(&self) -> io::Result<(TokioUnixDatagram, TokioUnixDatagram)> {
        let _context = self.handle().enter();
        let (here, there) = net::UnixDatagram::pair().map_err(with_remedy)?;
        Ok((TokioUnixDatagram(here), TokioUnixDatagram(there)))
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

/// A UDP socket of a tokio runtime.
#[derive(Debug)]
pub struct TokioUdpSocket(net::UdpSocket);

impl TokioUdpSocket {
    /// Gives tokio's own socket.
    pub fn into_inner(self) -> net::UdpSocket {
        self.0
    }
}

impl UdpSocket for TokioUdpSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buf).await.map_err(with_remedy)
    }

    async fn send_to(&self, buf: &[u8], address: SocketAddr) -> io::Result<usize> {
        self.0.send_to(buf, address).await.map_err(with_remedy)
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<()> {
        self.0.connect(address).await.map_err(with_remedy)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf).await.map_err(with_remedy)
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf).await.map_err(with_remedy)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

/// A listener of a Unix socket of a tokio runtime.
#[cfg(unix)]
#[derive(Debug)]
pub struct TokioUnixListener {
    listener: net::UnixListener,
    // A connection is registered with the runtime when it is accepted.
    handle: Handle,
}

#[cfg(unix)]
impl TokioUnixListener {
    /// Gives tokio's own listener.
    pub fn into_inner(self) -> net::UnixListener {
        self.listener
    }
}

#[cfg(unix)]
impl UnixListener for TokioUnixListener {
    type Stream = TokioUnixStream;

    async fn accept(&self) -> io::Result<TokioUnixStream> {
        let accept = entered(&self.handle, self.listener.accept());
        let (stream, _) = accept.await.map_err(with_remedy)?;
        Ok(TokioUnixStream(stream))
    }
}

/// A connection of a Unix socket of a tokio runtime.
#[cfg(unix)]
#[derive(Debug)]
pub struct TokioUnixStream(net::UnixStream);

#[cfg(unix)]
impl TokioUnixStream {
    /// Gives tokio's own connection.
    pub fn into_inner(self) -> net::UnixStream {
        self.0
    }
}

/// A Unix socket for datagrams of a tokio runtime.
#[cfg(unix)]
#[derive(Debug)]
pub struct TokioUnixDatagram(net::UnixDatagram);

#[cfg(unix)]
impl TokioUnixDatagram {
    /// Gives tokio's own socket.
    pub fn into_inner(self) -> net::UnixDatagram {
        self.0
    }
}

#[cfg(unix)]
impl UnixDatagram for TokioUnixDatagram {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        let (count, from) = self.0.recv_from(buf).await.map_err(with_remedy)?;
        Ok((count, from.as_pathname().map(Path::to_owned)))
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        self.0.send_to(buf, path).await.map_err(with_remedy)
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        self.0.connect(path)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf).await.map_err(with_remedy)
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf).await.map_err(with_remedy)
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        Ok(self.0.local_addr()?.as_pathname().map(Path::to_owned))
    }
}

// By hand and not by `tokio_util::compat`, which knows no vectored writes.
macro_rules! stream {
    ($stream:ty) => {
        impl AsyncRead for $stream {
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

        impl AsyncWrite for $stream {
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
    };
}

stream!(TokioTcpStream);
#[cfg(unix)]
stream!(TokioUnixStream);
