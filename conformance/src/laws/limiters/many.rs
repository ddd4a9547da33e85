//! L3: many permits at once.

use std::task::Poll;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, attempt, step};
use crate::support::{Count, Flag, Group, turns};

pub(super) fn l3<B: Backend + Toplevel>(backend: &B) {
    backend.run(all_or_nothing(backend));
    backend.run(more_than_there_are(backend));
    backend.run(who_gives_up_takes_nothing_along(backend));
    backend.run(tasks_that_take_single_ones(backend));
}

/// While it waits it holds none of those that are free, and then it holds all.
async fn all_or_nothing<B: Backend>(backend: &B) {
    let permits = backend.semaphore(3);
    let one = permits.acquire().await;
    let alarm = Alarm::new();
    let mut all = Box::pin(permits.acquire_many(3));
    assert!(alarm.step(&mut all).await.is_pending(), "acquired 3 of 2 permits");
    assert_eq!(permits.available(), 2, "a waiter for 3 permits took some of those that are free");
    drop(one);
    assert!(alarm.rung() > 0, "3 permits are free, but who waits for them was not woken");
    let Some(all) = attempt(all).await else { panic!("3 permits are free, but not for the first") };
    assert_eq!(permits.available(), 0, "3 of 3 permits are held");
    assert!(attempt(permits.acquire()).await.is_none(), "3 of 3 permits are held");
    drop(all);
    assert_eq!(permits.available(), 3, "all permits come back at once");
    drop(permits.acquire_many(0).await);
    assert_eq!(permits.available(), 3, "no permits were asked for");
}

async fn more_than_there_are<B: Backend>(backend: &B) {
    let permits = backend.semaphore(2);
    let mut many = Box::pin(permits.acquire_many(5));
    for total in 2..5 {
        assert!(step(&mut many).await.is_pending(), "acquired 5 of {total} permits");
        permits.add_permits(1);
    }
    assert!(attempt(many).await.is_some(), "5 permits were added, but not for who waits");
    assert_eq!(permits.available(), 5, "all permits come back");
}

async fn who_gives_up_takes_nothing_along<B: Backend>(backend: &B) {
    let permits = backend.semaphore(2);
    let one = permits.acquire().await;
    let alarm = Alarm::new();
    let mut many = Box::pin(permits.acquire_many(2));
    let mut single = Box::pin(permits.acquire());
    assert!(step(&mut many).await.is_pending(), "acquired 2 permits, one of which is held");
    assert!(alarm.step(&mut single).await.is_pending(), "overtook a waiter for 2 permits");
    drop(many);
    assert!(alarm.rung() > 0, "nobody is before it any more, but it was not woken");
    let single = attempt(single).await;
    assert!(single.is_some(), "nobody is before it any more, and one permit is free");
    drop((one, single));
    assert_eq!(permits.available(), 2, "all permits come back");
}

/// Tasks that never let a permit lie do not keep out the one who waits for all.
async fn tasks_that_take_single_ones<B: Backend>(backend: &B) {
    const LIMIT: usize = 4;
    const TASKS: usize = 12;
    let permits = backend.semaphore(LIMIT);
    let (acquired, stop) = (Count::new(), Flag::new());
    let result = backend
        .task_group(|group: Group<B>| {
            for _ in 0..TASKS {
                let (permits, acquired, stop) = (permits.clone(), acquired.clone(), stop.clone());
                group.spawn(async move {
                    while !stop.is_up() {
                        let _permit = permits.acquire().await;
                        acquired.up();
                        turns(2).await;
                    }
                });
            }
            async {
                crate::laws::tools::eventually!("all tasks had a turn", acquired.get() > 50);
                let mut all = Box::pin(permits.acquire_many(LIMIT));
                let all = match step(&mut all).await {
                    Poll::Ready(all) => all,
                    Poll::Pending => {
                        // Each of them may have been promised a permit, or stand in line before.
                        let most = acquired.get() + TASKS;
                        let all = all.await;
                        let count = acquired.get();
                        assert!(count <= most, "single ones overtook the one who waits for all");
                        all
                    }
                };
                drop(all);
                stop.raise();
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    assert_eq!(permits.available(), LIMIT, "all permits come back");
}
