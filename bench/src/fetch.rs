//! A program that does real work: many pages from a server on loopback, over connections that are
//! kept.
//!
//! Both the server and its visitor are written twice, on anyrt and by hand; hyper and what is served
//! are the same. Each page is a task that waits for its turn, takes a connection that is free or
//! opens one, asks under a limit of time, and sends on what it got.

mod bridge;
mod by_hand;
mod on_async_std;
mod on_smol;
mod on_tokio;
mod ours;
mod sync;
mod web;

use anyrt_hyper::HyperIo;
use smol_hyper::rt::FuturesIo;

use crate::backend::Backend;
use crate::work::{Contest, Place, Work, whole};
use on_async_std::AsyncStd;
use on_smol::Smol;
use on_tokio::Tokio;

/// The rows of the table. `scale` divides how many pages there are.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    let tokio = Work { name: "tokio, by hand", run: |pages| whole(by_hand::fetch::<Tokio>(pages)) };
    let smol = Work { name: "smol, by hand", run: |pages| whole(by_hand::fetch::<Smol>(pages)) };
    let async_std =
        Work { name: "async-std, by hand", run: |pages| whole(by_hand::fetch::<AsyncStd>(pages)) };
    [
        on(Backend::Tokio, tokio, 10_000 / scale),
        on(Backend::Smol, smol, 10_000 / scale),
        on(Backend::AsyncStd, async_std, 10_000 / scale),
    ]
    .concat()
}

fn on(backend: Backend, by_hand: Work, pages: usize) -> [Contest; 3] {
    let job = "fetch";
    let ours = Work { name: "anyrt", run: |pages| whole(ours::fetch::<HyperIo>(pages)) };
    // What it costs to hand hyper's buffer over by the bridge that others use.
    let zeroing =
        Work { name: "anyrt, smol-hyper", run: |pages| whole(ours::fetch::<FuturesIo<_>>(pages)) };
    [
        Contest::noise(job, by_hand, pages),
        Contest::new(job, ours, by_hand, pages).at_most(1.03),
        Contest::new(job, zeroing, by_hand, pages),
    ]
    .map(|contest| contest.at(Place::Own(backend)))
}
