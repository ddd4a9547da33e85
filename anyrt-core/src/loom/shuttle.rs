//! What travels to a blocking thread, and back.

use std::future::poll_fn;

use super::threads::Threads;
use super::{block_on, model, poll_once};
use crate::fs::shuttle::Shuttle;
use crate::source::Source;

type Travels = Shuttle<Threads, u32, &'static str, u32>;

#[test]
fn an_errand_whose_wait_is_dropped_is_brought_to_the_next() {
    model(|| {
        let mut shuttle = Travels::new(Source::Given(Threads), 1);
        shuttle.send("add", |travels| {
            *travels += 1;
            *travels * 10
        });
        let back = poll_once(poll_fn(|cx| shuttle.poll_back(cx, |_| true)));
        let back = back.unwrap_or_else(|| block_on(poll_fn(|cx| shuttle.poll_back(cx, |_| false))));
        assert_eq!(back.unwrap(), Some(("add", 20)));
        assert_eq!(shuttle.into_inner(), Some(2));
    });
}
