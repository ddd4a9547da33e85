//! C10: what is cancelled and has to wait, rests.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, Event, HOUR, both, eventually};
use crate::support::{Count, GRACE, Group, poll_once, turns};

/// More polls than it takes to see that there is nothing to do but wait.
const BOUND: usize = 24;

/// How many scopes are nested where the depth must not multiply anything.
const DEPTH: usize = 16;

pub(super) fn c10<B: Backend + Toplevel>(backend: &B) {
    backend.run(by_hand(backend));
    backend.run(in_tasks(backend));
}

type Boxed<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A future that counts how often it is polled.
struct Polled<F> {
    future: Pin<Box<F>>,
    polls: Count,
}

impl<F: Future> Future for Polled<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.up();
        self.future.as_mut().poll(cx)
    }
}

fn polled<F: Future>(polls: &Count, future: F) -> Polled<F> {
    Polled { future: Box::pin(future), polls: polls.clone() }
}

/// What keeps a cancelled scope waiting.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Shield,
    ShieldOfSleep,
    ShieldOfAcquire,
    ShieldOfRecv,
    ShieldWithDeadline,
    ShieldBesideSleep,
    TwoShields,
    NestedShields,
    NestedScopes,
    ShieldedGroup,
    Group,
    NestedGroups,
    BlockingCall,
}

const SHAPES: [Shape; 13] = [
    Shape::Shield,
    Shape::ShieldOfSleep,
    Shape::ShieldOfAcquire,
    Shape::ShieldOfRecv,
    Shape::ShieldWithDeadline,
    Shape::ShieldBesideSleep,
    Shape::TwoShields,
    Shape::NestedShields,
    Shape::NestedScopes,
    Shape::ShieldedGroup,
    Shape::Group,
    Shape::NestedGroups,
    Shape::BlockingCall,
];

impl Shape {
    /// Makes a future that waits for `release`, whatever is cancelled meanwhile.
    fn hold<'a, B: Backend>(self, backend: &'a B, release: &Event, polls: &Count) -> Boxed<'a> {
        let wait = polled(polls, release.wait());
        match self {
            Self::Shield => Box::pin(backend.shield(wait)),
            Self::ShieldOfSleep => Box::pin(async move {
                let sleep = polled(&wait.polls.clone(), backend.sleep(HOUR));
                backend.shield(crate::support::race(Box::pin(sleep).as_mut(), wait)).await;
            }),
            Self::ShieldOfAcquire => Box::pin(async move {
                let permits = backend.semaphore(0);
                let acquire = polled(&wait.polls.clone(), permits.acquire());
                backend.shield(crate::support::race(Box::pin(acquire).as_mut(), wait)).await;
            }),
            Self::ShieldOfRecv => Box::pin(async move {
                let (_sender, receiver) = backend.bounded::<()>(0);
                let recv = polled(&wait.polls.clone(), receiver.recv());
                backend.shield(crate::support::race(Box::pin(recv).as_mut(), wait)).await;
            }),
            Self::ShieldWithDeadline => Box::pin(async move {
                let scope = backend.cancel_scope().shielded().with_timeout(HOUR);
                let _ = scope.run(wait).await;
            }),
            Self::ShieldBesideSleep => Box::pin(async move {
                both(backend.shield(wait), backend.sleep(Duration::MAX)).await;
            }),
            Self::TwoShields => {
                let other = polled(polls, release.wait());
                Box::pin(async move {
                    both(backend.shield(wait), backend.shield(other)).await;
                })
            }
            Self::NestedShields => (0..DEPTH)
                .fold(Box::pin(wait), |inner: Boxed<'a>, _| Box::pin(backend.shield(inner))),
            Self::NestedScopes => {
                let shield: Boxed<'a> = Box::pin(backend.shield(wait));
                (0..DEPTH).fold(shield, |inner, _| {
                    let scope = backend.cancel_scope();
                    scope.handle().cancel();
                    Box::pin(async move {
                        let _ = scope.run(inner).await;
                    })
                })
            }
            Self::ShieldedGroup => Box::pin(async move {
                let group = backend.task_group(|group: Group<B>| {
                    group.spawn(wait);
                    async {}
                });
                let _ = backend.shield(group).await;
            }),
            Self::Group => Box::pin(async move {
                let group = backend.task_group(|group: Group<B>| {
                    let backend = backend.clone();
                    group.spawn(async move { backend.shield(wait).await });
                    pending::<()>()
                });
                let _ = group.await;
            }),
            Self::NestedGroups => {
                let shield: Boxed<'a> = Box::pin(backend.shield(wait));
                (0..DEPTH).fold(shield, |inner, _| {
                    Box::pin(async move {
                        let _ = backend.task_group(|_: Group<B>| inner).await;
                    })
                })
            }
            Self::BlockingCall => {
                let release = release.clone();
                Box::pin(backend.run_blocking(move || crate::support::block_on(release.wait())))
            }
        }
    }
}

/// Polls as long as it is woken; fails if that takes no end.
fn settle<F: Future<Output: std::fmt::Debug> + Unpin>(
    context: &str,
    alarm: &Arc<Alarm>,
    future: &mut F,
) {
    for _ in 0..BOUND {
        let before = alarm.rung();
        let poll = alarm.poll(future);
        assert!(poll.is_pending(), "{context}: it did not wait, but gave {poll:?}");
        if alarm.rung() == before {
            return;
        }
    }
    panic!("{context}: polled {BOUND} times, it still wakes its task");
}

/// Nothing but the futures' own wake-ups, and no time, decides here.
async fn by_hand<B: Backend>(backend: &B) {
    let release = Event::new();
    let _release = release.guard();
    let mut held = Vec::new();
    for shape in SHAPES {
        let context = format!("{shape:?}");
        let (polls, alarm) = (Count::new(), Alarm::new());
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut run = Box::pin(scope.run(shape.hold(backend, &release, &polls)));
        // A child that ends its first wait wakes the group once.
        assert!(poll_once(run.as_mut()).await.is_pending(), "{context}: it ended at once");
        turns(3).await;
        settle(&context, &alarm, &mut run);
        let before = polls.get();
        handle.cancel();
        settle(&context, &alarm, &mut run);
        for _ in 0..100 {
            handle.cancel();
        }
        settle(&context, &alarm, &mut run);
        let more = polls.get() - before;
        assert!(more <= 2 * BOUND, "{context}: a cancellation polled what waits {more} times");
        held.push((context, polls, alarm, run));
    }
    let before: Vec<_> =
        held.iter().map(|(_, polls, alarm, _)| (alarm.rung(), polls.get())).collect();
    backend.sleep(GRACE).await;
    for ((context, polls, alarm, run), (rung, polled)) in held.iter_mut().zip(before) {
        let (rung, polled) = (alarm.rung() - rung, polls.get() - polled);
        assert!(rung <= BOUND, "{context}: at rest, it woke its task {rung} times");
        assert!(polled <= BOUND, "{context}: at rest, what waits was polled {polled} times");
        settle(context, alarm, run);
    }
    release.set();
    for (_, _, _, run) in held {
        let _ = run.await;
    }
}

/// The same in tasks that the runtime polls, many of them, and in their owner.
async fn in_tasks<B: Backend>(backend: &B) {
    const CHILDREN: usize = 50;
    let release = Event::new();
    let (owner, waiting) = (Count::new(), Count::new());
    let polls: Vec<_> = (0..CHILDREN).map(|_| (Count::new(), Count::new())).collect();
    let result = backend
        .task_group(|outer: Group<B>| {
            let (release, owner, polls) = (release.clone(), owner.clone(), polls.clone());
            let (child, waiting) = (backend.clone(), waiting.clone());
            async move {
                let _release = release.guard();
                let counts = polls.clone();
                let (let_go, begun) = (release.clone(), waiting.clone());
                let cancelled = outer.spawn(polled(&owner, async move {
                    let group = child.task_group(|group: Group<B>| {
                        for (task, wait) in counts {
                            let (backend, wait) = (child.clone(), polled(&wait, let_go.wait()));
                            let begun = begun.clone();
                            group.spawn(polled(&task, async move {
                                begun.up();
                                backend.shield(wait).await;
                            }));
                        }
                        pending::<()>()
                    });
                    let _ = group.await;
                }));
                eventually!("all children wait", waiting.get() == CHILDREN);
                cancelled.cancel();
                turns(1000).await;
                backend.sleep(GRACE).await;
                let most = polls.iter().map(|(task, wait)| task.get().max(wait.get())).max();
                assert!(most <= Some(BOUND), "a child in a shield was polled {most:?} times");
                let owner = owner.get();
                assert!(owner <= BOUND, "a task that waits for them was polled {owner} times");
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}
