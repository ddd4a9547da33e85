//! Cancel scopes: who absorbs, and what is seen of it.

use std::thread;

use anyrt::{CancelScope, Reason, TaskGroup};

use crate::support::{Event, HOUR, Log, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn a_scope_cancelled_before_it_is_entered_runs_to_the_first_checkpoint() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    handle.cancel();
    assert!(handle.cancel_called());
    assert!(!handle.cancelled_caught());
    let run = scope.run(async {
        let _guard = log.at_drop("dropped");
        log.note("entered");
        anyrt::checkpoint().await;
        log.note("too far");
    });
    let cancelled = in_time(run).await.unwrap_err();
    assert_eq!(cancelled.reason(), &Reason::Requested);
    assert!(handle.cancelled_caught());
    assert_eq!(log.entries(), ["entered", "dropped"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_scope_without_a_checkpoint_gives_its_value() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let inside = handle.clone();
    let value = in_time(scope.run(async move {
        inside.cancel();
        42
    }));
    assert_eq!(value.await, Ok(42));
    assert!(handle.cancel_called());
    assert!(!handle.cancelled_caught());
    in_time(anyrt::checkpoint()).await; // The cancellation ended with its scope.
}

#[anyrt::test(sim, seeds = 10)]
async fn a_task_goes_on_after_the_scope_that_caught() {
    let log = Log::default();
    for event in ["first", "second", "third"] {
        let scope = CancelScope::new();
        let handle = scope.handle();
        let cut = scope.run(async {
            handle.cancel();
            anyrt::sleep(HOUR).await;
        });
        assert!(in_time(cut).await.is_err());
        in_time(anyrt::yield_now()).await;
        log.note(event);
    }
    assert_eq!(log.entries(), ["first", "second", "third"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn of_two_cancelled_scopes_the_outer_one_catches_in_whatever_order() {
    for inner_first in [true, false] {
        let (outer, inner) = (CancelScope::new(), CancelScope::new());
        let (outer_handle, inner_handle) = (outer.handle(), inner.handle());
        let log = Log::default();
        let run = outer.run(async {
            let caught = inner.run(async {
                if inner_first {
                    inner_handle.cancel();
                    outer_handle.cancel();
                } else {
                    outer_handle.cancel();
                    inner_handle.cancel();
                }
                anyrt::sleep(HOUR).await;
            });
            let _ = caught.await;
            log.note("the inner one has caught");
        });
        assert!(in_time(run).await.is_err());
        assert!(outer_handle.cancelled_caught());
        assert!(inner_handle.cancel_called());
        assert!(!inner_handle.cancelled_caught());
        assert!(log.entries().is_empty());
    }
}

#[anyrt::test(sim, seeds = 10)]
async fn an_outer_cancellation_during_the_inner_ones_cleanup_takes_over() {
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let (outer_handle, inner_handle) = (outer.handle(), inner.handle());
    let log = Log::default();
    let run = outer.run(async {
        let work = async {
            inner_handle.cancel();
            anyrt::sleep(HOUR).await;
        };
        let cleanup = async {
            outer_handle.cancel();
            anyrt::yield_now().await;
            log.note("cleaned up");
        };
        let _ = inner.run(anyrt::finally(work, cleanup)).await;
        log.note("the inner one has caught");
    });
    assert!(in_time(run).await.is_err());
    assert!(!inner_handle.cancelled_caught());
    assert_eq!(log.entries(), ["cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_value_that_is_there_is_not_lost_to_an_outer_cancellation() {
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let outer_handle = outer.handle();
    let log = Log::default();
    let run = outer.run(async {
        let value = inner.run(async {
            outer_handle.cancel();
            "value"
        });
        log.note(value.await.unwrap());
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["value"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn the_first_reason_stays() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    handle.cancel_with("first");
    handle.cancel_with("second".to_owned());
    handle.cancel();
    let cancelled = in_time(scope.run(anyrt::sleep(HOUR))).await.unwrap_err();
    assert_eq!(cancelled.reason(), &Reason::from("first"));
    assert_eq!(cancelled.to_string(), "cancelled: first");
}

// A thread of its own has no place in virtual time.
#[anyrt::test]
async fn a_thread_cancels_a_scope() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (entered, inside) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        inside.recv().unwrap();
        handle.cancel_with("from a thread");
    });
    let cut = scope.run(async {
        entered.send(()).unwrap();
        anyrt::sleep(HOUR).await;
    });
    assert_eq!(in_time(cut).await.unwrap_err().reason(), &Reason::from("from a thread"));
    thread.join().unwrap();
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_cancels_the_scope_around_its_group() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let cut = scope.run(anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let (in_child, in_sibling) = (log.clone(), log.at_drop("sibling"));
            group.spawn(async move {
                let _guard = in_sibling;
                anyrt::sleep(HOUR).await;
            });
            group.spawn(async move {
                handle.cancel();
                in_child.note("cancelled");
                anyrt::checkpoint().await;
                in_child.note("too far");
            });
            anyrt::sleep(HOUR).await;
            log.note("too far");
        }
    }));
    assert!(in_time(cut).await.is_err());
    assert_eq!(log.sorted(), ["cancelled", "sibling"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_scope_in_one_child_is_nothing_to_the_others() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let cut = Event::new();
        let is_cut = cut.clone();
        let first = group.spawn(async move {
            let caught = scope.run(anyrt::sleep(HOUR)).await.is_err();
            cut.set();
            Ok(caught)
        });
        let second = group.spawn(async move {
            is_cut.wait().await;
            anyrt::checkpoint().await;
            Ok("untouched")
        });
        handle.cancel();
        Ok((first.await.unwrap(), second.await.unwrap()))
    });
    assert_eq!(in_time(group).await, Ok((true, "untouched")));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_task_can_ask_whether_it_is_cancelled() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let answers = scope.run(async {
        let mut answers = vec![anyrt::is_cancelled()];
        handle.cancel();
        answers.push(anyrt::is_cancelled());
        answers.push(CancelScope::new().run(async { anyrt::is_cancelled() }).await.unwrap());
        answers.push(anyrt::shield(async { anyrt::is_cancelled() }).await);
        answers
    });
    assert_eq!(in_time(answers).await.unwrap(), [false, true, true, false]);
}

#[anyrt::test(sim, seeds = 10)]
async fn an_inner_cancellation_does_not_reach_the_outer_scope() {
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let (outer_handle, inner_handle) = (outer.handle(), inner.handle());
    let value = outer.run(async {
        inner_handle.cancel();
        let caught = inner.run(anyrt::sleep(HOUR)).await.is_err();
        anyrt::checkpoint().await;
        caught
    });
    assert_eq!(in_time(value).await, Ok(true));
    assert!(!outer_handle.cancel_called());
    assert!(!outer_handle.cancelled_caught());
    assert!(inner_handle.cancelled_caught());
}
