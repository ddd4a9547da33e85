//! The embedded site: pages on loopback that come late, fail or hang.

use std::future::{Future, pending};
use std::io;
use std::iter::{repeat, repeat_n};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};

use crate::gauge::Gauge;
use crate::page_url::{BadUrl, PageUrl};
use crate::server;

/// What a site consists of.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// How many pages it has, those that fail or hang among them.
    pub pages: usize,
    /// How many of them fail: by a status, and by a closed connection, in turn.
    pub failing: usize,
    /// How many of them never come.
    pub hanging: usize,
    /// How long each page takes to come, or to fail.
    pub latency: Duration,
}

/// What came of a visit.
#[derive(Debug)]
pub struct Visit<T> {
    /// What the visitor brought home.
    pub value: T,
    /// The most requests that the server was preparing an answer to at once.
    pub peak: usize,
}

impl Site {
    /// Opens the site, sends the visitor round its pages, and closes it.
    ///
    /// # Errors
    ///
    /// What the system says if it gives no socket for the server, or no connection.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** when dropped: the visitor's. The site is closed.
    pub async fn visit<Visitor, Fut>(&self, visitor: Visitor) -> io::Result<Visit<Fut::Output>>
    where
        Visitor: FnOnce(Vec<PageUrl>) -> Fut,
        Fut: Future,
    {
        let asked = Arc::new(Gauge::default());
        let (latency, gauge) = (self.latency, asked.clone());
        let serve = move |stream| {
            let gauge = gauge.clone();
            server::http(stream, move |request| answer(request, latency, gauge.clone()))
        };
        let visit = server::visit(serve, async |address| {
            let pages = self.urls(address).map_err(io::Error::other)?;
            Ok::<_, io::Error>(visitor(pages).await)
        });
        Ok(Visit { value: visit.await??, peak: asked.peak() })
    }

    /// The addresses of the pages. What takes longest comes first, so that it does not run alone
    /// at the end.
    fn urls(&self, address: SocketAddr) -> Result<Vec<PageUrl>, BadUrl> {
        let kinds = repeat_n("hang", self.hanging)
            .chain(["fail", "close"].into_iter().cycle().take(self.failing))
            .chain(repeat("page"));
        let pages = kinds.take(self.pages).enumerate();
        pages.map(|(page, kind)| format!("http://{address}/{kind}/{page}").parse()).collect()
    }
}

async fn answer(
    request: Request<Incoming>,
    latency: Duration,
    gauge: Arc<Gauge>,
) -> Result<Response<Full<Bytes>>, ConnectionClosed> {
    {
        // Not beyond the answer: whoever has it may send the next request before the server would
        // have counted down.
        let _counted = gauge.enter();
        anyrt::sleep(latency).await;
    }
    let path = request.uri().path();
    let (status, text) = match path.split('/').nth(1) {
        Some("page") => (StatusCode::OK, format!("this is {path}\n")),
        Some("fail") => (StatusCode::INTERNAL_SERVER_ERROR, "this page fails\n".to_owned()),
        Some("close") => return Err(ConnectionClosed),
        Some("hang") => pending().await,
        _ => (StatusCode::NOT_FOUND, "there is no such page\n".to_owned()),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    Ok(response)
}

/// Has hyper close the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("this page closes its connection")]
struct ConnectionClosed;
