//! The library function, unchanged, wherever its caller runs.

use std::time::{Duration, Instant};

use anyrt::AnyBackend;
use anyrt_examples::fetch::{Fetched, Limits, fetch_all, fetch_one_by_one};
use anyrt_examples::http::FetchError;
use anyrt_examples::site::Site;

use crate::within::within_limit;

const SITE: Site = Site { pages: 12, failing: 2, hanging: 1, latency: Duration::from_millis(50) };
const LIMITS: Limits = Limits { at_once: 3, timeout: Duration::from_secs(1) };

/// Fetches a whole site; gives the name of the backend that did it.
async fn fetch_the_site() -> &'static str {
    let visit = SITE.visit(|pages| fetch_all(pages, LIMITS, |_| {})).await.unwrap();
    let fetched = visit.value.unwrap();
    assert_eq!(visit.peak, 3, "the server's count");
    assert_eq!(fetched.peak, 3, "the client's count");
    check(&fetched.pages);
    AnyBackend::current().unwrap().name()
}

fn check(pages: &[Fetched]) {
    let text = |page: &Fetched| match &page.outcome {
        Ok(body) => String::from_utf8(body.to_vec()).unwrap(),
        Err(FetchError::Status(status)) => format!("status {}", status.as_u16()),
        Err(FetchError::Http(_)) => "closed".to_owned(),
        Err(FetchError::TimedOut(_)) => "timed out".to_owned(),
        Err(error) => panic!("{error}"),
    };
    let mut texts: Vec<_> =
        pages.iter().map(|page| (page.url.path().as_str(), text(page))).collect();
    texts.sort();
    let mut expected: Vec<_> = [
        ("/hang/0", "timed out".to_owned()),
        ("/fail/1", "status 500".to_owned()),
        ("/close/2", "closed".to_owned()),
    ]
    .into();
    let fine: Vec<_> = (3..12).map(|page| format!("/page/{page}")).collect();
    expected.extend(fine.iter().map(|path| (path.as_str(), format!("this is {path}\n"))));
    expected.sort();
    assert_eq!(texts, expected);
}

/// A second for the page that hangs, and the others beside or before it; on the simulator's own network.
#[test]
fn takes_its_virtual_time_and_no_more_in_any_order() {
    let others = SITE.latency * (SITE.pages / LIMITS.at_once) as u32;
    anyrt::sim::Sim::explore(0..20, || async {
        let begin = anyrt::now();
        assert_eq!(fetch_the_site().await, "sim");
        let elapsed = anyrt::now() - begin;
        assert!((LIMITS.timeout..=LIMITS.timeout + others).contains(&elapsed), "{elapsed:?}");
    });
}

#[test]
fn runs_under_tokio_main() {
    #[tokio::main]
    async fn main() -> &'static str {
        fetch_the_site().await
    }
    assert_eq!(within_limit(main), "tokio");
}

#[test]
fn runs_under_a_tokio_of_one_thread() {
    #[tokio::main(flavor = "current_thread")]
    async fn main() -> &'static str {
        fetch_the_site().await
    }
    assert_eq!(within_limit(main), "tokio");
}

#[test]
fn runs_under_smol_block_on() {
    assert_eq!(within_limit(|| smol::block_on(fetch_the_site())), "smol");
}

#[test]
fn runs_under_async_std_block_on() {
    assert_eq!(within_limit(|| async_std::task::block_on(fetch_the_site())), "async-std");
}

#[test]
fn runs_in_a_task_of_each_runtime() {
    let name = within_limit(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async { tokio::spawn(fetch_the_site()).await.unwrap() })
    });
    assert_eq!(name, "tokio");
    assert_eq!(within_limit(|| smol::block_on(smol::spawn(fetch_the_site()))), "smol");
    let name = within_limit(|| {
        async_std::task::block_on(async { async_std::task::spawn(fetch_the_site()).await })
    });
    assert_eq!(name, "async-std");
}

/// On each backend, by name.
fn on_each_backend<Fut>(test: fn() -> Fut)
where
    Fut: Future<Output = ()> + 'static,
{
    for backend in AnyBackend::available() {
        within_limit(move || anyrt::run_on(&backend, test()));
    }
}

#[test]
fn one_by_one_keeps_the_order() {
    on_each_backend(|| async {
        let mut seen = Vec::new();
        let watch = |page: &Fetched| seen.push(page.url.clone());
        let site = Site { latency: Duration::from_millis(1), hanging: 0, ..SITE };
        let timeout = Duration::from_secs(30);
        let visit = site.visit(|pages| fetch_one_by_one(pages, timeout, watch)).await.unwrap();
        let paths: Vec<_> = visit.value.iter().map(|page| page.url.path().as_str()).collect();
        assert_eq!(paths[..4], ["/fail/0", "/close/1", "/page/2", "/page/3"]);
        assert_eq!(visit.peak, 1);
        assert!(visit.value.iter().map(|page| &page.url).eq(&seen));
    });
}

#[test]
fn a_deadline_around_it_ends_all_fetches() {
    on_each_backend(|| async {
        let site = Site { hanging: 12, failing: 0, ..SITE };
        let limits = Limits { timeout: Duration::MAX, ..LIMITS };
        let start = Instant::now();
        let visit = site.visit(|pages| {
            anyrt::move_on_after(Duration::from_millis(200), fetch_all(pages, limits, |_| {}))
        });
        assert!(visit.await.unwrap().value.is_none());
        assert!(start.elapsed() < Duration::from_secs(30));
    });
}

/// The connection of a page is cancelled together with its request, and must not make a failure
/// of a page that timed out.
#[test]
fn what_hangs_times_out_and_does_not_fail() {
    on_each_backend(|| async {
        let latency = Duration::from_millis(1);
        let site = Site { pages: 300, failing: 0, hanging: 300, latency };
        let limits = Limits { at_once: 50, timeout: Duration::from_millis(50) };
        let visit = site.visit(|pages| fetch_all(pages, limits, |_| {})).await.unwrap();
        for page in visit.value.unwrap().pages {
            assert!(matches!(page.outcome, Err(FetchError::TimedOut(_))), "{page:?}");
        }
    });
}
