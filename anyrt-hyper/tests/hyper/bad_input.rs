//! Clients that say nonsense, too much, too little or nothing: no panic, no hang, and the server goes on.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyrt::net::TcpListener;
use anyrt_hyper::{DriverTimer, HyperIo};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, client};

use crate::{Group, each_backend, local};

/// Says something, and gives all of the answer.
async fn say(address: SocketAddr, text: &[u8], close: bool) -> io::Result<String> {
    let mut stream = anyrt::net::connect(address).await?;
    // The server may have had enough before it has read all.
    let _ = stream.write_all(text).await;
    if close {
        let _ = stream.close().await;
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Serves whoever comes, and gives nobody much time.
async fn accept_all(listener: TcpListener, server: Group) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let hello = service_fn(|_: Request<Incoming>| async {
            Ok::<_, Infallible>(Response::new("hello".to_owned()))
        });
        server.spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(DriverTimer::current().map_err(io::Error::other)?);
            http.header_read_timeout(Duration::from_millis(100));
            // What the client did wrong is no failure of the server.
            let _ = http.serve_connection(HyperIo::new(stream), hello).await;
            Ok(())
        });
    }
}

async fn serves_on() -> io::Result<()> {
    let listener = anyrt::net::listen(local()).await?;
    let address = listener.local_addr()?;
    let served = anyrt::task_group(async |group: Group| {
        let server = group.background();
        server.spawn(accept_all(listener, server.clone()));
        let huge = [b"GET / HTTP/1.1\r\nx: ".as_slice(), &[b'x'; 1_000_000]].concat();
        let long =
            b"GET / HTTP/1.1\r\nhost: here\r\ncontent-length: 99999999999999999999999\r\n\r\n";
        let good = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        for (text, close, answer) in [
            (b"nonsense\r\n\r\n".as_slice(), false, "HTTP/1.1 400"),
            (&huge, false, "HTTP/1.1 431"),
            (long, false, "HTTP/1.1 400"),
            // Half a line, and then nothing, or the end.
            (b"GET / HT", false, ""),
            (b"GET / HT", true, ""),
            (b"", false, ""),
            (b"", true, ""),
            (good, false, "HTTP/1.1 200"),
        ] {
            let told = say(address, text, close).await?;
            // A server that breaks off may take its own answer with it.
            let is_expected = told.starts_with(answer) || text.len() > 1000 && told.is_empty();
            let text = String::from_utf8_lossy(&text[..text.len().min(40)]);
            assert!(is_expected, "{text:?}, closed: {close}, was answered with {told:?}");
        }
        Ok(())
    });
    served.await.map_err(io::Error::other)
}

#[test]
fn a_server_survives_its_clients() {
    each_backend(serves_on);
}

/// A server that breaks off in the middle of its answer.
async fn breaks_off() -> io::Result<()> {
    let listener = anyrt::net::listen(local()).await?;
    let address = listener.local_addr()?;
    let served = anyrt::task_group(async |group: Group| {
        group.spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            let mut buf = [0; 1000];
            let count = stream.read(&mut buf).await?;
            assert!(buf[..count].starts_with(b"GET / HTTP/1.1\r\n"));
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").await
        });
        let stream = HyperIo::new(anyrt::net::connect(address).await?);
        let (mut sender, connection) =
            client::conn::http1::handshake(stream).await.map_err(io::Error::other)?;
        group.spawn(async {
            let _ = connection.await;
            Ok(())
        });
        let response = sender.send_request(Request::new(String::new())).await;
        let body = response.map_err(io::Error::other)?.into_body();
        let whole = http_body_util::BodyExt::collect(body).await;
        let error = whole.expect_err("half of the body is missing");
        assert!(!error.is_user(), "{error:?}");
        Ok(())
    });
    served.await.map_err(io::Error::other)
}

#[test]
fn half_an_answer_is_an_error() {
    each_backend(breaks_off);
}
