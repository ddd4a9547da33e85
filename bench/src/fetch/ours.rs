//! The program on anyrt, for whichever runtime polls it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyrt::net::TcpListener;
use anyrt::sync::Semaphore;
use anyrt::{TaskGroup, channel};
use hyper::client::conn::http1::handshake;
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::bridge::Bridge;
use super::web::{AT_ONCE, Connection, LIMIT, LOOPBACK, Pool, answer, ask, expected};

/// Opens the site, fetches so many of its pages, and closes it.
pub(super) async fn fetch<B: Bridge>(pages: usize) {
    let site = async {
        let listener = anyrt::net::listen(LOOPBACK).await?;
        let address = listener.local_addr()?;
        let visit = anyrt::task_group(|group: TaskGroup<io::Error>| async move {
            group.spawn(accept::<B>(listener, group.clone()));
            let received = visit::<B>(address, pages).await?;
            group.cancel();
            Ok(received)
        });
        visit.await.map_err(io::Error::other)
    };
    let received = site.await.expect("a server on loopback answers");
    assert_eq!(received, expected(pages), "what the pages say");
}

async fn accept<B: Bridge>(
    listener: TcpListener,
    group: TaskGroup<io::Error>,
) -> io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        group.spawn(async {
            // A visitor that goes away is no fault of the server.
            let _ =
                http1::Builder::new().serve_connection(B::new(stream), service_fn(answer)).await;
        });
    }
}

/// Gives how many bytes the pages have.
async fn visit<B: Bridge>(address: SocketAddr, pages: usize) -> io::Result<usize> {
    let (permits, pool) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Pool::default()));
    let (sender, receiver) = channel::unbounded();
    let fetches = anyrt::task_group(|group: TaskGroup<io::Error>| async move {
        for page in 0..pages {
            let (permits, pool, sender) = (permits.clone(), pool.clone(), sender.clone());
            let connections = group.background();
            group.spawn(async move {
                let _permit = permits.acquire_owned().await;
                let mut connection = match pool.take() {
                    Some(connection) => connection,
                    None => connect::<B>(address, &connections).await?,
                };
                let text = anyrt::fail_after(LIMIT, ask(&mut connection, page)).await?;
                pool.put(connection);
                // Without a receiver nobody asks for the pages any more.
                let _ = sender.send(text.map_err(io::Error::other)?).await;
                Ok(())
            });
        }
        drop(sender);
        let mut received = 0;
        while let Ok(text) = receiver.recv().await {
            received += text.len();
        }
        Ok(received)
    });
    fetches.await.map_err(io::Error::other)
}

/// Opens a connection, whose bytes hyper moves in a child of its own.
async fn connect<B: Bridge>(
    address: SocketAddr,
    connections: &TaskGroup<io::Error>,
) -> io::Result<Connection> {
    let stream = anyrt::net::connect(address).await?;
    let (connection, bytes) = handshake(B::new(stream)).await.map_err(io::Error::other)?;
    connections.spawn(async {
        let _ = bytes.await;
    });
    Ok(connection)
}
