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

const SMALL: usize = 4_000;
const LARGE: usize = 20;
const LENGTH: usize = 8 << 20;
const ROUNDS: usize = 10;

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
            sender.ready().await.map_err(io::Error::other)?;
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

/// What one way has cost at best.
struct Best {
    way: &'static str,
    small: Duration,
    large: Duration,
}

impl Best {
    fn new(way: &'static str) -> Self {
        Self { way, small: Duration::MAX, large: Duration::MAX }
    }

    async fn round<S, W>(&mut self, wrap: W, small: &Bytes, large: &Bytes) -> io::Result<()>
    where
        S: Read + Write + Unpin + Send + 'static,
        W: Fn(TcpStream) -> S + Copy + Send + 'static,
    {
        self.small = self.small.min(ask(wrap, SMALL, small.clone()).await?);
        self.large = self.large.min(ask(wrap, LARGE, large.clone()).await?);
        Ok(())
    }

    fn print(&self, name: &str) {
        let micros = self.small.as_secs_f64() * 1e6 / SMALL as f64;
        let speed = (LARGE * LENGTH) as f64 / 1e9 / self.large.as_secs_f64();
        println!("{name:10} {:10} {micros:7.2} us a request {speed:7.2} GB/s", self.way);
    }
}

/// Measures in turns, so that whatever else the machine does meets all ways.
async fn measure(name: &str) -> io::Result<()> {
    let small = Bytes::from_static(b"hello");
    let large = Bytes::from(vec![7; LENGTH]);
    let [mut bridge, mut zeroing, mut own] = ["bridge", "FuturesIo", "HyperIo"].map(Best::new);
    for _ in 0..ROUNDS {
        bridge.round(Bridge::new, &small, &large).await?;
        zeroing.round(FuturesIo::new, &small, &large).await?;
        own.round(HyperIo::new, &small, &large).await?;
    }
    for best in [bridge, zeroing, own] {
        best.print(name);
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
