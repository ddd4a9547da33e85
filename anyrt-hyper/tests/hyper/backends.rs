//! A server and a client of hyper on every backend.

use std::convert::Infallible;
use std::io;

use anyrt_hyper::{DriverTimer, GroupExecutor, HyperIo};
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};

use crate::{Group, each_backend, local};

const LENGTH: usize = 1_000_000;

/// Sends back what it gets, the other way round.
async fn reversed(request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await?.to_bytes();
    let reversed: Vec<u8> = body.iter().rev().copied().collect();
    Ok(Response::new(Full::new(reversed.into())))
}

fn text(seed: usize) -> Vec<u8> {
    (0..LENGTH).map(|at| ((at + seed) % 251) as u8).collect()
}

/// Serves one connection of HTTP/1 and asks three times.
async fn converse(wrap: fn(anyrt::net::TcpStream) -> HyperIo) -> io::Result<()> {
    let listener = anyrt::net::listen(local()).await?;
    let address = listener.local_addr()?;
    let served = anyrt::task_group(async |group: Group| {
        group.spawn(async move {
            let (stream, _) = listener.accept().await?;
            let mut http = server::conn::http1::Builder::new();
            http.timer(DriverTimer::current().map_err(io::Error::other)?);
            let connection = http.serve_connection(wrap(stream), service_fn(reversed));
            connection.await.map_err(io::Error::other)
        });
        let stream = wrap(anyrt::net::connect(address).await?);
        let (mut sender, connection) =
            client::conn::http1::handshake(stream).await.map_err(io::Error::other)?;
        group.spawn(async { connection.await.map_err(io::Error::other) });
        for seed in 0..3 {
            sender.ready().await.map_err(io::Error::other)?;
            let request = Request::new(Full::new(Bytes::from(text(seed))));
            let response = sender.send_request(request).await.map_err(io::Error::other)?;
            let answer = response.into_body().collect().await.map_err(io::Error::other)?;
            let mut answer = answer.to_bytes().to_vec();
            answer.reverse();
            assert!(answer == text(seed), "request {seed} was answered with other bytes");
        }
        Ok(())
    });
    served.await.map_err(io::Error::other)
}

#[test]
fn asks_and_answers() {
    each_backend(|| {
        converse(|stream| {
            let stream = HyperIo::new(stream);
            let is_tokio = anyrt::AnyBackend::current().unwrap().name() == "tokio";
            assert_eq!(stream.is_native(), is_tokio, "tokio's connections need no bridge");
            stream
        })
    });
}

#[test]
fn asks_and_answers_over_the_bridge() {
    each_backend(|| converse(HyperIo::bridged));
}

/// Of HTTP/2 both ends spawn: their tasks are children of the group.
async fn many_at_once() -> io::Result<()> {
    let listener = anyrt::net::listen(local()).await?;
    let address = listener.local_addr()?;
    let served = anyrt::task_group(async |group: Group| {
        let executor = GroupExecutor::new(&group);
        let there = executor.clone();
        group.spawn(async move {
            let (stream, _) = listener.accept().await?;
            let http = server::conn::http2::Builder::new(there);
            let hello = service_fn(|request: Request<Incoming>| async move {
                anyrt::yield_now().await;
                Ok::<_, Infallible>(Response::new(request.uri().path().to_owned()))
            });
            let connection = http.serve_connection(HyperIo::new(stream), hello);
            connection.await.map_err(io::Error::other)
        });
        let stream = HyperIo::new(anyrt::net::connect(address).await?);
        let (sender, connection) =
            client::conn::http2::handshake(executor, stream).await.map_err(io::Error::other)?;
        group.spawn(async { connection.await.map_err(io::Error::other) });
        let answers = (0..50).map(|number| {
            let mut sender = sender.clone();
            async move {
                let request = Request::get(format!("http://here/{number}"));
                let request = request.body(Full::<Bytes>::default()).expect("a request");
                let response = sender.send_request(request).await?;
                let path = response.into_body().collect().await?.to_bytes();
                assert_eq!(path, format!("/{number}"));
                hyper::Result::Ok(())
            }
        });
        try_join_all(answers).await.map_err(io::Error::other)?;
        Ok(())
    });
    served.await.map_err(io::Error::other)
}

#[test]
fn tasks_of_http2_belong_to_the_group() {
    each_backend(many_at_once);
}
