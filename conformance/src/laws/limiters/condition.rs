//! L6: a condition, and the lock around it.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::AnyCondition;
use crate::laws::tools::{Alarm, Event, attempt, lock, parked, step};
use crate::support::Group;

pub(super) fn l6<B: Backend + Toplevel, C: AnyCondition>(backend: &B) {
    backend.run(the_guard_is_taken_and_given_back::<C>());
    backend.run(who_is_notified_waits_for_the_lock::<C>());
    backend.run(all_are_notified_in_order::<C>());
    backend.run(nobody_waits_so_nobody_is_notified::<C>());
    backend.run(dropped_while_it_waits::<C>());
    backend.run(dropped_when_it_was_notified::<C>());
    backend.run(dropped_while_it_locks_again::<C>());
    backend.run(cut_while_it_waits::<B, C>(backend));
    backend.run(cut_while_it_locks_again::<B, C>(backend));
    backend.run(from_task_to_task::<B, C>(backend));
}

async fn the_guard_is_taken_and_given_back<C: AnyCondition>() {
    let condition = C::new();
    let guard = condition.lock().await;
    let mut waiting = Box::pin(condition.wait(guard));
    assert!(step(&mut waiting).await.is_pending(), "nobody has notified");
    let Some(guard) = condition.try_lock() else { panic!("who waits holds the lock") };
    drop(guard);
    condition.notify_one();
    let Some(guard) = attempt(waiting).await else { panic!("notified, and the lock is free") };
    assert!(condition.try_lock().is_none(), "the lock was not given back with the guard");
    drop(guard);
    assert!(condition.try_lock().is_some(), "the guard is gone");
}

async fn who_is_notified_waits_for_the_lock<C: AnyCondition>() {
    let condition = C::new();
    let guard = condition.lock().await;
    let mut waiting = Box::pin(condition.wait(guard));
    assert!(step(&mut waiting).await.is_pending(), "nobody has notified");
    let Some(held) = condition.try_lock() else { panic!("who waits holds the lock") };
    condition.notify_one();
    assert!(step(&mut waiting).await.is_pending(), "went on while another one holds the lock");
    drop(held);
    let guard = attempt(waiting).await;
    assert!(guard.is_some(), "notified, and the lock has become free");
    assert!(condition.try_lock().is_none(), "it has the lock again");
}

async fn all_are_notified_in_order<C: AnyCondition>() {
    let condition = C::new();
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let guard = condition.lock().await;
        let mut one = Box::pin(condition.wait(guard));
        assert!(step(&mut one).await.is_pending(), "nobody has notified");
        waiting.push(one);
    }
    condition.notify_one();
    let mut first = waiting.remove(0);
    for later in waiting.iter_mut().rev() {
        assert!(step(later).await.is_pending(), "one was notified, and it is not the first");
    }
    assert!(step(&mut first).await.is_ready(), "the first was notified");
    drop(first);
    condition.notify_all();
    for one in waiting {
        let guard = attempt(one).await;
        assert!(guard.is_some(), "all were notified, and the lock is free");
    }
}

async fn nobody_waits_so_nobody_is_notified<C: AnyCondition>() {
    let condition = C::new();
    condition.notify_one();
    condition.notify_all();
    let guard = condition.lock().await;
    let waiting = condition.wait(guard);
    assert!(attempt(waiting).await.is_none(), "was notified before it waited");
}

type Waiting<'a, C> = Pin<Box<dyn Future<Output = <C as AnyCondition>::Guard> + Send + 'a>>;

/// Two that wait, in order; the alarm rings for the second.
async fn two_waiting<'a, C: AnyCondition>(
    condition: &'a C,
    alarm: &Arc<Alarm>,
) -> [Waiting<'a, C>; 2] {
    let guard = condition.lock().await;
    let mut first: Waiting<'a, C> = Box::pin(condition.wait(guard));
    assert!(step(&mut first).await.is_pending(), "nobody has notified");
    let guard = condition.lock().await;
    let mut second: Waiting<'a, C> = Box::pin(condition.wait(guard));
    assert!(alarm.step(&mut second).await.is_pending(), "nobody has notified");
    [first, second]
}

async fn dropped_while_it_waits<C: AnyCondition>() {
    let (condition, alarm) = (C::new(), Alarm::new());
    let [first, second] = two_waiting(&condition, &alarm).await;
    drop(first);
    assert!(condition.try_lock().is_some(), "what was dropped holds the lock");
    condition.notify_one();
    assert!(alarm.rung() > 0, "the notification was given to what was dropped");
    assert!(attempt(second).await.is_some(), "the next was notified");
}

async fn dropped_when_it_was_notified<C: AnyCondition>() {
    let (condition, alarm) = (C::new(), Alarm::new());
    let [first, second] = two_waiting(&condition, &alarm).await;
    condition.notify_one();
    drop(first);
    assert!(condition.try_lock().is_some(), "what was dropped holds the lock");
    assert!(alarm.rung() > 0, "the notification was lost with what was dropped");
    assert!(attempt(second).await.is_some(), "the notification is the next one's");
}

async fn dropped_while_it_locks_again<C: AnyCondition>() {
    let (condition, alarm) = (C::new(), Alarm::new());
    let [mut first, second] = two_waiting(&condition, &alarm).await;
    let Some(held) = condition.try_lock() else { panic!("who waits holds the lock") };
    condition.notify_one();
    assert!(step(&mut first).await.is_pending(), "another one holds the lock");
    drop(first);
    assert!(alarm.rung() > 0, "the notification was lost with what was dropped");
    drop(held);
    let guard = attempt(second).await;
    assert!(guard.is_some(), "the notification is the next one's, and the lock is free");
    drop(guard);
    assert!(condition.try_lock().is_some(), "what was dropped holds the lock");
}

async fn cut_while_it_waits<B: Backend, C: AnyCondition>(backend: &B) {
    for is_notified in [false, true] {
        let (condition, alarm) = (C::new(), Alarm::new());
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let guard = condition.lock().await;
        let mut cut = Box::pin(scope.run(condition.wait(guard)));
        assert!(step(&mut cut).await.is_pending(), "nobody has notified");
        let guard = condition.lock().await;
        let mut next = Box::pin(condition.wait(guard));
        assert!(alarm.step(&mut next).await.is_pending(), "nobody has notified");
        let held = condition.try_lock();
        assert!(held.is_some(), "who waits holds the lock");
        if is_notified {
            condition.notify_one();
        }
        handle.cancel();
        assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
        if !is_notified {
            condition.notify_one();
        }
        assert!(alarm.rung() > 0, "notified before: {is_notified}: the notification was lost");
        drop(held);
        assert!(attempt(next).await.is_some(), "notified before: {is_notified}: the next one");
        assert!(condition.try_lock().is_some(), "who was cut holds the lock");
    }
}

async fn cut_while_it_locks_again<B: Backend, C: AnyCondition>(backend: &B) {
    let (condition, alarm) = (C::new(), Alarm::new());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let guard = condition.lock().await;
    let mut cut = Box::pin(scope.run(condition.wait(guard)));
    assert!(step(&mut cut).await.is_pending(), "nobody has notified");
    let guard = condition.lock().await;
    let mut next = Box::pin(condition.wait(guard));
    assert!(alarm.step(&mut next).await.is_pending(), "nobody has notified");
    let Some(held) = condition.try_lock() else { panic!("who waits holds the lock") };
    condition.notify_one();
    assert!(step(&mut cut).await.is_pending(), "another one holds the lock");
    handle.cancel();
    assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
    assert!(alarm.rung() > 0, "the notification was lost with who was cut");
    drop(held);
    assert!(attempt(next).await.is_some(), "the notification is the next one's");
    assert!(condition.try_lock().is_some(), "who was cut holds the lock");
}

/// Tasks wait for their number; each, once served, calls the next.
async fn from_task_to_task<B: Backend, C: AnyCondition>(backend: &B) {
    const TASKS: usize = 10;
    let (condition, turn) = (C::new(), Arc::new(Mutex::new(Vec::new())));
    let result = backend
        .task_group(|group: Group<B>| {
            let (condition, turn) = (condition.clone(), turn.clone());
            async move {
                for task in 0..TASKS {
                    let (condition, turn, waits) = (condition.clone(), turn.clone(), Event::new());
                    let waiting = async move {
                        let guard = condition.lock().await;
                        let guard = condition.wait(guard).await;
                        lock(&turn).push(task);
                        condition.notify_one();
                        drop(guard);
                    };
                    group.spawn(parked(&waits, waiting));
                    waits.wait().await;
                }
                condition.notify_one();
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    assert_eq!(*lock(&turn), (0..TASKS).collect::<Vec<_>>(), "the order of those that waited");
}
