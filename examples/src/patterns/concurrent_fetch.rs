//! Pages from a slow server: one after another, and at once.
//!
//! asyncio: `gather` or a `TaskGroup` around aiohttp; `AnyIO` and Trio: a task group around httpx.

use std::error::Error;
use std::time::Duration;

use anyrt::GroupError;
use bytes::Bytes;

use crate::http::{self, FetchError};
use crate::page_url::PageUrl;
use crate::site::Site;

/// Fetches one page after another: it takes as long as all of them together.
///
/// # Errors
///
/// The first failure; the pages after it are not fetched.
pub async fn one_by_one(pages: Vec<PageUrl>) -> Result<Vec<Bytes>, FetchError> {
    let mut bodies = Vec::new();
    for page in pages {
        bodies.push(http::get(&page).await?);
    }
    Ok(bodies)
}

/// Fetches all pages at once: it takes as long as the slowest.
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure; the first one cancels the other fetches.
pub async fn at_once(pages: Vec<PageUrl>) -> Result<Vec<Bytes>, GroupError<FetchError>> {
    anyrt::try_gather(pages.into_iter().map(|page| async move { http::get(&page).await })).await
}

/// Opens a site of so many pages, each a second late, and gives how long the two ways take.
///
/// # Errors
///
/// Whatever went wrong.
pub async fn compare(pages: usize, second: Duration) -> Result<[Duration; 2], Box<dyn Error>> {
    let site = Site { pages, failing: 0, hanging: 0, latency: second };
    let start = anyrt::now();
    site.visit(one_by_one).await?.value?;
    let middle = anyrt::now();
    site.visit(at_once).await?.value?;
    Ok([middle - start, anyrt::now() - middle])
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::testing::{SECOND, assert_took, in_time};

    #[anyrt::test(sim, seeds = 10)]
    async fn at_once_takes_as_long_as_one_page() {
        let [one_by_one, at_once] = in_time(compare(10, SECOND)).await.unwrap();
        assert_took(one_by_one, SECOND * 10);
        assert_took(at_once, SECOND);
        assert!(at_once < one_by_one, "{at_once:?}, {one_by_one:?}");
    }
}
