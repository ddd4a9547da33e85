//! A timeout for each of many fetches; none that fails stops another.
//!
//! asyncio: `gather(return_exceptions=True)` around `wait_for`. Trio and `AnyIO`: `fail_after` and
//! `except` in each child.

use std::time::Duration;

use anyrt::Cancelled;
use bytes::Bytes;
use comfy_table::{Table, presets};

use crate::http::{self, FetchError};
use crate::page_url::PageUrl;

/// Fetches all pages at once, each within the limit, and gives what came of each.
///
/// # Errors
///
/// [`Cancelled`] if the runtime is shut down meanwhile.
pub async fn timeout_each(
    pages: Vec<PageUrl>,
    limit: Duration,
) -> Result<Vec<Result<Bytes, FetchError>>, Cancelled> {
    anyrt::gather(pages.into_iter().map(|page| fetch(page, limit))).await
}

async fn fetch(page: PageUrl, limit: Duration) -> Result<Bytes, FetchError> {
    anyrt::fail_after(limit, http::get(&page)).await?
}

/// Shows that as a table.
pub fn table(pages: &[PageUrl], fetched: &[Result<Bytes, FetchError>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header(["page", "outcome"]);
    for (page, outcome) in pages.iter().zip(fetched) {
        let outcome = match outcome {
            Ok(body) => format!("{} bytes", body.len()),
            Err(error) => error.to_string(),
        };
        table.add_row([page.to_string(), outcome]);
    }
    table.to_string()
}

/// Gives an address at which nobody listens.
///
/// # Errors
///
/// What the system says if it gives no socket.
pub async fn closed_port() -> std::io::Result<PageUrl> {
    let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    url.parse().map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::{closed_port, table, timeout_each};
    use crate::http::FetchError;
    use crate::site::Site;
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn each_has_its_own_outcome() {
        let site = Site { pages: 3, failing: 1, hanging: 1, latency: SECOND / 10 };
        let visit = site.visit(async |mut pages| {
            pages.push(closed_port().await.unwrap());
            let (fetched, took) = timed(timeout_each(pages.clone(), SECOND * 5)).await;
            assert_took(took, SECOND * 5);
            (pages, fetched.unwrap())
        });
        let (pages, fetched) = visit.await.unwrap().value;
        assert!(matches!(&fetched[0], Err(FetchError::TimedOut(_))), "{fetched:?}");
        assert!(matches!(&fetched[1], Err(FetchError::Status(status)) if *status == 500));
        assert_eq!(fetched[2].as_deref().unwrap(), b"this is /page/2\n");
        assert!(matches!(&fetched[3], Err(FetchError::Connect(_))), "{fetched:?}");
        let table = table(&pages, &fetched);
        for outcome in ["timed out", "the server answered 500", "16 bytes", "could not connect"] {
            assert!(table.contains(outcome), "{table}");
        }
    }
}
