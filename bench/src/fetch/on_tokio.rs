//! tokio, as a program uses it that is written for it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::by_hand::Native;
use super::sync::OfTokio;
use super::web::{LIMIT, LOOPBACK};

pub(super) struct Tokio;

impl Native for Tokio {
    type Task = JoinHandle<()>;
    type Sync = OfTokio;
    type Listener = TcpListener;
    type Stream = TokioIo<TcpStream>;

    fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self::Task {
        tokio::spawn(future)
    }

    fn detach(task: Self::Task) {
        drop(task);
    }

    async fn join(task: Self::Task) {
        task.await.expect("no task panics");
    }

    async fn end(task: Self::Task) {
        task.abort();
        let _ = task.await;
    }

    async fn limit<F: Future<Output: Send> + Send>(future: F) -> io::Result<F::Output> {
        Ok(tokio::time::timeout(LIMIT, future).await?)
    }

    async fn listen() -> io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind(LOOPBACK).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    async fn accept(listener: &mut TcpListener) -> io::Result<Self::Stream> {
        Ok(TokioIo::new(listener.accept().await?.0))
    }

    async fn connect(address: SocketAddr) -> io::Result<Self::Stream> {
        Ok(TokioIo::new(TcpStream::connect(address).await?))
    }
}
