//! A backend that is not enabled: a type without values.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt_core::net::{TcpListener, TcpStream, UdpSocket};
use anyrt_core::process::{ProcessDriver, RawCommand, RawProcess};
#[cfg(unix)]
use anyrt_core::signal::{Signal, SignalDriver, SignalListener};
use anyrt_core::{Driver, NetDriver, Sleep, Toplevel};
use futures_io::{AsyncRead, AsyncWrite};

/// Backend, timer and socket in one, none of which can exist.
// The field is private, or every match on a backend would be warned of as unreachable.
#[derive(Clone, Debug)]
pub(crate) struct Disabled(Infallible);

impl Driver for Disabled {
    type Sleep = Self;

    fn name(&self) -> &'static str {
        match self.0 {}
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, _: F) {
        match self.0 {}
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, _: F) {
        match self.0 {}
    }

    fn now(&self) -> Instant {
        match self.0 {}
    }

    fn sleep_until(&self, _: Instant) -> Self {
        match self.0 {}
    }
}

impl Toplevel for Disabled {
    fn block_on<F: Future>(&self, _: F) -> F::Output {
        match self.0 {}
    }
}

impl Future for Disabled {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0 {}
    }
}

impl Sleep for Disabled {
    fn reset(self: Pin<&mut Self>, _: Instant) {
        match self.0 {}
    }
}

#[cfg(unix)]
impl SignalDriver for Disabled {
    fn raw_signal(&self, _: Signal) -> io::Result<Box<dyn SignalListener>> {
        match self.0 {}
    }
}

impl ProcessDriver for Disabled {
    fn raw_spawn(&self, _: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        match self.0 {}
    }
}

impl NetDriver for Disabled {
    type TcpStream = Self;
    type TcpListener = Self;
    type UdpSocket = Self;
    #[cfg(unix)]
    type UnixStream = Self;
    #[cfg(unix)]
    type UnixListener = Self;
    #[cfg(unix)]
    type UnixDatagram = Self;

    async fn raw_connect(&self, _: SocketAddr) -> io::Result<Self> {
        match self.0 {}
    }

    async fn raw_listen(&self, _: SocketAddr) -> io::Result<Self> {
        match self.0 {}
    }

    async fn raw_bind_udp(&self, _: SocketAddr) -> io::Result<Self> {
        match self.0 {}
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, _: &Path) -> io::Result<Self> {
        match self.0 {}
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, _: &Path) -> io::Result<Self> {
        match self.0 {}
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, _: Option<&Path>) -> io::Result<Self> {
        match self.0 {}
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(&self) -> io::Result<(Self, Self)> {
        match self.0 {}
    }
}

impl UdpSocket for Disabled {
    async fn recv_from(&self, _: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        match self.0 {}
    }

    async fn send_to(&self, _: &[u8], _: SocketAddr) -> io::Result<usize> {
        match self.0 {}
    }

    async fn connect(&self, _: SocketAddr) -> io::Result<()> {
        match self.0 {}
    }

    async fn recv(&self, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    async fn send(&self, _: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }
}

#[cfg(unix)]
impl anyrt_core::net::UnixDatagram for Disabled {
    async fn recv_from(&self, _: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        match self.0 {}
    }

    async fn send_to(&self, _: &[u8], _: &Path) -> io::Result<usize> {
        match self.0 {}
    }

    fn connect(&self, _: &Path) -> io::Result<()> {
        match self.0 {}
    }

    async fn recv(&self, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    async fn send(&self, _: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        match self.0 {}
    }
}

#[cfg(unix)]
impl anyrt_core::net::UnixListener for Disabled {
    type Stream = Self;

    async fn accept(&self) -> io::Result<Self> {
        match self.0 {}
    }
}

impl TcpListener for Disabled {
    type Stream = Self;

    async fn accept(&self) -> io::Result<(Self, SocketAddr)> {
        match self.0 {}
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }
}

impl TcpStream for Disabled {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self.0 {}
    }
}

impl AsyncRead for Disabled {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        match self.0 {}
    }
}

impl AsyncWrite for Disabled {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        match self.0 {}
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }
}
