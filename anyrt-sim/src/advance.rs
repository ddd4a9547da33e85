//! Waiting until nothing can run, and moving the clock by hand.
//!
//! # Invariants
//!
//! - Whoever waits for the idle moment is told before the clock jumps. All who wait then are told
//!   together, in the order in which they came.
//! - A future that is dropped takes its place in the list, and its permission to move the clock, with
//!   it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::backend::SimBackend;
use crate::sleep::SimSleep;
use crate::world::{World, nanos};

/// Waits until no other task can run, and no time has passed.
///
/// All that could happen now has happened then: every other task waits for a timer, for this task or
/// for what never comes. If several tasks wait for it, they go on together.
///
/// # Panics
///
/// Panics when it is polled outside a simulation.
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait. It is no checkpoint.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use std::time::Duration;
///
/// use anyrt_core::group::TaskGroup;
/// use anyrt_core::prelude::*;
/// use anyrt_sim::{Sim, SimBackend, wait_until_idle};
///
/// Sim::new(7).run(async {
///     let sim = SimBackend::current().unwrap();
///     let (count, seen) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
///     let children = sim.task_group(async |group: TaskGroup<SimBackend, ()>| {
///         for _ in 0..10 {
///             let (sim, count) = (sim.clone(), count.clone());
///             group.spawn(async move {
///                 count.fetch_add(1, Ordering::SeqCst);
///                 sim.sleep(Duration::from_secs(1)).await;
///             });
///         }
///         wait_until_idle().await;
///         seen.store(count.load(Ordering::SeqCst), Ordering::SeqCst);
///     });
///     children.await.unwrap();
///     assert_eq!(seen.load(Ordering::SeqCst), 10);
/// });
/// ```
pub fn wait_until_idle() -> WaitUntilIdle {
    WaitUntilIdle { key: None, world: None }
}

/// Moves the clock by `duration`, and lets all happen that is due by then.
///
/// Timers on the way fire in their order, and whoever they wake runs before the clock goes on. It
/// returns when the clock is there and nothing else can run. Without
/// [`autojump`](crate::Sim::autojump) it is how time passes; with it the clock may be moved by
/// others, too.
///
/// # Panics
///
/// Panics when it is polled outside a simulation.
///
/// # Cancel safety
///
/// **Safe.** Dropping it leaves the clock where it is. It is no checkpoint.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt_sim::{Sim, SimBackend, advance};
///
/// Sim::new(7).autojump(false).run(async {
///     advance(Duration::from_secs(5)).await;
///     assert_eq!(SimBackend::current().unwrap().elapsed(), Duration::from_secs(5));
/// });
/// ```
pub fn advance(duration: Duration) -> Advance {
    Advance { duration, state: Step::New }
}

fn current(call: &str) -> Arc<World> {
    match SimBackend::current() {
        Some(sim) => sim.world,
        None => panic!("{call} was awaited outside a simulation: call it inside Sim::run"),
    }
}

/// The future of [`wait_until_idle`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
#[derive(Debug)]
#[must_use = "it waits for nothing unless it is awaited"]
pub struct WaitUntilIdle {
    world: Option<Arc<World>>,
    key: Option<u64>,
}

impl Future for WaitUntilIdle {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let world = this.world.get_or_insert_with(|| current("wait_until_idle")).clone();
        let mut state = world.state();
        let Some(key) = this.key else {
            let key = state.waits.next_key();
            this.key = Some(key);
            state.waits.idle.insert(key, cx.waker().clone());
            return Poll::Pending;
        };
        // Who is not in the list any more was told.
        let Some(waker) = state.waits.idle.get_mut(&key) else {
            this.key = None;
            return Poll::Ready(());
        };
        let old = std::mem::replace(waker, cx.waker().clone());
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for WaitUntilIdle {
    fn drop(&mut self) {
        if let (Some(world), Some(key)) = (&self.world, self.key) {
            // Dropped after the lock is released.
            let _waker = world.state().waits.idle.remove(&key);
        }
    }
}

/// The future of [`advance`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it leaves the clock where it is.
#[derive(Debug)]
#[must_use = "the clock stands still unless it is awaited"]
pub struct Advance {
    duration: Duration,
    state: Step,
}

#[derive(Debug)]
enum Step {
    New,
    Moving { _permission: Permission, sleep: SimSleep },
    Settling(WaitUntilIdle),
}

/// Lets the clock go so far.
#[derive(Debug)]
struct Permission {
    world: Arc<World>,
    key: u64,
}

impl Permission {
    fn new(world: Arc<World>, target: u64) -> Self {
        let mut state = world.state();
        let key = state.waits.next_key();
        state.waits.targets.insert(key, target);
        drop(state);
        Self { world, key }
    }
}

impl Drop for Permission {
    fn drop(&mut self) {
        self.world.state().waits.targets.remove(&self.key);
    }
}

impl Future for Advance {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut self.state {
                Step::New => {
                    let world = current("advance");
                    let target = world.offset().saturating_add(nanos(self.duration));
                    let sleep = SimSleep::until(world.clone(), target);
                    let _permission = Permission::new(world, target);
                    self.state = Step::Moving { _permission, sleep };
                }
                Step::Moving { sleep, .. } => {
                    ready!(Pin::new(sleep).poll(cx));
                    self.state = Step::Settling(wait_until_idle());
                }
                Step::Settling(settling) => return Pin::new(settling).poll(cx),
            }
        }
    }
}
