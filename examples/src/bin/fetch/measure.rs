//! One backend's run: the pages one after another, then at once.

use std::io;
use std::time::Duration;

use anyrt_examples::command_line::complain;
use anyrt_examples::fetch::{AllFetched, Fetched, Limits, fetch_all, fetch_one_by_one};
use anyrt_examples::http::FetchError;
use anyrt_examples::page_url::PageUrl;
use anyrt_examples::site::{Site, Visit};

use crate::progress::Progress;
use crate::report::Row;

/// Where the pages are.
pub(crate) enum Source {
    /// On the embedded server, which is opened anew for each run.
    Site(Site),
    /// Elsewhere.
    Urls(Vec<PageUrl>),
}

/// Measures both ways on the backend that runs this.
pub(crate) async fn measure(
    backend: &'static str,
    source: &Source,
    limits: Limits,
) -> io::Result<Row> {
    let one_by_one = |pages| one_by_one(backend, pages, limits);
    let at_once = |pages| at_once(backend, pages, limits);
    let (sequential, (concurrent, fetched, peak)) = match source {
        Source::Site(site) => {
            let sequential = site.visit(one_by_one).await?.value;
            let Visit { value, peak } = site.visit(at_once).await?;
            let (concurrent, fetched) = value?;
            (sequential, (concurrent, fetched.pages, peak))
        }
        Source::Urls(urls) => {
            let sequential = one_by_one(urls.clone()).await;
            let (concurrent, AllFetched { pages, peak }) = at_once(urls.clone()).await?;
            say_why(backend, &pages);
            (sequential, (concurrent, pages, peak))
        }
    };
    let count = |what: fn(&Fetched) -> bool| fetched.iter().filter(|page| what(page)).count();
    let ok = count(|page| page.outcome.is_ok());
    let timed_out = count(|page| matches!(page.outcome, Err(FetchError::TimedOut(_))));
    Ok(Row {
        backend,
        pages: fetched.len(),
        ok,
        timed_out,
        failed: fetched.len() - ok - timed_out,
        sequential_s: sequential.as_secs_f64(),
        concurrent_s: concurrent.as_secs_f64(),
        speedup: sequential.as_secs_f64() / concurrent.as_secs_f64(),
        peak,
    })
}

async fn one_by_one(backend: &str, pages: Vec<PageUrl>, limits: Limits) -> Duration {
    let progress = Progress::new(backend, "one by one", pages.len());
    let start = anyrt::now();
    fetch_one_by_one(pages, limits.timeout, |_| progress.step()).await;
    anyrt::now() - start
}

async fn at_once(
    backend: &str,
    pages: Vec<PageUrl>,
    limits: Limits,
) -> io::Result<(Duration, AllFetched)> {
    let progress = Progress::new(backend, "at once", pages.len());
    let start = anyrt::now();
    let fetched = fetch_all(pages, limits, |_| progress.step()).await?;
    Ok((anyrt::now() - start, fetched))
}

/// Says why pages of others failed; the embedded ones fail on purpose.
fn say_why(backend: &str, pages: &[Fetched]) {
    for Fetched { url, outcome } in pages {
        if let Err(error) = outcome {
            complain(format_args!("{url} on {backend}: {error}"));
        }
    }
}
