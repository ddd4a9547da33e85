//! async-std, as a program uses it that is written for it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use async_std::net::{TcpListener, TcpStream};
use async_std::task::{self, JoinHandle};
use smol_hyper::rt::FuturesIo;

use super::by_hand::Native;
use super::sync::OfSmol;
use super::web::{LIMIT, LOOPBACK};

pub(super) struct AsyncStd;

impl Native for AsyncStd {
    type Task = JoinHandle<()>;
    type Sync = OfSmol;
    type Listener = TcpListener;
    type Stream = FuturesIo<TcpStream>;

    fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self::Task {
        task::spawn(future)
    }

    fn detach(task: Self::Task) {
        drop(task);
    }

    async fn join(task: Self::Task) {
        task.await;
    }

    async fn end(task: Self::Task) {
        task.cancel().await;
    }

    async fn limit<F: Future<Output: Send> + Send>(future: F) -> io::Result<F::Output> {
        Ok(async_std::future::timeout(LIMIT, future).await.map_err(|_| io::ErrorKind::TimedOut)?)
    }

    async fn listen() -> io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind(LOOPBACK).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    async fn accept(listener: &mut TcpListener) -> io::Result<Self::Stream> {
        Ok(FuturesIo::new(listener.accept().await?.0))
    }

    async fn connect(address: SocketAddr) -> io::Result<Self::Stream> {
        Ok(FuturesIo::new(TcpStream::connect(address).await?))
    }
}
