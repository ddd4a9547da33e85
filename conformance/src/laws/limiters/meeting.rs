//! L8: what tasks wait for together.

use std::sync::{Arc, Mutex};
use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::{AnyBarrier, AnyEvent};
use crate::laws::tools::{Alarm, attempt, lock, step};
use crate::support::{Group, join};

pub(super) fn l8<B: Backend + Toplevel, E: AnyEvent, M: AnyBarrier>(backend: &B) {
    backend.run(set_stays_set::<E>());
    backend.run(all_that_wait_are_woken::<E>());
    for _ in 0..50 {
        backend.run(set_while_tasks_begin_to_wait::<B, E>(backend));
    }
    backend.run(n_at_a_time::<M>());
    backend.run(one_gave_up::<B, M>(backend));
    backend.run(one_is_enough::<M>());
    backend.run(rounds_of_tasks::<B, M>(backend));
}

async fn set_stays_set<E: AnyEvent>() {
    let event = E::new();
    assert!(!event.is_set(), "nobody has set it");
    assert!(attempt(event.wait()).await.is_none(), "nobody has set it");
    event.clone().set();
    for _ in 0..3 {
        assert!(event.is_set(), "it was set");
        assert!(attempt(event.wait()).await.is_some(), "it was set before the wait");
        event.set();
    }
}

async fn all_that_wait_are_woken<E: AnyEvent>() {
    let event = E::new();
    let alarms = [(); 4].map(|()| Alarm::new());
    let mut waiting = [(); 4].map(|()| Box::pin(event.wait()));
    for (alarm, one) in alarms.iter().zip(&mut waiting) {
        assert!(alarm.step(one).await.is_pending(), "nobody has set it");
    }
    let [_, dropped, first, last] = waiting;
    drop(dropped);
    let setting = event.clone();
    join(thread::spawn(move || setting.set()));
    for at in [0, 2, 3] {
        assert!(alarms[at].rung() > 0, "waiter {at} was not woken");
    }
    for one in [last, first] {
        assert!(attempt(one).await.is_some(), "it is set, and was polled again");
    }
}

/// A thread sets it at some moment before, during or after the first polls.
async fn set_while_tasks_begin_to_wait<B: Backend, E: AnyEvent>(backend: &B) {
    let event = E::new();
    let setting = event.clone();
    let thread = thread::spawn(move || setting.set());
    let result = backend
        .task_group(|group: Group<B>| {
            for _ in 0..4 {
                let event = event.clone();
                group.spawn(async move { event.wait().await });
            }
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    join(thread);
}

async fn n_at_a_time<M: AnyBarrier>() {
    let barrier = M::new(3);
    for round in 0..3 {
        let alarm = Alarm::new();
        let mut first = Box::pin(barrier.wait());
        let mut second = Box::pin(barrier.wait());
        assert!(alarm.step(&mut first).await.is_pending(), "round {round}: 1 of 3");
        assert!(step(&mut second).await.is_pending(), "round {round}: 2 of 3");
        let third = attempt(barrier.wait()).await;
        assert!(alarm.rung() > 0, "round {round}: 3 of 3, but the first was not woken");
        // Who comes now is of the next round, though none of this one has gone on yet.
        let mut next = Box::pin(barrier.wait());
        assert!(step(&mut next).await.is_pending(), "round {round}: 1 of the next 3");
        let ended = [attempt(first).await, attempt(second).await, third];
        assert!(ended.iter().all(Option::is_some), "round {round}: 3 of 3, but {ended:?}");
        let leaders = ended.iter().filter(|one| **one == Some(true)).count();
        assert_eq!(leaders, 1, "round {round}: one of the three leads");
        assert!(step(&mut next).await.is_pending(), "round {round}: still 1 of the next 3");
    }
}

async fn one_gave_up<B: Backend, M: AnyBarrier>(backend: &B) {
    for is_cut in [false, true] {
        let barrier = M::new(3);
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut gone = Box::pin(scope.run(barrier.wait()));
        let mut first = Box::pin(barrier.wait());
        assert!(step(&mut gone).await.is_pending(), "1 of 3");
        assert!(step(&mut first).await.is_pending(), "2 of 3");
        if is_cut {
            handle.cancel();
            assert!(attempt(gone).await.is_some_and(|ended| ended.is_err()), "it was cut");
        } else {
            drop(gone);
        }
        let mut second = Box::pin(barrier.wait());
        assert!(step(&mut second).await.is_pending(), "2 of 3, since one is gone");
        let third = attempt(barrier.wait()).await;
        let ended = [attempt(first).await, attempt(second).await, third];
        assert!(ended.iter().all(Option::is_some), "3 of 3, besides the one that is gone");
    }
}

async fn one_is_enough<M: AnyBarrier>() {
    let barrier = M::new(1);
    for _ in 0..3 {
        assert_eq!(attempt(barrier.wait()).await, Some(true), "1 of 1");
    }
}

/// In each round as many come as leave, and nobody is in the next round before.
async fn rounds_of_tasks<B: Backend, M: AnyBarrier>(backend: &B) {
    const TASKS: usize = 5;
    const ROUNDS: usize = 20;
    let (barrier, log) = (M::new(TASKS), Arc::new(Mutex::new(Vec::new())));
    let result = backend
        .task_group(|group: Group<B>| {
            for _ in 0..TASKS {
                let (barrier, log) = (barrier.clone(), log.clone());
                group.spawn(async move {
                    for round in 0..ROUNDS {
                        lock(&log).push((round, false));
                        let leads = barrier.wait().await;
                        lock(&log).push((round, leads));
                        barrier.wait().await;
                    }
                });
            }
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    let log = lock(&log).clone();
    for (round, events) in log.chunks(TASKS * 2).enumerate() {
        assert!(events.iter().all(|event| event.0 == round), "round {round}: {events:?}");
        let leaders = events.iter().filter(|event| event.1).count();
        assert_eq!(leaders, 1, "round {round}: one leads");
        assert!(events[..TASKS].iter().all(|event| !event.1), "round {round}: nobody went ahead");
    }
}
