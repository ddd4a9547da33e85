//! Primitives for tasks that share something, next to those of other crates.
//!
//! A new job is one line in [`contests`]; a new peer is one `impl` in `sync/` and its name there.

mod channel;
mod channels;
mod gate;
mod mutexes;
mod semaphores;
mod tasks;

use crate::work::{Contest, Work};
use channel::transfer;
use channels::{AsyncChannel, Flume, Kanal, Mea, Tokio};
use gate::{contended, uncontended};
use semaphores::Plainly;

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    type Semaphore = anyrt_core::sync::Semaphore;
    type TokioSemaphore = tokio::sync::Semaphore;
    type LockSemaphore = async_lock::Semaphore;
    type MeaSemaphore = mea::semaphore::Semaphore;
    type Mutex = anyrt_core::sync::Mutex<u64>;
    type TokioMutex = tokio::sync::Mutex<u64>;
    type LockMutex = async_lock::Mutex<u64>;
    type MeaMutex = mea::mutex::Mutex<u64>;
    type Channel = channels::Anyrt;
    let semaphore = job("semaphore", 1_000_000 / scale, uncontended::<Semaphore>());
    let crowd = job("semaphore-64x4", 100_000 / scale, contended::<Semaphore, 64, 4>());
    let alone = job("semaphore-64x4", 100_000 / scale, contended::<Plainly, 64, 4>());
    let mutex = job("mutex", 1_000_000 / scale, uncontended::<Mutex>());
    let spsc = job("spsc", 200_000 / scale, transfer::<Channel, 1, 1, 64>());
    let mpsc = job("mpsc-4x1", 200_000 / scale, transfer::<Channel, 4, 1, 64>());
    let mpmc = job("mpmc-4x4", 200_000 / scale, transfer::<Channel, 4, 4, 64>());
    let rendezvous = job("rendezvous", 50_000 / scale, transfer::<Channel, 1, 1, 0>());
    [
        semaphore(&[
            (uncontended::<TokioSemaphore>(), Some(0.8)),
            (uncontended::<LockSemaphore>(), None),
            (uncontended::<MeaSemaphore>(), None),
        ]),
        // At most the best of them, and so at most each.
        crowd(&[
            (contended::<TokioSemaphore, 64, 4>(), Some(1.0)),
            (contended::<LockSemaphore, 64, 4>(), Some(1.0)),
            (contended::<MeaSemaphore, 64, 4>(), Some(1.0)),
        ]),
        // Where a pass stands without what a child of a group costs at each poll.
        alone(&[
            (contended::<TokioSemaphore, 64, 4>(), Some(1.0)),
            (contended::<LockSemaphore, 64, 4>(), Some(1.0)),
            (contended::<MeaSemaphore, 64, 4>(), Some(1.0)),
        ]),
        mutex(&[
            (uncontended::<TokioMutex>(), Some(0.8)),
            (uncontended::<LockMutex>(), None),
            (uncontended::<MeaMutex>(), None),
        ]),
        spsc(&[
            (transfer::<Tokio, 1, 1, 64>(), Some(0.5)),
            (transfer::<AsyncChannel, 1, 1, 64>(), Some(1.0)),
            (transfer::<Flume, 1, 1, 64>(), Some(1.0)),
            (transfer::<Kanal, 1, 1, 64>(), None),
            (transfer::<Mea, 1, 1, 64>(), None),
        ]),
        mpsc(&[
            (transfer::<Tokio, 4, 1, 64>(), Some(0.5)),
            (transfer::<AsyncChannel, 4, 1, 64>(), Some(1.0)),
            (transfer::<Flume, 4, 1, 64>(), Some(1.0)),
            (transfer::<Kanal, 4, 1, 64>(), None),
            (transfer::<Mea, 4, 1, 64>(), None),
        ]),
        // tokio has no such channel: its nearest one, with one receiver, stands in.
        mpmc(&[
            (Work { name: "tokio::sync 4x1", ..transfer::<Tokio, 4, 1, 64>() }, Some(0.5)),
            (transfer::<AsyncChannel, 4, 4, 64>(), Some(1.0)),
            (transfer::<Flume, 4, 4, 64>(), Some(1.0)),
            (transfer::<Kanal, 4, 4, 64>(), None),
        ]),
        // The others have none: they refuse a capacity of 0.
        rendezvous(&[
            (transfer::<Flume, 1, 1, 0>(), Some(1.0)),
            (transfer::<Kanal, 1, 1, 0>(), None),
        ]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A job in our way against each peer's, the first of which is also paired with itself.
fn job(
    job: &'static str,
    amount: usize,
    ours: Work,
) -> impl Fn(&[(Work, Option<f64>)]) -> Vec<Contest> {
    move |peers| Contest::with_each(job, amount, ours, peers)
}
