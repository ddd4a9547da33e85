//! What is the same in all programs: what is asked and answered, and how much at once.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::header::HOST;
use hyper::{Request, Response};

/// How many pages are asked for at once, each over a connection of its own.
pub(super) const AT_ONCE: usize = 50;

/// The longest that a page may take.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// Where the server listens: at a port that is free.
pub(super) const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(super) type Connection = SendRequest<Empty<Bytes>>;

/// Connections that nobody uses at the moment.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Connection>>);

impl Pool {
    pub(super) fn take(&self) -> Option<Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(super) fn put(&self, connection: Connection) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

pub(super) async fn answer(
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from(page(request.uri().path()))))
}

fn page(path: &str) -> String {
    format!("this is {path}\n")
}

/// Asks for a page, and gives what it says.
pub(super) async fn ask(connection: &mut Connection, number: usize) -> hyper::Result<Bytes> {
    let path = format!("/page/{number}");
    let request = Request::get(path).header(HOST, "localhost").body(Empty::new());
    connection.ready().await?;
    let answer = connection.send_request(request.expect("a path is an address")).await?;
    Ok(answer.into_body().collect().await?.to_bytes())
}

/// What all pages together have to come to.
pub(super) fn expected(pages: usize) -> usize {
    (0..pages).map(|number| page(&format!("/page/{number}")).len()).sum()
}
