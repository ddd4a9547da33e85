//! H9: one value.

use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::AnyOneshot;
use crate::laws::tools::{Alarm, attempt, step};
use crate::support::join;

pub(super) fn h9<B: Backend + Toplevel, O: AnyOneshot>(backend: &B) {
    backend.run(sent_before_and_after_the_wait::<O>());
    backend.run(one_half_is_gone::<O>());
    backend.run(cut_while_it_waits::<B, O>(backend));
    for _ in 0..50 {
        backend.run(sent_from_a_thread::<O>());
    }
}

async fn sent_before_and_after_the_wait<O: AnyOneshot>() {
    let (sender, receiver) = O::new();
    assert_eq!(O::send(sender, 1), None, "the receiver is there");
    assert_eq!(attempt(receiver).await, Some(Some(1)), "sent before");

    let (sender, mut receiver) = O::new();
    let alarm = Alarm::new();
    assert!(alarm.step(&mut receiver).await.is_pending(), "nothing was sent");
    assert_eq!(O::send(sender, 2), None, "the receiver is there");
    assert!(alarm.rung() > 0, "who waits was not woken");
    assert_eq!(attempt(receiver).await, Some(Some(2)), "sent meanwhile");
}

async fn one_half_is_gone<O: AnyOneshot>() {
    let (sender, receiver) = O::new();
    drop(receiver);
    assert_eq!(O::send(sender, 1), Some(1), "nobody will receive it");

    let (sender, mut receiver) = O::new();
    let alarm = Alarm::new();
    assert!(alarm.step(&mut receiver).await.is_pending(), "nothing was sent");
    drop(sender);
    assert!(alarm.rung() > 0, "who waits for a sender that is gone was not woken");
    assert_eq!(attempt(receiver).await, Some(None), "nothing will be sent");
}

/// A wait that is cut has taken nothing: the value is there for the next one.
async fn cut_while_it_waits<B: Backend, O: AnyOneshot>(backend: &B) {
    let (sender, mut receiver) = O::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cut = Box::pin(scope.run(&mut receiver));
    assert!(step(&mut cut).await.is_pending(), "nothing was sent");
    handle.cancel();
    assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
    assert_eq!(O::send(sender, 1), None, "the receiver is there");
    let cancelled = backend.cancel_scope();
    cancelled.handle().cancel();
    assert!(cancelled.run(&mut receiver).await.is_err(), "a checkpoint in a cancelled scope");
    assert_eq!(attempt(receiver).await, Some(Some(1)), "two waits were cut, and took nothing");
}

async fn sent_from_a_thread<O: AnyOneshot>() {
    let (sender, receiver) = O::new();
    let thread = thread::spawn(move || O::send(sender, 7));
    assert_eq!(receiver.await, Some(7), "sent by a thread");
    assert_eq!(join(thread), None, "the receiver was there");
}
