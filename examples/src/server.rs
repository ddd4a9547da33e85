//! A server on loopback, for as long as somebody visits it.
//!
//! It runs on anyrt like everything else, on the backend of its visitor: so each backend shows
//! listening and accepting too, and when the visitor is gone, one `cancel` ends the accept loop and
//! every connection, and the group waits for them.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use anyrt::TaskGroup;
use anyrt::net::{TcpListener, TcpStream};
use anyrt_hyper::HyperIo;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};

/// Opens a server, sends the visitor to its address, and closes it.
///
/// Each connection is a task, which `serve` makes.
///
/// # Errors
///
/// What the system says if it gives no socket for the server, or no connection.
///
/// # Cancel safety
///
/// **Loses data** when dropped: the visitor's. The server is closed.
pub async fn visit<Serving, Visiting>(
    serve: impl Fn(TcpStream) -> Serving + Send + 'static,
    visitor: impl FnOnce(SocketAddr) -> Visiting,
) -> io::Result<Visiting::Output>
where
    Serving: Future<Output = ()> + Send + 'static,
    Visiting: Future,
{
    let listener = anyrt::net::listen((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let address = listener.local_addr()?;
    let visit = anyrt::task_group(|group: TaskGroup<io::Error>| async move {
        group.spawn(accept(listener, group.clone(), serve));
        let value = visitor(address).await;
        group.cancel();
        Ok(value)
    });
    Ok(visit.await?)
}

async fn accept<Serving>(
    listener: TcpListener,
    group: TaskGroup<io::Error>,
    serve: impl Fn(TcpStream) -> Serving,
) -> io::Result<Infallible>
where
    Serving: Future<Output = ()> + Send + 'static,
{
    loop {
        let (stream, _) = listener.accept().await?;
        group.spawn(serve(stream));
    }
}

/// Serves one connection by HTTP; an `answer` that is an error closes it.
pub async fn http<Answering, E>(stream: TcpStream, answer: impl Fn(Request<Incoming>) -> Answering)
where
    Answering: Future<Output = Result<Response<Full<Bytes>>, E>>,
    E: Error + Send + Sync + 'static,
{
    // A visitor that goes away, or an answer that closes its connection, is no fault of the server.
    let connection = http1::Builder::new();
    let _ = connection.serve_connection(HyperIo::new(stream), service_fn(answer)).await;
}
