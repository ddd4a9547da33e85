//! C13: what runs until something has come about.

use std::future::{pending, ready};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, both, parked, step};
use crate::support::{Flag, Group, Log, turns};

pub(super) fn c13<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        a_future_that_completes_first(backend).await;
        both_at_the_same_time(backend).await;
        a_condition_that_has_come_about_before(backend).await;
        one_that_comes_about_later(backend).await;
        what_holds_the_future_open(backend).await;
        an_outer_cancellation_passes_through(backend).await;
    });
}

async fn a_future_that_completes_first<B: Backend>(backend: &B) {
    let dropped = Flag::new();
    let guard = dropped.guard();
    let condition = async move {
        let _guard = guard;
        pending::<()>().await;
    };
    let future = async {
        turns(2).await;
        42
    };
    let value = backend.move_on_when(condition, future).await;
    assert_eq!(value, Some(42), "the value of a future that completed first");
    assert!(dropped.is_up(), "the condition is still there");
}

async fn both_at_the_same_time<B: Backend>(backend: &B) {
    let value = backend.move_on_when(ready(()), ready(42)).await;
    assert_eq!(value, Some(42), "the value of a future that was ready with its condition");

    let both_go = Event::new();
    let future = async {
        both_go.wait().await;
        42
    };
    let mut run = Box::pin(backend.move_on_when(both_go.wait(), future));
    assert!(step(&mut run).await.is_pending(), "neither is ready");
    both_go.set();
    assert_eq!(run.await, Some(42), "the value of a future that completed with its condition");
}

/// The future runs to its first checkpoint.
async fn a_condition_that_has_come_about_before<B: Backend>(backend: &B) {
    let log = Log::new();
    let result = backend.move_on_when(ready(()), async {
        let _guard = log.guard("dropped");
        log.note("began");
        backend.sleep(HOUR).await;
        log.note("went on");
    });
    assert_eq!(result.await, None, "a future whose condition came about before");
    assert_eq!(log.entries(), ["began", "dropped"], "what the future did");
}

async fn one_that_comes_about_later<B: Backend>(backend: &B) {
    let (log, waits) = (Log::new(), Event::new());
    let condition = async {
        waits.wait().await;
        backend.checkpoint().await;
    };
    let future = async {
        let _guard = log.guard("dropped");
        parked(&waits, backend.sleep(HOUR)).await;
        log.note("went on");
    };
    let run = async {
        let result = backend.move_on_when(condition, future).await;
        log.note("moved on");
        result
    };
    assert_eq!(run.await, None, "a future that waits while its condition comes about");
    assert_eq!(log.entries(), ["dropped", "moved on"], "the order");
}

/// A child of a group behind a shield is waited for.
async fn what_holds_the_future_open<B: Backend>(backend: &B) {
    let (log, cut, go) = (Log::new(), Event::new(), Event::new());
    let future = async {
        let group = backend.task_group(async |group: Group<B>| {
            let _guard = cut.guard();
            let (b, log, go) = (backend.clone(), log.clone(), go.clone());
            group.spawn(async move {
                let work = async {
                    go.wait().await;
                    turns(2).await;
                    log.note("the child has ended");
                };
                b.shield(work).await;
            });
            pending::<()>().await;
        });
        drop(group.await);
    };
    let run = async {
        let result = backend.move_on_when(turns(5), future).await;
        log.note("moved on");
        result
    };
    let opener = async {
        cut.wait().await;
        turns(5).await;
        log.note("opened");
        go.set();
    };
    assert_eq!(both(run, opener).await.0, None, "a future with a shielded child");
    assert_eq!(log.entries(), ["opened", "the child has ended", "moved on"], "the order");
}

async fn an_outer_cancellation_passes_through<B: Backend>(backend: &B) {
    let (scope, went_on) = (backend.cancel_scope(), Flag::new());
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(async {
        backend.move_on_when(pending::<()>(), pending::<()>()).await;
        went_on.raise();
    }));
    assert!(step(&mut run).await.is_pending(), "nothing has come about");
    handle.cancel();
    assert!(run.await.is_err(), "the outer scope gave a value");
    assert!(!went_on.is_up(), "an outer cancellation was taken for the condition");
}
