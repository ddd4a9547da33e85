//! tokio, with a fault in its sockets.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt_core::error::ConnectError;
use anyrt_core::net::{ByteStream, TcpListener, TcpStream, UnixListener};
use anyrt_core::task::{checkpoint, is_cancelled, yield_now};
use anyrt_core::{Driver, Net, Toplevel};
use anyrt_tokio::TokioBackend;
use futures_io::{AsyncRead, AsyncWrite};

use crate::datagrams::{FaultyUdpSocket, FaultyUnixDatagram};

/// What a connection or a listener does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Reads, and only then sees whether it is cancelled.
    ReadsAndIsCut,
    /// Says that a connection that broke has ended.
    BreaksCleanly,
    /// Says once that the stream has ended, and then nothing any more.
    EndsOnce,
    /// Closes both directions.
    ClosesAll,
    /// Flushes where it should close.
    FlushesOnly,
    /// Receives a datagram, and only then sees whether it is cancelled.
    ReceivesAndIsCut,
    /// Notes its peer, and hears others as before.
    HearsEverybody,
    /// Sends to nobody what has no peer.
    SendsToNobody,
    /// Reports the last attempt alone.
    TellsTheLast,
    /// Tries the first address alone.
    TriesTheFirst,
    /// Accepts, and only then sees whether it is cancelled.
    AcceptsAndIsCut,
}

/// tokio, with a fault in its sockets.
#[derive(Clone)]
pub(crate) struct Faulty {
    pub(crate) driver: TokioBackend,
    pub(crate) fault: Fault,
}

impl Driver for Faulty {
    type Sleep = <TokioBackend as Driver>::Sleep;

    fn name(&self) -> &'static str {
        "faulty"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        self.driver.spawn(future);
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        self.driver.spawn_blocking(f);
    }

    fn now(&self) -> Instant {
        Driver::now(&self.driver)
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        Driver::sleep_until(&self.driver, deadline)
    }
}

impl Toplevel for Faulty {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.driver.block_on(future)
    }
}

impl Net for Faulty {
    type TcpStream = Tcp;
    type TcpListener = FaultyListener;
    type UdpSocket = FaultyUdpSocket;
    type UnixStream = Unix;
    type UnixListener = FaultyUnixListener;
    type UnixDatagram = FaultyUnixDatagram;

    async fn connect(&self, address: SocketAddr) -> io::Result<Tcp> {
        self.driver.connect(address).await.map(|stream| tcp(stream, self.fault))
    }

    async fn listen(&self, address: SocketAddr) -> io::Result<FaultyListener> {
        let listener = self.driver.listen(address).await?;
        Ok(FaultyListener { listener, fault: self.fault })
    }

    async fn bind_udp(&self, address: SocketAddr) -> io::Result<FaultyUdpSocket> {
        let socket = self.driver.bind_udp(address).await?;
        Ok(FaultyUdpSocket::new(socket, self.fault))
    }

    async fn connect_unix(&self, path: &Path) -> io::Result<Unix> {
        self.driver.connect_unix(path).await.map(|stream| unix(stream, self.fault))
    }

    async fn listen_unix(&self, path: &Path) -> io::Result<FaultyUnixListener> {
        let listener = self.driver.listen_unix(path).await?;
        Ok(FaultyUnixListener { listener, fault: self.fault })
    }

    async fn unix_datagram(&self, path: Option<&Path>) -> io::Result<FaultyUnixDatagram> {
        let socket = self.driver.unix_datagram(path).await?;
        Ok(FaultyUnixDatagram { socket, fault: self.fault })
    }

    async fn unix_datagram_pair(&self) -> io::Result<(FaultyUnixDatagram, FaultyUnixDatagram)> {
        let (here, there) = self.driver.unix_datagram_pair().await?;
        let [here, there] =
            [here, there].map(|socket| FaultyUnixDatagram { socket, fault: self.fault });
        Ok((here, there))
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.driver.resolve(host, port).await
    }

    async fn connect_any(&self, addresses: &[SocketAddr]) -> Result<Tcp, ConnectError> {
        let addresses = match self.fault {
            Fault::TriesTheFirst => &addresses[..addresses.len().min(1)],
            _ => addresses,
        };
        let connected = self.driver.connect_any(addresses).await;
        let connected = connected.map(|stream| tcp(stream, self.fault));
        connected.map_err(|error| match error {
            ConnectError::Failed { target, mut attempts } if self.fault == Fault::TellsTheLast => {
                attempts.drain(..attempts.len() - 1);
                ConnectError::Failed { target, attempts }
            }
            error => error,
        })
    }

    async fn connect_host(&self, host: &str, port: u16) -> Result<Tcp, ConnectError> {
        let connected = self.driver.connect_host(host, port).await;
        connected.map(|stream| tcp(stream, self.fault))
    }
}

#[derive(Debug)]
pub(crate) struct FaultyListener {
    listener: <TokioBackend as Net>::TcpListener,
    fault: Fault,
}

impl TcpListener for FaultyListener {
    type Stream = Tcp;

    async fn accept(&self) -> io::Result<(Tcp, SocketAddr)> {
        let (stream, peer) = self.listener.accept().await?;
        if self.fault == Fault::AcceptsAndIsCut {
            yield_now().await;
            checkpoint().await;
        }
        Ok((tcp(stream, self.fault), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

#[derive(Debug)]
pub(crate) struct FaultyStream<S> {
    stream: S,
    fault: Fault,
    /// Whether it has closed, or ended.
    is_done: bool,
}

impl<S> FaultyStream<S> {
    fn new(stream: S, fault: Fault) -> Self {
        Self { stream, fault, is_done: false }
    }
}

pub(crate) type Tcp = FaultyStream<Box<dyn TcpStream>>;
pub(crate) type Unix = FaultyStream<Box<dyn ByteStream>>;

fn tcp(stream: <TokioBackend as Net>::TcpStream, fault: Fault) -> Tcp {
    match fault {
        // Below the check that it makes too late.
        Fault::ReadsAndIsCut => FaultyStream::new(Box::new(stream.into_inner()), fault),
        _ => FaultyStream::new(Box::new(stream), fault),
    }
}

fn unix(stream: <TokioBackend as Net>::UnixStream, fault: Fault) -> Unix {
    match fault {
        Fault::ReadsAndIsCut => FaultyStream::new(Box::new(stream.into_inner()), fault),
        _ => FaultyStream::new(Box::new(stream), fault),
    }
}

impl TcpStream for Tcp {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }
}

#[derive(Debug)]
pub(crate) struct FaultyUnixListener {
    listener: <TokioBackend as Net>::UnixListener,
    fault: Fault,
}

impl UnixListener for FaultyUnixListener {
    type Stream = Unix;

    async fn accept(&self) -> io::Result<Unix> {
        self.listener.accept().await.map(|stream| unix(stream, self.fault))
    }
}

impl<S: ByteStream> AsyncRead for FaultyStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.fault == Fault::ClosesAll && this.is_done {
            return Poll::Ready(Ok(0));
        }
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        let Poll::Ready(result) = read else { return Poll::Pending };
        match (this.fault, &result) {
            (Fault::ReadsAndIsCut, _) if is_cancelled() => Poll::Pending,
            (Fault::BreaksCleanly, Err(_)) => Poll::Ready(Ok(0)),
            (Fault::EndsOnce, Ok(0)) if std::mem::replace(&mut this.is_done, true) => {
                Poll::Ready(Err(ErrorKind::NotConnected.into()))
            }
            _ => Poll::Ready(result),
        }
    }
}

impl<S: ByteStream> AsyncWrite for FaultyStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_done = true;
        match self.fault {
            Fault::FlushesOnly => Pin::new(&mut self.stream).poll_flush(cx),
            _ => Pin::new(&mut self.stream).poll_close(cx),
        }
    }
}
