//! An async generator: the items of many pages, each page fetched when its items are wanted.
//!
//! asyncio, Trio and `AnyIO`: `async def` with `yield`, and `async for`. Rust has streams for that.

use std::future::ready;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::{Request, Response};
use serde::{Deserialize, Serialize};

use crate::http::{self, FetchError};
use crate::page_url::{BadUrl, PageUrl};
use crate::server;

/// A page of a list, as the server sends it.
#[derive(Deserialize, Serialize)]
struct Page {
    items: Vec<u32>,
    /// Where the next one is; the last one has none.
    next: Option<String>,
}

/// A page of the list could not be had.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It was not sent.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is no page of a list.
    #[error("this is no page of a list: {0}")]
    Format(#[from] serde_json::Error),
    /// Its link leads nowhere.
    #[error("the link to the next page: {0}")]
    Link(#[from] BadUrl),
}

/// Gives all items, page by page; it fetches nothing before somebody asks.
pub fn items(first: PageUrl) -> impl Stream<Item = Result<u32, PageError>> {
    let pages = stream::try_unfold(Some(first), async |page| {
        let Some(page) = page else { return Ok::<_, PageError>(None) };
        let page: Page = serde_json::from_slice(&http::get(&page).await?)?;
        let next = page.next.map(|next| next.parse()).transpose()?;
        Ok(Some((stream::iter(page.items).map(Ok), next)))
    });
    pages.try_flatten()
}

/// Gives the first items, at most so many.
///
/// # Errors
///
/// [`PageError`] if a page with some of them could not be had.
pub async fn first_items(first: PageUrl, most: usize) -> Result<Vec<u32>, PageError> {
    items(first).take(most).try_collect().await
}

/// Opens a server with so many pages of ten items, and gives how many pages a visitor fetched.
///
/// # Errors
///
/// What the system says if it gives no socket for the server.
pub async fn with_list<T>(
    pages: u32,
    visitor: impl AsyncFnOnce(PageUrl) -> T,
) -> io::Result<(T, usize)> {
    let fetched = Arc::new(AtomicUsize::new(0));
    let counter = fetched.clone();
    let serve = move |stream| {
        let counter = counter.clone();
        server::http(stream, move |request| {
            counter.fetch_add(1, Ordering::SeqCst);
            ready(page(&request, pages))
        })
    };
    let visit = server::visit(serve, async |address| {
        let first = format!("http://{address}/0").parse().map_err(io::Error::other)?;
        Ok::<_, io::Error>(visitor(first).await)
    });
    Ok((visit.await??, fetched.load(Ordering::SeqCst)))
}

/// The page `/3` has the items from 30 to 39, and leads to the page `/4`, if there is one.
fn page(
    request: &Request<Incoming>,
    pages: u32,
) -> Result<Response<Full<Bytes>>, serde_json::Error> {
    let number: u32 = request.uri().path()[1..].parse().unwrap_or(0);
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let next = number + 1;
    let next = (next < pages).then(|| format!("http://{host}/{next}"));
    let page = Page { items: (number * 10..number * 10 + 10).collect(), next };
    Ok(Response::new(Full::from(serde_json::to_vec(&page)?)))
}

#[cfg(test)]
mod tests {
    use super::{PageError, first_items, with_list};
    use crate::http::FetchError;
    use crate::patterns::timeout_each::closed_port;
    use crate::testing::in_time;

    #[anyrt::test(sim, seeds = 10)]
    async fn it_ends_with_the_page_that_says_so() {
        let visit = with_list(3, async |first| first_items(first, 50).await);
        let (items, pages) = in_time(visit).await.unwrap();
        assert_eq!((items.unwrap(), pages), (Vec::from_iter(0..30), 3));
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn it_fetches_no_page_too_many() {
        let visit = with_list(100, async |first| first_items(first, 50).await);
        let (items, pages) = in_time(visit).await.unwrap();
        assert_eq!((items.unwrap(), pages), (Vec::from_iter(0..50), 5));
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_page_that_cannot_be_had_is_the_last_item() {
        let failed = in_time(first_items(closed_port().await.unwrap(), 50)).await;
        assert!(matches!(failed, Err(PageError::Fetch(FetchError::Connect(_)))), "{failed:?}");
    }
}
