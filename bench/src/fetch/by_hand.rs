//! The program without anyrt: tasks whose handles it keeps, and the runtime's own parts.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::sync::Sync;
use super::web::{AT_ONCE, Connection, Pool, answer, ask, expected};

/// What a program takes from its runtime.
pub(super) trait Native: 'static {
    /// A task, which some runtimes end when its handle is dropped.
    type Task: Send;
    type Sync: Sync;
    type Listener: Send + 'static;
    type Stream: Read + Write + Unpin + Send + 'static;

    fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self::Task;

    fn detach(task: Self::Task);

    fn join(task: Self::Task) -> impl Future<Output = ()> + Send;

    /// Ends a task, and waits until it has.
    fn end(task: Self::Task) -> impl Future<Output = ()> + Send;

    /// Runs it for as long as a page may take.
    fn limit<F: Future<Output: Send> + Send>(
        future: F,
    ) -> impl Future<Output = io::Result<F::Output>> + Send;

    fn listen() -> impl Future<Output = io::Result<(Self::Listener, SocketAddr)>> + Send;

    fn accept(
        listener: &mut Self::Listener,
    ) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    fn connect(address: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Opens the site, fetches so many of its pages, and closes it.
pub(super) async fn fetch<N: Native>(pages: usize) {
    let site = async {
        let (listener, address) = N::listen().await?;
        let accepting = N::spawn(accept::<N>(listener));
        let received = visit::<N>(address, pages).await?;
        N::end(accepting).await;
        io::Result::Ok(received)
    };
    let received = site.await.expect("a server on loopback answers");
    assert_eq!(received, expected(pages), "what the pages say");
}

async fn accept<N: Native>(mut listener: N::Listener) {
    while let Ok(stream) = N::accept(&mut listener).await {
        // It ends when its visitor goes.
        N::detach(N::spawn(async {
            let _ = http1::Builder::new().serve_connection(stream, service_fn(answer)).await;
        }));
    }
}

/// The tasks in which hyper moves the bytes of the connections.
type Drivers<N> = Arc<Mutex<Vec<<N as Native>::Task>>>;

/// Gives how many bytes the pages have.
async fn visit<N: Native>(address: SocketAddr, pages: usize) -> io::Result<usize> {
    let (permits, pool) = (N::Sync::permits(AT_ONCE), Arc::new(Pool::default()));
    let drivers = Drivers::<N>::default();
    let (sender, mut receiver) = N::Sync::channel();
    let mut tasks = Vec::with_capacity(pages);
    for page in 0..pages {
        let (permits, pool, sender) = (permits.clone(), pool.clone(), sender.clone());
        let drivers = drivers.clone();
        tasks.push(N::spawn(async move {
            let _permit = N::Sync::acquire(permits).await;
            let fetched = fetch_one::<N>(address, page, &pool, &drivers).await;
            // Without a receiver nobody asks for the pages any more.
            N::Sync::send(&sender, fetched);
        }));
    }
    drop(sender);
    let mut received = 0;
    while let Some(text) = N::Sync::recv(&mut receiver).await {
        received += text?.len();
    }
    for task in tasks {
        N::join(task).await;
    }
    let drivers = std::mem::take(&mut *drivers.lock().unwrap_or_else(PoisonError::into_inner));
    for driver in drivers {
        N::end(driver).await;
    }
    Ok(received)
}

async fn fetch_one<N: Native>(
    address: SocketAddr,
    page: usize,
    pool: &Pool,
    drivers: &Drivers<N>,
) -> io::Result<Bytes> {
    let mut connection = match pool.take() {
        Some(connection) => connection,
        None => connect::<N>(address, drivers).await?,
    };
    let text = N::limit(ask(&mut connection, page)).await?;
    pool.put(connection);
    text.map_err(io::Error::other)
}

async fn connect<N: Native>(address: SocketAddr, drivers: &Drivers<N>) -> io::Result<Connection> {
    let stream = N::connect(address).await?;
    let (connection, bytes) = handshake(stream).await.map_err(io::Error::other)?;
    let driver = N::spawn(async {
        let _ = bytes.await;
    });
    drivers.lock().unwrap_or_else(PoisonError::into_inner).push(driver);
    Ok(connection)
}
