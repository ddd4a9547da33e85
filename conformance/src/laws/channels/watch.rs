//! H11: the latest value.

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::AnyWatch;
use crate::laws::tools::{Alarm, attempt, step};
use crate::support::Group;

pub(super) fn h11<B: Backend + Toplevel, W: AnyWatch>(backend: &B) {
    backend.run(the_latest_is_there_at_any_time::<W>());
    backend.run(several_changes_are_one::<W>());
    backend.run(a_wait_that_is_cut_sees_nothing::<B, W>(backend));
    backend.run(the_last_change_is_seen_before_the_end::<W>());
    backend.run(values_only_go_forward::<B, W>(backend));
    backend.run(a_stream_gives_the_latest_at_each_change::<W>());
    backend.run(a_stream_that_is_cut_has_seen_nothing::<B, W>(backend));
    backend.run(a_stream_gives_no_value_twice::<B, W>(backend));
}

async fn the_latest_is_there_at_any_time<W: AnyWatch>() {
    let (sender, receiver) = W::new(0);
    assert_eq!(W::get(&receiver), 0, "the first value");
    for value in 1..4 {
        sender.send(value);
        assert_eq!(W::get(&receiver), value, "the latest value");
    }
}

async fn several_changes_are_one<W: AnyWatch>() {
    let (sender, mut receiver) = W::new(0);
    assert_eq!(attempt(W::changed(&mut receiver)).await, None, "the first value is no change");
    sender.send(1);
    sender.send(2);
    assert_eq!(attempt(W::changed(&mut receiver)).await, Some(true), "it has changed");
    assert_eq!(W::get(&receiver), 2, "the latest value");
    assert_eq!(attempt(W::changed(&mut receiver)).await, None, "the change was seen");
    let alarm = Alarm::new();
    let mut waiting = Box::pin(W::changed(&mut receiver));
    assert!(alarm.step(&mut waiting).await.is_pending(), "the change was seen");
    sender.send(3);
    assert!(alarm.rung() > 0, "who waits for a change was not woken");
    assert_eq!(attempt(waiting).await, Some(true), "it has changed");
}

async fn a_wait_that_is_cut_sees_nothing<B: Backend, W: AnyWatch>(backend: &B) {
    let (sender, mut receiver) = W::new(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cut = Box::pin(scope.run(W::changed(&mut receiver)));
    assert!(step(&mut cut).await.is_pending(), "nothing has changed");
    handle.cancel();
    assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
    sender.send(1);
    let cancelled = backend.cancel_scope();
    cancelled.handle().cancel();
    assert!(cancelled.run(W::changed(&mut receiver)).await.is_err(), "a cancelled scope");
    assert_eq!(attempt(W::changed(&mut receiver)).await, Some(true), "nobody has seen the change");
}

async fn the_last_change_is_seen_before_the_end<W: AnyWatch>() {
    let (sender, mut receiver) = W::new(0);
    sender.send(1);
    drop(sender);
    assert_eq!(attempt(W::changed(&mut receiver)).await, Some(true), "the last change");
    assert_eq!(attempt(W::changed(&mut receiver)).await, Some(false), "there will be no more");
    assert_eq!(W::get(&receiver), 1, "the last value stays");
}

async fn values_only_go_forward<B: Backend, W: AnyWatch>(backend: &B) {
    const LAST: u32 = 500;
    let (sender, mut receiver) = W::new(0);
    let result = backend
        .task_group(|group: Group<B>| {
            group.spawn(async move {
                let mut before = 0;
                while W::changed(&mut receiver).await {
                    let value = W::get(&receiver);
                    assert!(value >= before, "{value} after {before}");
                    before = value;
                }
                assert_eq!(before, LAST, "the last value");
            });
            async move {
                for value in 1..=LAST {
                    sender.send(value);
                    if value % 5 == 0 {
                        crate::support::turns(1).await;
                    }
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}

async fn a_stream_gives_the_latest_at_each_change<W: AnyWatch>() {
    let (sender, mut receiver) = W::new(0);
    assert_eq!(attempt(W::next(&mut receiver)).await, None, "the first value is no change");
    sender.send(1);
    sender.send(2);
    assert_eq!(attempt(W::next(&mut receiver)).await, Some(Some(2)), "the latest value");
    let alarm = Alarm::new();
    let mut waiting = Box::pin(W::next(&mut receiver));
    assert!(alarm.step(&mut waiting).await.is_pending(), "the change was seen");
    sender.send(3);
    assert!(alarm.rung() > 0, "who waits for a change was not woken");
    assert_eq!(attempt(waiting).await, Some(Some(3)), "the latest value");
    sender.send(4);
    drop(sender);
    assert_eq!(attempt(W::next(&mut receiver)).await, Some(Some(4)), "the last change");
    for _ in 0..2 {
        assert_eq!(attempt(W::next(&mut receiver)).await, Some(None), "there will be no more");
    }
}

/// Cut, dropped, and asked in the other way.
async fn a_stream_that_is_cut_has_seen_nothing<B: Backend, W: AnyWatch>(backend: &B) {
    let (sender, mut receiver) = W::new(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cut = Box::pin(scope.run(W::next(&mut receiver)));
    assert!(step(&mut cut).await.is_pending(), "nothing has changed");
    handle.cancel();
    assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
    assert_eq!(attempt(W::next(&mut receiver)).await, None, "nothing has changed");
    sender.send(1);
    assert_eq!(attempt(W::changed(&mut receiver)).await, Some(true), "nobody has seen the change");
    assert_eq!(attempt(W::next(&mut receiver)).await, None, "the change was seen");
}

/// Also not where it changes while a receiver looks.
async fn a_stream_gives_no_value_twice<B: Backend, W: AnyWatch>(backend: &B) {
    const LAST: u32 = 2000;
    let (sender, mut receiver) = W::new(0);
    let result = backend
        .task_group(|group: Group<B>| {
            group.spawn(async move {
                let mut before = 0;
                while let Some(value) = W::next(&mut receiver).await {
                    assert!(value > before, "{value} after {before}");
                    before = value;
                }
                assert_eq!(before, LAST, "the last value");
            });
            async move {
                for value in 1..=LAST {
                    sender.send(value);
                    if value % 5 == 0 {
                        crate::support::turns(1).await;
                    }
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}
