//! H12: a queue that is waited for.

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::AnyQueue;
use crate::laws::tools::{Alarm, attempt, step};
use crate::support::{Count, Group, turns};

pub(super) fn h12<B: Backend + Toplevel, Q: AnyQueue>(backend: &B) {
    backend.run(join_waits_for_what_was_put::<Q>());
    backend.run(one_mark_too_many::<Q>());
    backend.run(a_put_that_came_to_nothing_is_not_waited_for::<Q>());
    backend.run(shut_down::<Q>());
    backend.run(workers::<B, Q>(backend));
}

async fn join_waits_for_what_was_put<Q: AnyQueue>() {
    let queue = Q::new(0);
    assert!(attempt(queue.join()).await.is_some(), "nothing was put");
    for number in [1, 2] {
        assert!(queue.put(number).await, "the queue is open");
    }
    let alarm = Alarm::new();
    let mut joining = Box::pin(queue.join());
    assert!(alarm.step(&mut joining).await.is_pending(), "2 numbers were put");
    for number in [1, 2] {
        assert_eq!(queue.get().await, Some(number), "in the order of the puts");
    }
    assert!(step(&mut joining).await.is_pending(), "taken, and not dealt with");
    assert!(queue.task_done(), "1 of 2");
    assert!(alarm.step(&mut joining).await.is_pending(), "1 of 2 was dealt with");
    assert!(queue.task_done(), "2 of 2");
    assert!(alarm.rung() > 0, "all was dealt with, and who waits was not woken");
    assert!(attempt(joining).await.is_some(), "all was dealt with");
}

async fn one_mark_too_many<Q: AnyQueue>() {
    let queue = Q::new(2);
    assert!(!queue.task_done(), "nothing was put");
    assert!(queue.put(1).await, "the queue is open");
    assert!(queue.task_done(), "1 of 1");
    assert!(!queue.task_done(), "2 of 1");
}

async fn a_put_that_came_to_nothing_is_not_waited_for<Q: AnyQueue>() {
    let queue = Q::new(1);
    assert!(queue.put(1).await, "there is a place");
    assert!(attempt(queue.put(2)).await.is_none(), "the queue is full");
    assert_eq!(queue.get().await, Some(1), "what was put");
    assert!(attempt(queue.get()).await.is_none(), "the other put was dropped");
    assert!(queue.task_done(), "1 of 1");
    assert!(attempt(queue.join()).await.is_some(), "the other put was dropped");
    assert!(!queue.task_done(), "2 of 1");
}

async fn shut_down<Q: AnyQueue>() {
    let queue = Q::new(0);
    assert!(queue.put(1).await, "the queue is open");
    queue.shutdown(false);
    assert!(!queue.put(2).await, "the queue was shut down");
    assert!(attempt(queue.join()).await.is_none(), "1 number is in it");
    assert_eq!(queue.get().await, Some(1), "what is in it can be taken");
    assert_eq!(attempt(queue.get()).await, Some(None), "it is empty, and was shut down");
    assert!(queue.task_done(), "1 of 1");

    let queue = Q::new(0);
    let mut waiting = Box::pin(queue.get());
    assert!(step(&mut waiting).await.is_pending(), "it is empty");
    queue.shutdown(false);
    assert_eq!(attempt(waiting).await, Some(None), "it was shut down");

    let queue = Q::new(0);
    assert!(queue.put(1).await, "the queue is open");
    queue.shutdown(true);
    assert_eq!(attempt(queue.get()).await, Some(None), "what was in it is gone");
    assert!(attempt(queue.join()).await.is_some(), "what is gone need not be dealt with");
}

/// As in the documentation of asyncio: workers, a producer that joins, and then their end.
async fn workers<B: Backend, Q: AnyQueue>(backend: &B) {
    const JOBS: u32 = 60;
    let (queue, done) = (Q::new(3), Count::new());
    let result = backend
        .task_group(|group: Group<B>| {
            for _ in 0..4 {
                let (queue, done) = (queue.clone(), done.clone());
                group.spawn(async move {
                    while queue.get().await.is_some() {
                        turns(1).await;
                        done.up();
                        assert!(queue.task_done(), "each job once");
                    }
                });
            }
            let (queue, done) = (queue.clone(), done.clone());
            async move {
                for job in 0..JOBS {
                    assert!(queue.put(job).await, "the queue is open");
                }
                queue.join().await;
                assert_eq!(done.get(), JOBS as usize, "all jobs were dealt with");
                queue.shutdown(false);
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}
