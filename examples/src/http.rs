//! One HTTP request, by hyper over anyrt's TCP.

use anyrt::error::ConnectError;
use anyrt::{Cancelled, GroupError, TaskGroup, TimedOut};
use anyrt_hyper::HyperIo;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HOST;
use hyper::{Request, StatusCode, Uri};

use crate::page_url::PageUrl;

/// A page could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It took longer than it may.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
    /// The server sent something else than the page.
    #[error("the server answered {0}")]
    Status(StatusCode),
    /// There was no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection broke, or what came over it was no HTTP.
    #[error("the exchange broke off: {0}")]
    Http(#[from] hyper::Error),
    /// The runtime was shut down meanwhile.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<GroupError<FetchError>> for FetchError {
    fn from(error: GroupError<FetchError>) -> Self {
        match error {
            GroupError::Failed(failures) => failures.into_first(),
            GroupError::Cancelled(cancelled) => cancelled.into(),
        }
    }
}

/// Fetches a page over a connection of its own.
///
/// # Errors
///
/// [`FetchError`] if there is no connection, if it breaks, and if the answer is no success.
///
/// # Cancel safety
///
/// **Safe.** The connection is closed.
pub async fn get(url: &PageUrl) -> Result<Bytes, FetchError> {
    let stream = HyperIo::new(anyrt::net::connect_host(url.host(), url.port()).await?);
    let (sender, connection) = http1::handshake(stream).await?;
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = Uri::from(url.path().clone());
    request.headers_mut().insert(HOST, url.host_header().clone());

    let fetched = anyrt::task_group(|group: TaskGroup<FetchError>| async move {
        // hyper moves the bytes in a future of its own: as a child it ends with the exchange. What
        // fails there reaches the request as well.
        group.spawn(async move {
            let _ = connection.await;
        });
        let page = exchange(sender, request).await;
        if page.is_err() {
            // A cancellation may reach the connection first, and what that breaks is no fault of
            // the page: in a cancelled scope nothing goes on behind this line.
            anyrt::checkpoint().await;
        }
        page
    });
    Ok(fetched.await?)
}

async fn exchange(
    mut sender: SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
) -> Result<Bytes, FetchError> {
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    if !status.is_success() {
        return Err(FetchError::Status(status));
    }
    Ok(answer.into_body().collect().await?.to_bytes())
}
