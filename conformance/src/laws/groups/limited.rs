//! G13, G14: only so many children at once, and who is next.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, TaskGroup, Toplevel};

use crate::laws::tools::{Alarm, Event, eventually, in_time, lock, poll_raw, step};
use crate::support::{Count, Group, holding, on_drop, turns};

type Limited<B, E> = <Group<B, E> as TaskGroup<E>>::Limited;

pub(super) fn g13<B: Backend + Toplevel>(backend: &B) {
    for limit in [1, 5] {
        backend.run(never_more_than(backend, limit));
    }
    for end in [End::Value, End::Failure, End::Cancelled] {
        backend.run(its_place_is_free_after_its_end(backend, end));
    }
    backend.run(only_its_own_count(backend));
}

/// Each child looks how many there are, in its own code and in the destructor of its future.
async fn never_more_than<B: Backend>(backend: &B, limit: usize) {
    const CHILDREN: usize = 60;
    let (alive, ended) = (Count::new(), Count::new());
    let peak = Arc::new(Mutex::new(0));
    let result = backend
        .task_group(async |group: Group<B>| {
            let limited = group.limited(limit);
            assert_eq!(limited.available(), limit, "places of a limited group");
            // Clones share the limit, and children use it as the body does.
            let halves = [limited.clone(), limited.clone()].map(|limited| {
                let (alive, ended, peak) = (alive.clone(), ended.clone(), peak.clone());
                group.spawn(async move {
                    for _ in 0..CHILDREN / 2 {
                        let (alive, ended, peak) = (alive.clone(), ended.clone(), peak.clone());
                        let child = async move {
                            let _guard = alive.guard();
                            {
                                let mut peak = lock(&peak);
                                *peak = alive.get().max(*peak);
                            }
                            turns(3).await;
                            ended.up();
                        };
                        limited.spawn_when_free(child).await;
                    }
                })
            });
            for half in halves {
                assert!(half.await.is_ok(), "a child that spawns others was cut");
            }
            eventually!("all places are free again", limited.available() == limit);
        })
        .await;
    assert_eq!(result, Ok(()), "a group with a limit of {limit}");
    assert_eq!(ended.get(), CHILDREN, "of {CHILDREN} limited children this many ran to their end");
    let peak = *lock(&peak);
    assert!(peak <= limit, "{peak} children ran at once through a limit of {limit}");
}

/// How a child ends that had a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Value,
    Failure,
    Cancelled,
}

/// In a supervisor, so that a failure leaves the others alone.
async fn its_place_is_free_after_its_end<B: Backend>(backend: &B, end: End) {
    let free = Arc::new(Mutex::new(Vec::new()));
    let result = backend
        .supervise(async |group: Group<B, u8>| {
            let (limited, go, gone) = (group.limited(1), Event::new(), Event::new());
            let (waits, inside, seen) = (go.wait(), limited.clone(), free.clone());
            let told = gone.clone();
            let at_end = on_drop(move || {
                lock(&seen).push(inside.available());
                told.set();
            });
            let child = holding(Box::new(at_end), async move {
                waits.await;
                match end {
                    End::Value => Ok(()),
                    End::Failure => Err(1),
                    End::Cancelled => pending().await,
                }
            });
            let child = limited.spawn_when_free(child).await;
            assert_eq!(limited.available(), 0, "places in a group that is full");
            let mut early = Box::pin(limited.spawn_when_free(async { Ok(()) }));
            assert!(step(&mut early).await.is_pending(), "a second child in the only place");
            drop(early);
            go.set();
            if end == End::Cancelled {
                child.cancel();
            }
            // Nobody waits for the place while it is looked at.
            gone.wait().await;
            let mut next = Box::pin(limited.spawn_when_free(async { Ok(()) }));
            let next = in_time("a place that a child has left", &mut next).await;
            assert!(next.await.is_ok(), "{end:?}: the next child in this place");
            Ok(())
        })
        .await;
    let seen = result.as_ref().map(|ended| ended.failures.len());
    assert_eq!(seen, Ok(usize::from(end == End::Failure)), "{end:?}: failures of children");
    let free = lock(&free).clone();
    assert_eq!(free, [0], "{end:?}: places free while the future of the only child was dropped");
}

/// Other children of the group, and another limit on it, take no places.
async fn only_its_own_count<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let (one, other) = (group.limited(1), group.limited(1));
            group.background().spawn(pending::<()>());
            let mut first = Box::pin(one.spawn_when_free(pending::<()>()));
            let first = in_time("the only child of a limit", &mut first).await;
            let mut second = Box::pin(other.spawn_when_free(pending::<()>()));
            let second = in_time("the only child of another limit", &mut second).await;
            assert_eq!((one.available(), other.available()), (0, 0), "places that are taken");
            first.cancel();
            second.cancel();
        })
        .await;
    assert_eq!(result, Ok(()), "a group with two limits");
}

pub(super) fn g14<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        in_the_order_of_coming(backend).await;
        a_turn_that_is_not_taken(backend).await;
    });
}

/// Who began, in order; a child that begins says its number.
type Begun = Arc<Mutex<Vec<usize>>>;

fn numbered(begun: &Begun, number: usize) -> impl Future<Output = ()> + Send + use<> {
    let begun = begun.clone();
    async move { lock(&begun).push(number) }
}

/// Fills the only place, until the event.
async fn fill<B: Backend>(limited: &Limited<B, std::convert::Infallible>) -> Event {
    let go = Event::new();
    let mut first = Box::pin(limited.spawn_when_free(go.wait()));
    in_time("the first child of a limited group", &mut first).await;
    go
}

async fn in_the_order_of_coming<B: Backend>(backend: &B) {
    let begun = Begun::default();
    let result = backend
        .task_group(async |group: Group<B>| {
            let limited = group.limited(1);
            let go = fill::<B>(&limited).await;
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let mut cut = Box::pin(scope.run(limited.spawn_when_free(numbered(&begun, 100))));
            let mut waiting = Vec::new();
            for number in 0..6 {
                let mut spawn = Box::pin(limited.spawn_when_free(numbered(&begun, number)));
                assert!(step(&mut spawn).await.is_pending(), "spawned into a full group");
                waiting.push(Some(spawn));
                if number == 2 {
                    assert!(step(&mut cut).await.is_pending(), "spawned into a full group");
                }
            }
            handle.cancel();
            let end = in_time("a spawn that is cut", &mut cut).await;
            assert!(end.is_err(), "a spawn that was cut gave a handle");
            // Dropped: the first, one in the middle, and the last of them.
            for number in [0, 3, 5] {
                waiting[number] = None;
            }
            go.set();
            poll_backwards(waiting).await;
            let mut late = Box::pin(limited.spawn_when_free(numbered(&begun, 6)));
            in_time("a spawn after all others", &mut late).await;
        })
        .await;
    assert_eq!(result, Ok(()), "a group with one place");
    let begun = lock(&begun).clone();
    assert_eq!(begun, [1, 2, 4, 6], "who was spawned through a limit of 1, in order");
}

/// Polls the last one first, until all are ready: whose turn it is, is not for the poll to say.
async fn poll_backwards<F: Future>(mut waiting: Vec<Option<Pin<Box<F>>>>) {
    eventually!("all who wait have spawned", {
        for place in waiting.iter_mut().rev() {
            if let Some(spawn) = place
                && let (Poll::Ready(_), _) = poll_raw(spawn).await
            {
                *place = None;
            }
        }
        waiting.iter().all(Option::is_none)
    });
}

/// The place was set aside for a waiter that is dropped, or cut, before it is polled again.
async fn a_turn_that_is_not_taken<B: Backend>(backend: &B) {
    for is_cut in [false, true] {
        let begun = Begun::default();
        let result = backend
            .task_group(async |group: Group<B>| {
                let (limited, alarm) = (group.limited(1), Alarm::new());
                let go = fill::<B>(&limited).await;
                let scope = backend.cancel_scope();
                let handle = scope.handle();
                let mut first = Box::pin(scope.run(limited.spawn_when_free(numbered(&begun, 1))));
                let mut next = Box::pin(limited.spawn_when_free(numbered(&begun, 2)));
                assert!(alarm.step(&mut first).await.is_pending(), "spawned into a full group");
                assert!(step(&mut next).await.is_pending(), "spawned into a full group");
                go.set();
                eventually!("the first in the queue is told", alarm.rung() > 0);
                if is_cut {
                    // It may take the place that it was promised before (law P2).
                    handle.cancel();
                    let taken = in_time("a spawn that is cut", &mut first).await;
                    assert!(taken.is_ok(), "a spawn that had its place before it was cut");
                } else {
                    drop(first);
                }
                in_time("whoever is next in the queue", &mut next).await;
            })
            .await;
        assert_eq!(result, Ok(()), "a group with one place");
        let expected: &[usize] = if is_cut { &[1, 2] } else { &[2] };
        let begun = lock(&begun).clone();
        assert_eq!(begun, expected, "is cut: {is_cut}; who was spawned through a limit of 1");
    }
}
