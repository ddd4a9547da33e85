//! A driver under test, with its type erased, so that the laws are compiled once.
//!
//! Each of the laws is generic; compiled for one backend they take most of a minute. The suite
//! therefore holds a driver behind this type, through the object-safe twins that the engine itself
//! uses. What runs is the driver: every task, timer, socket and blocking call goes to it. A type that
//! implements `Backend` itself cannot be erased and is compiled for.

mod system;

use std::fmt::{self, Debug};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Instant;

#[cfg(unix)]
use anyrt_core::net::{ByteStream, ErasedUnixDatagram, ErasedUnixListener};
use anyrt_core::net::{ErasedNet, ErasedTcpListener, ErasedUdpSocket, TcpStream};
use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Driver, ErasedBackend, NetDriver, Sleep, Toplevel};

pub use self::system::System;

/// Polls a future to its end, as [`Toplevel::block_on`] does.
type BlockOn = dyn Fn(Pin<&mut dyn Future<Output = ()>>) + Send + Sync;

/// A driver under test.
#[derive(Clone)]
pub struct Subject {
    driver: ErasedBackend,
    block_on: Arc<BlockOn>,
    net: Option<Arc<dyn ErasedNet>>,
    system: Option<System>,
}

impl Subject {
    /// Takes a driver.
    pub fn new<D: Driver + Toplevel>(driver: D) -> Self {
        Self {
            driver: ErasedBackend::new(driver.clone()),
            block_on: Arc::new(move |future| driver.block_on(future)),
            net: None,
            system: None,
        }
    }

    /// Takes a driver that has a network, too.
    pub fn with_net<D: NetDriver + Toplevel>(driver: D) -> Self {
        Self { net: Some(Arc::new(driver.clone())), ..Self::new(driver) }
    }

    fn net(&self) -> io::Result<&dyn ErasedNet> {
        let message = "this driver was taken without its network: Subject::with_net takes it";
        self.net.as_deref().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, message))
    }
}

impl Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subject").field(&self.driver.name()).finish()
    }
}

impl Driver for Subject {
    type Sleep = Pin<Box<dyn Sleep>>;

    fn name(&self) -> &'static str {
        self.driver.name()
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        self.driver.spawn(future);
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        self.driver.spawn_blocking(f);
    }

    fn blocking_limiter(&self) -> Arc<CapacityLimiter> {
        self.driver.blocking_limiter()
    }

    fn now(&self) -> Instant {
        self.driver.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.driver.sleep_until(deadline)
    }
}

impl Toplevel for Subject {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut output = None;
        (self.block_on)(pin!(async { output = Some(future.await) }));
        output.expect("block_on returns after the future's end")
    }
}

impl NetDriver for Subject {
    type TcpStream = Box<dyn TcpStream>;
    type TcpListener = Box<dyn ErasedTcpListener>;
    type UdpSocket = Box<dyn ErasedUdpSocket>;
    #[cfg(unix)]
    type UnixStream = Box<dyn ByteStream>;
    #[cfg(unix)]
    type UnixListener = Box<dyn ErasedUnixListener>;
    #[cfg(unix)]
    type UnixDatagram = Box<dyn ErasedUnixDatagram>;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<Box<dyn TcpStream>> {
        self.net()?.erased_raw_connect(address).await
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<Box<dyn ErasedTcpListener>> {
        self.net()?.erased_raw_listen(address).await
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<Box<dyn ErasedUdpSocket>> {
        self.net()?.erased_raw_bind_udp(address).await
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<Box<dyn ByteStream>> {
        self.net()?.erased_raw_connect_unix(path).await
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<Box<dyn ErasedUnixListener>> {
        self.net()?.erased_raw_listen_unix(path).await
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(
        &self,
        path: Option<&Path>,
    ) -> io::Result<Box<dyn ErasedUnixDatagram>> {
        self.net()?.erased_raw_unix_datagram(path).await
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(
        &self,
    ) -> io::Result<(Box<dyn ErasedUnixDatagram>, Box<dyn ErasedUnixDatagram>)> {
        self.net()?.erased_raw_unix_datagram_pair().await
    }

    async fn raw_resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.net()?.erased_raw_resolve(host, port).await
    }
}
