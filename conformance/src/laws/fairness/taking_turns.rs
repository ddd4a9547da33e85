//! F3: tasks that want the same thing again and again.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, eventually, lock};
use crate::support::{Count, Group};

const ROUNDS: usize = 20;

pub(super) fn f3<B: Backend + Toplevel>(backend: &B) {
    for tasks in [2, 3, 7] {
        backend.run(each_in_its_turn(backend, tasks));
    }
}

/// Each round goes through all tasks in the order of the first one.
async fn each_in_its_turn<B: Backend>(backend: &B, tasks: usize) {
    let only = backend.semaphore(1);
    let (queued, order) = (Count::new(), Arc::new(Mutex::new(Vec::new())));
    let result = backend
        .task_group(|group: Group<B>| {
            for task in 0..tasks {
                let (only, queued, order) = (only.clone(), queued.clone(), order.clone());
                group.spawn(async move {
                    for round in 0..ROUNDS {
                        let permit = counted(&queued, only.acquire()).await;
                        lock(&order).push(task);
                        // In the last round those that have finished come no more.
                        let others = if round + 1 < ROUNDS { tasks - 1 } else { 0 };
                        eventually!("all others stand in line", queued.get() >= others);
                        drop(permit);
                    }
                });
            }
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    let order = lock(&order).clone();
    for (at, pair) in order.chunks(tasks).collect::<Vec<_>>().windows(2).enumerate() {
        assert_eq!(pair[0], pair[1], "{tasks} tasks in turn: rounds {at} and {}", at + 1);
    }
}

/// Counts the tasks that wait for something else than a turn of the budget.
async fn counted<F: Future>(queued: &Count, future: F) -> F::Output {
    let mut future = Box::pin(future);
    let mut place = None;
    poll_fn(|cx| {
        let alarm = Alarm::before(cx.waker());
        let poll = alarm.poll(&mut future);
        if poll.is_pending() && alarm.rung() == 0 && place.is_none() {
            place = Some(queued.guard());
        }
        poll
    })
    .await
}
