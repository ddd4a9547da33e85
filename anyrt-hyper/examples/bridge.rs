//! Measures hyper's ways to a connection: the bridge, `FuturesIo`, and tokio's own.
//!
//! Small requests show what a read costs; a large body shows what the copy costs.
#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};

use anyrt::net::TcpStream;
use anyrt_hyper::{Bridge, HyperIo};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::rt::{Read, Write};
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};
use smol_hyper::rt::FuturesIo;

const SMALL: usize = 20_000;
const LARGE: usize = 60;
const LENGTH: usize = 8 << 20;
const ROUNDS: usize = 5;

/// Asks so many times for a body of so many bytes, over connections of this kind.
async fn ask<S, W>(wrap: W, count: usize, body: Bytes) -> io::Result<Duration>
where
    S: Read + Write + Unpin + Send + 'static,
    W: Fn(TcpStream) -> S + Copy + Send + 'static,
{
    let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
    let address = listener.local_addr()?;
    let length = body.len();
    let measured = anyrt::task_group(async |group: anyrt::TaskGroup<io::Error>| {
        group.spawn(async move {
            let (stream, _) = listener.accept().await?;
            let answer = service_fn(move |_: Request<Incoming>| {
                let body = body.clone();
                async { Ok::<_, Infallible>(Response::new(Full::new(body))) }
            });
            let http = server::conn::http1::Builder::new();
            http.serve_connection(wrap(stream), answer).await.map_err(io::Error::other)
        });
        let stream = wrap(anyrt::net::connect(address).await?);
        let (mut sender, connection) =
            client::conn::http1::handshake(stream).await.map_err(io::Error::other)?;
        group.spawn(async { connection.await.map_err(io::Error::other) });
        let begin = Instant::now();
        for _ in 0..count {
            let request = Request::new(Full::new(Bytes::new()));
            let response = sender.send_request(request).await.map_err(io::Error::other)?;
            let mut body = response.into_body();
            let mut received = 0;
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(io::Error::other)?;
                received += frame.data_ref().map_or(0, Bytes::len);
            }
            assert_eq!(received, length);
        }
        Ok(begin.elapsed())
    });
    measured.await.map_err(io::Error::other)
}

/// The shortest of several rounds.
async fn best<S, W>(wrap: W, count: usize, body: &Bytes) -> io::Result<Duration>
where
    S: Read + Write + Unpin + Send + 'static,
    W: Fn(TcpStream) -> S + Copy + Send + 'static,
{
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        best = best.min(ask(wrap, count, body.clone()).await?);
    }
    Ok(best)
}

async fn measure(name: &str) -> io::Result<()> {
    let small = Bytes::from_static(b"hello");
    let large = Bytes::from(vec![7; LENGTH]);
    let per_request = |time: Duration| time.as_secs_f64() * 1e6 / SMALL as f64;
    let per_second = |time: Duration| (LARGE * LENGTH) as f64 / 1e9 / time.as_secs_f64();
    for (way, requests, bytes) in [
        (
            "bridge",
            best(Bridge::new, SMALL, &small).await?,
            best(Bridge::new, LARGE, &large).await?,
        ),
        (
            "FuturesIo",
            best(FuturesIo::new, SMALL, &small).await?,
            best(FuturesIo::new, LARGE, &large).await?,
        ),
        (
            "HyperIo",
            best(HyperIo::new, SMALL, &small).await?,
            best(HyperIo::new, LARGE, &large).await?,
        ),
    ] {
        let (requests, bytes) = (per_request(requests), per_second(bytes));
        println!("{name:10} {way:10} {requests:7.2} us a request {bytes:7.2} GB/s");
    }
    Ok(())
}

fn main() -> io::Result<()> {
    println!("HyperIo is tokio's own connection on tokio, and the bridge elsewhere");
    for name in ["tokio", "smol", "async-std"] {
        let backend: anyrt::AnyBackend = name.parse().expect("the backend is enabled");
        anyrt::run_on(&backend, measure(name))?;
    }
    Ok(())
}
