//! The functions of the facade as a backend, so that the laws can be checked on them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyrt::{
    AnyBackend, CancelScope, GroupError, InlineGroup, Outcome, Panic, Sleep, Supervised, TaskGroup,
    channel, net, sync,
};
use anyrt_core::error::ConnectError;
use anyrt_core::{Backend, Net, Toplevel};

/// Asks the facade for everything but the start, and names no backend there.
#[derive(Clone)]
pub(crate) struct Facade(AnyBackend);

impl Facade {
    pub(crate) fn on(name: &str) -> Self {
        Self(name.parse().unwrap())
    }
}

impl<B: Into<AnyBackend>> From<B> for Facade {
    fn from(backend: B) -> Self {
        Self(backend.into())
    }
}

impl Toplevel for Facade {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

impl Backend for Facade {
    type Sleep = Sleep;
    type Semaphore = Arc<sync::Semaphore>;
    type CancelScope = CancelScope;
    type TaskGroup<E: Send + 'static> = TaskGroup<E>;
    type InlineGroup<'env, E: Send + 'static> = InlineGroup<'env, E>;
    type Sender<T: Send + 'static> = channel::Sender<T>;
    type Receiver<T: Send + 'static> = channel::Receiver<T>;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn now(&self) -> Instant {
        anyrt::now()
    }

    fn sleep(&self, timeout: Duration) -> Sleep {
        anyrt::sleep(timeout)
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        anyrt::sleep_until(deadline)
    }

    fn cancel_scope(&self) -> CancelScope {
        CancelScope::new()
    }

    fn semaphore(&self, permits: usize) -> Arc<sync::Semaphore> {
        Arc::new(sync::Semaphore::new(permits))
    }

    fn bounded<T: Send + 'static>(
        &self,
        capacity: usize,
    ) -> (channel::Sender<T>, channel::Receiver<T>) {
        channel::bounded(capacity)
    }

    fn unbounded<T: Send + 'static>(&self) -> (channel::Sender<T>, channel::Receiver<T>) {
        channel::unbounded()
    }

    fn task_group<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        anyrt::task_group(body)
    }

    fn supervise<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<Supervised<O::Value, E>, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        anyrt::supervise(body)
    }

    fn inline_group<'env, E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(InlineGroup<'env, E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        anyrt::inline_group(body)
    }

    fn run_blocking<F, T>(&self, f: F) -> impl Future<Output = T> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        anyrt::blocking::run(f)
    }

    fn finally<F, C>(&self, work: F, cleanup: C) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
        C: Future<Output = ()> + Send,
    {
        anyrt::finally(work, cleanup)
    }

    fn catch_panic<F>(&self, future: F) -> impl Future<Output = Result<F::Output, Panic>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        anyrt::catch_panic(future)
    }

    fn move_on_when<C, F>(
        &self,
        condition: C,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        C: Future + Send,
        F: Future<Output: Send> + Send,
    {
        anyrt::move_on_when(condition, future)
    }

    fn checkpoint(&self) -> impl Future<Output = ()> + Send {
        anyrt::checkpoint()
    }

    fn is_cancelled(&self) -> bool {
        anyrt::is_cancelled()
    }

    fn current_effective_deadline(&self) -> Option<Instant> {
        anyrt::current_effective_deadline()
    }

    fn root<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        self.0.root(future)
    }
}

impl Net for Facade {
    type TcpStream = net::TcpStream;
    type TcpListener = net::TcpListener;
    type UdpSocket = net::UdpSocket;
    #[cfg(unix)]
    type UnixStream = net::UnixStream;
    #[cfg(unix)]
    type UnixListener = net::UnixListener;
    #[cfg(unix)]
    type UnixDatagram = net::UnixDatagram;

    async fn connect(&self, address: SocketAddr) -> io::Result<net::TcpStream> {
        net::connect(address).await
    }

    async fn listen(&self, address: SocketAddr) -> io::Result<net::TcpListener> {
        net::listen(address).await
    }

    async fn bind_udp(&self, address: SocketAddr) -> io::Result<net::UdpSocket> {
        net::bind_udp(address).await
    }

    #[cfg(unix)]
    async fn connect_unix(&self, path: &Path) -> io::Result<net::UnixStream> {
        net::connect_unix(path).await
    }

    #[cfg(unix)]
    async fn listen_unix(&self, path: &Path) -> io::Result<net::UnixListener> {
        net::listen_unix(path).await
    }

    #[cfg(unix)]
    async fn unix_datagram(&self, path: Option<&Path>) -> io::Result<net::UnixDatagram> {
        match path {
            Some(path) => net::bind_unix_datagram(path).await,
            None => net::unix_datagram().await,
        }
    }

    #[cfg(unix)]
    async fn unix_datagram_pair(&self) -> io::Result<(net::UnixDatagram, net::UnixDatagram)> {
        net::unix_datagram_pair().await
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        net::resolve(host, port).await
    }

    async fn connect_any(&self, addresses: &[SocketAddr]) -> Result<net::TcpStream, ConnectError> {
        net::connect_any(addresses).await
    }

    async fn connect_host(&self, host: &str, port: u16) -> Result<net::TcpStream, ConnectError> {
        net::connect_host(host, port).await
    }
}
