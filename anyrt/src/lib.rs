//! Structured concurrency that runs on tokio, smol and async-std.
//!
//! A library that uses anyrt names no runtime. Its tasks live in groups that never leak a task and
//! never lose a failure; its timeouts and cancellations reach everything below them and nothing
//! above; its semaphores and channels are fair, and lose nothing when an operation is cancelled.
//! The application picks the runtime, or runs on one already: anyrt finds it. Who knows Trio or `AnyIO`
//! knows most of it.
//!
//! ```
//! use std::io;
//! use std::time::Duration;
//!
//! use anyrt::TaskGroup;
//!
//! /// Library code: no runtime is mentioned, no type parameter is needed.
//! async fn measure_all(names: &[&'static str]) -> io::Result<usize> {
//!     let sum = anyrt::task_group(async |group: TaskGroup<io::Error>| {
//!         let children = Vec::from_iter(names.iter().map(|name| group.spawn(measure(name))));
//!         let mut sum = 0;
//!         for child in children {
//!             sum += child.value().await;
//!         }
//!         Ok(sum)
//!     });
//!     Ok(sum.await?) // All children have ended here; the first failure has cancelled the others.
//! }
//!
//! async fn measure(name: &'static str) -> io::Result<usize> {
//!     let slow = async {
//!         anyrt::sleep(Duration::from_millis(1)).await;
//!         name.len()
//!     };
//!     Ok(anyrt::fail_after(Duration::from_secs(2), slow).await?) // `TimedOut` is an `io::Error`.
//! }
//!
//! let sum = anyrt::run(measure_all(&["ann", "ben"])); // or #[anyrt::main], or #[tokio::main]
//! assert_eq!(sum.unwrap(), 6);
//! ```
//!
//! # Words
//!
//! - A **task group** owns tasks, its *children*. [`task_group`] runs a *body* with it, and returns
//!   after the body and all children. Trio calls it a nursery.
//! - A **cancel scope** is a part of a program that can be cancelled, from elsewhere or by its
//!   *deadline* (an instant; a *timeout* is a duration). [`move_on_after`], [`fail_after`] and
//!   [`move_on_when`] are scopes in one call.
//! - A **checkpoint** is where a cancellation can strike: every operation here that can wait, and
//!   [`checkpoint`]. Others may get their turn there, too.
//! - A **shield** keeps outer cancellations from what runs in it.
//! - A **backend** is a runtime as anyrt sees it. [`AnyBackend`] is one of them.
//!
//! # Groups
//!
//! | call | what it does |
//! |---|---|
//! | [`group.spawn(..)`](TaskGroup::spawn) | starts a child, and gives its handle |
//! | [`handle.value()`](TaskHandle::value) | waits for the child's value; where the child fails, the group does, and with it the wait |
//! | [`handle.await`](TaskHandle) | waits for the child's value, or tells why there is none |
//! | [`group.set_deadline(..)`](TaskGroup::set_deadline) | cancels the group at an instant, as `group.cancel()` does now |
//! | [`group.start(..)`](TaskGroup::start) | starts a child, and waits until it says that it is ready |
//! | [`group.named(..)`](TaskGroup::named) | the same group, which names its children: see [`task_tree()`] |
//! | [`group.background()`](TaskGroup::background) | the same group, whose children end with the others |
//! | [`group.limited(n)`](TaskGroup::limited) | the same group, with at most `n` children at once |
//! | [`supervise()`] | a group in which a child's failure cancels nobody |
//! | [`inline_group`] | a group whose children run in the caller's task, and may borrow; with the same calls |
//!
//! # Time and cancellation
//!
//! | call | what it does |
//! |---|---|
//! | [`sleep`], [`sleep_until`] | waits, never less |
//! | [`move_on_after`], [`fail_after`] | limits the time of a future: gives `None`, or an error, where that is too short |
//! | [`move_on_when`] | runs a future until something else has come about |
//! | [`CancelScope`] | runs a future that its [`CancelHandle`] cancels, from anywhere |
//! | [`shield`] | keeps outer cancellations from what must not be cut |
//! | [`bracket`] | works with a resource, and releases it, whatever became of the work |
//! | [`finally`] | runs a cleanup that waits, whatever became of the work before it |
//! | [`catch_panic`](catch_panic()) | gives a panic as a value, for whoever goes on after it |
//!
//! # Many futures at once
//!
//! When they return, every future has ended: no task is left behind.
//!
//! | function | what it gives | the others are cancelled by |
//! |---|---|---|
//! | [`gather()`], [`join`] | all outputs, in the order of the call | a panic |
//! | [`try_gather`], [`try_join`] | all values, or all failures | the first failure |
//! | [`as_completed()`] | each output when it is there | dropping the stream |
//! | [`race()`] | the first success, or all failures | the first success |
//! | [`retry()`] | the first success of one call after another | |
//! | [`blocking::scope`] | for synchronous callers: futures that borrow, on threads | the first failure |
//!
//! # Between tasks
//!
//! Fair, and without loss when a wait is cancelled.
//!
//! | module | what it has |
//! |---|---|
//! | [`channel`] | channels with any capacity, also none; `oneshot`, `broadcast`, `watch`; queues that can be joined |
//! | [`sync`] | semaphores, locks, conditions, events, barriers; limits of how many, and of how often |
//!
//! # The system
//!
//! | module | what it has |
//! |---|---|
//! | [`blocking`] | threads for what would block; async code for threads |
//! | [`net`] | TCP, by name or address; UDP; Unix sockets |
//! | [`io`] | lines and frames of any stream, with limits |
//! | `signal` | signals, as a stream |
//! | [`process`] | other programs, which do not outlive their scope |
//! | [`fs`] | files and folders |
//!
//! On Windows there are no signals and no Unix sockets. The rest compiles there, and nobody has tested it
//! yet.
//!
//! # Rules
//!
//! - No task outlives its group, on any backend. To drop a [`TaskHandle`] changes nothing.
//! - A child that fails or panics cancels its siblings and its group's body; the group waits for all
//!   of them, then gives every failure, or resumes the panic.
//! - Cancellation is level-triggered: in a cancelled scope every checkpoint is cut, and code after
//!   the await where it struck never runs. Destructors do.
//! - What completed before the cancellation struck delivers its value.
//! - A group ends in its body's value, or in a [`GroupError`], of which `?` makes an `io::Error`, a box, or,
//!   where nothing can fail, a [`Cancelled`].
//! - Deadlines come from [`now`], which a backend may virtualise.
//!
//! All of them are numbered and tested: the documentation cites the laws of `docs/laws.md` by their
//! ids, as in "law G1".
//!
//! # What can surprise
//!
//! - A cancelled scope cuts its tasks in no particular order. A body that talks to a child through a
//!   foreign channel may see the child's end before it is cut itself, and report it as a failure. A
//!   [`checkpoint`] before the report lets the cancellation come first.
//! - A shield protects while its owner polls it. One that is kept aside while its owner waits for
//!   something else is dropped with its owner.
//! - Scopes and groups that are nested inside one task are polled on one stack, as nested futures are:
//!   some 2 KiB a level in a debug build. Deep nesting goes through tasks, which costs no stack.
//! - A future that waits in a queue and is no longer polled blocks whoever comes after it. Keep such
//!   futures in tasks of their own.
//!
//! # Which backend?
//!
//! Inside `#[tokio::main]`, `smol::block_on` or `async_std::main` nothing is to be done:
//! [`AnyBackend::current`] has the table of which backend answers where. [`run_on`] and
//! [`#[anyrt::main(smol)]`](macro@main) choose, and win over everything that could be detected.
//! [`run`] without a choice is for examples and tests; [`try_run`] gives the want of a backend as an
//! error. Nothing has to be set up, and no runtime starts before something runs on it.
//!
//! | feature | what it adds |
//! |---|---|
//! | `tokio` | tokio 1 |
//! | `smol` | smol 2 |
//! | `async-std` | async-std 1, which is no longer maintained (RUSTSEC-2025-0052) |
//! | `sim` | `anyrt::sim`: virtual time and seeded schedules, for tests |
//! | `tokio-io` | `net::compat`: connections with tokio's I/O traits, on any backend |
//! | `tracing` | a span for each task, group and scope, linked as they are |
//! | `macros` (default) | [`#[anyrt::main]`](macro@main) and [`#[anyrt::test]`](macro@test) |
//!
//! A library enables none of the backends: the application does. Features only add: inside a
//! runtime whose feature is on, or after an explicit choice, one more backend changes nothing.
//!
//! # When not to use it
//!
//! - A library that will only ever run on tokio, and needs tokio's own types, gains little.
//! - Futures that are not `Send` cannot be spawned yet; the body of a group need not be `Send`.
//! - A future that blocks its thread cannot be cancelled by anybody: see [`blocking::run`].
//! - A foreign `block_on` inside anyrt code waits for ever if its scope is cancelled: await instead.
#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod __private;
mod as_completed;
mod backend;
pub mod blocking;
mod catch_panic;
mod detect;
#[cfg(not(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "sim")))]
mod disabled;
mod enabled;
pub mod fs;
pub mod future;
mod gather;
mod group;
mod inline;
mod name;
pub mod net;
pub mod process;
mod race;
mod retry;
mod run;
mod scope;
#[cfg(unix)]
pub mod signal;
mod supervise;
pub mod sync;
mod task_tree;
mod time;
mod timer;

use std::convert::Infallible;

#[doc(inline)]
pub use anyrt_core::error::{
    Cancelled, Failures, GroupClosed, GroupError, NoRuntime, Panic, RaceError, Reason, StartError,
    TaskError, TimedOut,
};
#[doc(inline)]
pub use anyrt_core::group::{Readiness, Supervised, TaskHandle};
#[doc(inline)]
pub use anyrt_core::retry::Backoff;
#[doc(inline)]
pub use anyrt_core::scope::{CancelHandle, Lent};
#[doc(inline)]
pub use anyrt_core::task::{TaskId, checkpoint, is_cancelled, yield_now};
#[doc(inline)]
pub use anyrt_core::task_tree::TaskTree;
#[cfg(feature = "sim")]
pub use anyrt_sim as sim;

#[doc(inline)]
pub use anyrt_core::{Outcome, channel, error, io, prelude};

#[cfg(feature = "macros")]
pub use anyrt_macros::{main, test};

pub use as_completed::as_completed;
pub use backend::AnyBackend;
pub use catch_panic::catch_panic;
pub use gather::{gather, join, try_gather, try_join};
pub use group::task_group;
pub use inline::inline_group;
pub use name::UnknownBackend;
pub use race::race;
pub use retry::retry;
pub use run::{RunError, run, run_on, try_run};
pub use scope::{
    bracket, current_effective_deadline, fail_after, fail_at, finally, move_on_after, move_on_at,
    move_on_when, shield,
};
pub use supervise::supervise;
pub use task_tree::task_tree;
pub use time::{now, sleep, sleep_forever, sleep_until};
pub use timer::AnySleep;

/// A group of tasks, as its body and children see it.
///
/// Clones mean the same group.
///
/// Made by [`task_group`]. `E` is the failure of the body and the children.
#[doc(alias = "nursery")]
pub type TaskGroup<E = Infallible> = anyrt_core::group::TaskGroup<AnyBackend, E>;

/// A task group through which at most so many children run at once.
///
/// Made by [`TaskGroup::limited`].
pub type LimitedGroup<E = Infallible> = anyrt_core::group::LimitedGroup<AnyBackend, E>;

/// The outputs of many futures, in completion order.
///
/// Made by [`as_completed`].
pub type AsCompleted<T> = anyrt_core::join::AsCompleted<AnyBackend, T>;

/// A group whose children run inside its owner's task, and may borrow.
///
/// Made by [`inline_group`].
pub type InlineGroup<'env, E = Infallible> = anyrt_core::inline::InlineGroup<'env, AnyBackend, E>;

/// A part of a program that can be cancelled.
///
/// It may have a deadline and a shield.
///
/// It needs no runtime until its `run` is polled.
pub type CancelScope = anyrt_core::scope::CancelScope<AnyBackend>;

/// Waits until its deadline, never less.
///
/// It is the future of [`sleep`] and [`sleep_until`].
pub type Sleep = anyrt_core::time::Sleep<AnyBackend>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
