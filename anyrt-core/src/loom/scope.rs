//! Scopes: a body that parks while its scope is cancelled is woken and cut.

use std::future::pending;

use loom::thread;

use super::threads::{Threads, now};
use super::{block_on, in_thread, model};
use crate::error::Reason;
use crate::scope::{CancelScope, Shield};
use crate::task;

#[test]
fn a_body_that_parks_is_cut() {
    model(|| {
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let cancel = thread::spawn(move || handle.cancel());
        assert!(block_on(scope.run(pending::<()>())).is_err());
        cancel.join().unwrap();
    });
}

#[test]
fn an_inner_scope_is_cut_with_the_outer_one() {
    model(|| {
        let (outer, inner) = (CancelScope::on(Threads), CancelScope::on(Threads));
        let (cancelled, caught) = (outer.handle(), inner.handle());
        let cancel = thread::spawn(move || cancelled.cancel());
        let ended = block_on(outer.run(async { inner.run(pending::<()>()).await }));
        cancel.join().unwrap();
        assert!(ended.is_err());
        assert!(!caught.cancelled_caught());
    });
}

#[test]
fn of_two_cancelled_scopes_the_outer_one_gives_the_error() {
    model(|| {
        let (outer, inner) = (CancelScope::on(Threads), CancelScope::on(Threads));
        let (first, second) = (inner.handle(), outer.handle());
        let cancel_inner = thread::spawn(move || first.cancel());
        let cancel_outer = thread::spawn(move || second.cancel());
        let ended = block_on(outer.run(async {
            assert!(inner.run(pending::<()>()).await.is_err());
            pending::<()>().await;
        }));
        cancel_inner.join().unwrap();
        cancel_outer.join().unwrap();
        assert!(ended.is_err());
    });
}

#[test]
fn a_deadline_that_is_set_from_elsewhere_strikes() {
    model(|| {
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let set = thread::spawn(move || handle.set_deadline(Some(now())));
        let ended = block_on(scope.run(pending::<()>()));
        set.join().unwrap();
        assert_eq!(ended.unwrap_err().reason(), &Reason::Deadline);
    });
}

#[test]
fn a_shield_that_is_lowered_lets_the_cancellation_strike() {
    model(|| {
        let (outer, inner) = (CancelScope::on(Threads), CancelScope::on(Threads).shielded());
        let (cancelled, lowered) = (outer.handle(), inner.handle());
        let cancel = thread::spawn(move || cancelled.cancel());
        let lower = thread::spawn(move || lowered.set_shield(false));
        let ended = block_on(outer.run(async { inner.run(pending::<()>()).await }));
        cancel.join().unwrap();
        lower.join().unwrap();
        assert!(ended.is_err());
    });
}

#[test]
fn a_shield_that_goes_up_and_down_ends_in_the_cut() {
    model(|| {
        let (outer, inner) = (CancelScope::on(Threads), CancelScope::on(Threads));
        let (cancelled, shielded) = (outer.handle(), inner.handle());
        let cancel = thread::spawn(move || cancelled.cancel());
        let shield = thread::spawn(move || {
            shielded.set_shield(true);
            shielded.set_shield(false);
        });
        let ended = block_on(outer.run(async { inner.run(pending::<()>()).await }));
        cancel.join().unwrap();
        shield.join().unwrap();
        assert!(ended.is_err());
    });
}

#[test]
fn what_is_shielded_completes() {
    model(|| {
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let (sender, receiver) = crate::channel::bounded(1);
        let work = in_thread(move || {
            scope.run(async move {
                let received = Shield::on(Threads, async move { receiver.recv().await }).await;
                (received, task::is_cancelled())
            })
        });
        let cancel = thread::spawn(move || handle.cancel());
        sender.try_send(1).unwrap();
        cancel.join().unwrap();
        let (received, _) = work.join().unwrap().unwrap();
        assert_eq!(received, Ok(1));
    });
}
