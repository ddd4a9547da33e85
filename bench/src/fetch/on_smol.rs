//! smol, as a program uses it that is written for it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use smol::net::{TcpListener, TcpStream};
use smol::{Task, Timer};
use smol_hyper::rt::FuturesIo;

use super::by_hand::Native;
use super::sync::OfSmol;
use super::web::{LIMIT, LOOPBACK};

pub(super) struct Smol;

impl Native for Smol {
    type Task = Task<()>;
    type Sync = OfSmol;
    type Listener = TcpListener;
    type Stream = FuturesIo<TcpStream>;

    fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self::Task {
        smol::spawn(future)
    }

    fn detach(task: Self::Task) {
        task.detach();
    }

    async fn join(task: Self::Task) {
        task.await;
    }

    async fn end(task: Self::Task) {
        task.cancel().await;
    }

    async fn limit<F: Future<Output: Send> + Send>(future: F) -> io::Result<F::Output> {
        let in_time = async { Ok(future.await) };
        let too_late = async {
            Timer::after(LIMIT).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        smol::future::or(in_time, too_late).await
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
