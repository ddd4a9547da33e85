//! Many pages in a task group, with a semaphore so that the server is not overrun.
//!
//! asyncio: a `TaskGroup` and a `Semaphore` around aiohttp; `AnyIO`: `create_task_group` and a
//! `CapacityLimiter` around httpx.

use std::sync::Arc;

use anyrt::sync::Semaphore;
use anyrt::{GroupError, TaskGroup};

use crate::http::{self, FetchError};
use crate::page_url::PageUrl;

/// Fetches all pages, so many at once, and gives their statuses in the order of the pages.
///
/// # Errors
///
/// [`GroupError::Failed`] if a server cannot be reached; the other fetches are cancelled.
pub async fn http_client(
    pages: Vec<PageUrl>,
    at_once: usize,
) -> Result<Vec<u16>, GroupError<FetchError>> {
    let permits = Arc::new(Semaphore::new(at_once));
    anyrt::task_group(async |group: TaskGroup<FetchError>| {
        let mut fetches = Vec::new();
        for page in pages {
            let permits = permits.clone();
            fetches.push(group.spawn(async move {
                let _permit = permits.acquire().await;
                status(&page).await
            }));
        }
        let mut statuses = Vec::new();
        for fetch in fetches {
            statuses.push(fetch.value().await); // one that fails ends the group, and the wait
        }
        Ok(statuses)
    })
    .await
}

async fn status(page: &PageUrl) -> Result<u16, FetchError> {
    match http::get(page).await {
        Ok(_) => Ok(200),
        Err(FetchError::Status(status)) => Ok(status.as_u16()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::http_client;
    use crate::http::FetchError;
    use crate::patterns::timeout_each::closed_port;
    use crate::site::Site;
    use crate::testing::{SECOND, in_time};

    #[anyrt::test(sim, seeds = 10)]
    async fn all_statuses_come_and_the_limit_is_kept() {
        // The second of the failing pages would close its connection.
        let site = Site { pages: 12, failing: 1, hanging: 0, latency: SECOND / 2 };
        let visit = in_time(site.visit(|pages| http_client(pages, 3))).await.unwrap();
        assert_eq!(visit.value.unwrap(), [vec![500], vec![200; 11]].concat());
        assert_eq!(visit.peak, 3);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_server_that_cannot_be_reached_ends_all() {
        let site = Site { pages: 5, failing: 0, hanging: 5, latency: SECOND };
        let visit = site.visit(async |mut pages| {
            pages.push(closed_port().await.unwrap());
            http_client(pages, 6).await
        });
        let failed = in_time(visit).await.unwrap().value.unwrap_err();
        assert!(matches!(failed.failures(), [FetchError::Connect(_)]), "{failed}");
    }
}
