//! Many pages, one after another or at once.
//!
//! This is library code: it names no runtime and asks its caller for none. It runs under
//! `#[tokio::main]`, `smol::block_on`, `async_std::task::block_on` and `anyrt::run_on` alike.

use std::sync::Arc;
use std::time::Duration;

use anyrt::sync::Semaphore;
use anyrt::{Cancelled, TaskGroup, channel};
use bytes::Bytes;

use crate::gauge::Gauge;
use crate::http::{self, FetchError};
use crate::page_url::PageUrl;

/// One page, and what came of it.
#[derive(Debug)]
pub struct Fetched {
    /// Where it is.
    pub url: PageUrl,
    /// Its content, or why there is none.
    pub outcome: Result<Bytes, FetchError>,
}

/// How much may happen at once, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most fetches at once.
    pub at_once: usize,
    /// The longest that one fetch may take, from the moment it is its turn.
    pub timeout: Duration,
}

/// What [`fetch_all`] gives.
#[derive(Debug)]
pub struct AllFetched {
    /// The pages in the order in which their fetches ended.
    pub pages: Vec<Fetched>,
    /// The most fetches that were under way at once.
    pub peak: usize,
}

/// Fetches pages at once, as many at a time as the limit allows; `watch` sees each as it ends.
///
/// No page's failure or slowness stops another.
///
/// # Errors
///
/// [`Cancelled`] if the runtime drops the fetches, because it is shut down.
///
/// # Cancel safety
///
/// **Loses data** when dropped: the pages that were fetched. All fetches are cancelled.
pub async fn fetch_all(
    pages: Vec<PageUrl>,
    limits: Limits,
    mut watch: impl FnMut(&Fetched),
) -> Result<AllFetched, Cancelled> {
    let permits = Arc::new(Semaphore::new(limits.at_once));
    let under_way = Arc::new(Gauge::default());
    let (sender, receiver) = channel::unbounded();

    let fetches = anyrt::task_group(async |group: TaskGroup| {
        for url in pages {
            let (permits, under_way, sender) = (permits.clone(), under_way.clone(), sender.clone());
            group.spawn(async move {
                let _permit = permits.acquire_owned().await;
                let _counted = under_way.enter();
                let outcome = fetch_one(&url, limits.timeout).await;
                // Without a receiver nobody asks for the pages any more.
                let _ = sender.send(Fetched { url, outcome }).await;
            });
        }
        drop(sender);
        let mut fetched = Vec::new();
        while let Ok(page) = receiver.recv().await {
            watch(&page);
            fetched.push(page);
        }
        Ok(AllFetched { pages: fetched, peak: under_way.peak() })
    });
    Ok(fetches.await?)
}

/// Fetches pages one after another; `watch` sees each as it ends.
///
/// # Cancel safety
///
/// **Loses data** when dropped: the pages that were fetched.
pub async fn fetch_one_by_one(
    pages: Vec<PageUrl>,
    timeout: Duration,
    mut watch: impl FnMut(&Fetched),
) -> Vec<Fetched> {
    let mut fetched = Vec::with_capacity(pages.len());
    for url in pages {
        let outcome = fetch_one(&url, timeout).await;
        let page = Fetched { url, outcome };
        watch(&page);
        fetched.push(page);
    }
    fetched
}

async fn fetch_one(url: &PageUrl, timeout: Duration) -> Result<Bytes, FetchError> {
    anyrt::fail_after(timeout, http::get(url)).await?
}
