//! `blocking::scope` inside `blocking::run`: a cancellation around the call reaches the threads.

#[path = "support/outcomes.rs"]
mod outcomes;

use anyrt::blocking::{self, ThreadGroup};
use anyrt::channel::{Sender, bounded};
use anyrt::{AnyBackend, CancelScope, Reason, TaskError, TaskGroup};
use outcomes::{Ends, in_time, until_cancelled};

/// Why a child was cut that tells when it runs.
fn cut_by(backend: &AnyBackend, running: Option<Sender<()>>) -> Reason {
    let reason = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
        let child = group.spawn(async {
            if let Some(running) = &running {
                running.try_send(()).unwrap();
            }
            anyrt::sleep_forever().await;
        });
        match child.join() {
            Err(TaskError::Cancelled(cancelled)) => Ok(cancelled.reason().clone()),
            other => panic!("{other:?}"),
        }
    });
    reason.unwrap()
}

#[anyrt::test]
async fn a_cancellation_while_children_run_cuts_them_and_the_value_is_given() {
    let backend = AnyBackend::current().unwrap();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (running, is_running) = bounded::<()>(1);
    let reason = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            is_running.recv().await.unwrap();
            handle.cancel_with("enough");
        });
        let call = blocking::run(move || cut_by(&backend, Some(running)));
        Ok(scope.run(call).await.expect("the call is not abandoned (law T1)"))
    });
    assert_eq!(in_time(reason).await, Ok(Reason::from("enough")));
}

#[anyrt::test]
async fn a_cancellation_before_the_scope_opens_is_seen() {
    let backend = AnyBackend::current().unwrap();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let call = blocking::run(move || {
        handle.cancel_with("early");
        // One group after the other sees it.
        [cut_by(&backend, None), cut_by(&backend, None)]
    });
    assert_eq!(in_time(scope.run(call)).await, Ok([Reason::from("early"), Reason::from("early")]));
}

#[anyrt::test]
async fn a_cancelled_group_of_tasks_cuts_the_threads_of_its_child() {
    let backend = AnyBackend::current().unwrap();
    let ends = Ends::default();
    let guard = ends.guard();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (running, is_running) = bounded::<()>(1);
        group.spawn(async move {
            let _guard = guard;
            blocking::run(move || cut_by(&backend, Some(running))).await;
        });
        is_running.recv().await.unwrap();
        group.cancel();
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(ends.count(), 1);
}

#[anyrt::test]
async fn a_shield_around_the_call_protects_the_threads() {
    let backend = AnyBackend::current().unwrap();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let sum = scope.run(async {
        let call = blocking::run(move || {
            blocking::scope(&backend, |group: ThreadGroup<'_, '_>| {
                let child = group.spawn(async {
                    anyrt::checkpoint().await;
                    Ok(42)
                });
                Ok(child.join().unwrap())
            })
        });
        anyrt::shield(call).await
    });
    assert_eq!(in_time(sum).await, Ok(Ok(42)));
}

#[anyrt::test]
async fn a_failure_of_the_threads_beats_the_cancellation() {
    let backend = AnyBackend::current().unwrap();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let call = blocking::run(move || {
        blocking::scope(&backend, |group: ThreadGroup<'_, '_, &str>| {
            group.spawn(async {
                until_cancelled().await;
                Err::<(), _>("failed")
            });
            handle.cancel();
        })
    });
    let failed = in_time(scope.run(call)).await.unwrap().unwrap_err();
    assert_eq!(failed.failures(), ["failed"]);
}

#[anyrt::test]
async fn a_thread_that_is_used_again_knows_nothing_of_the_call_before() {
    let backend = AnyBackend::current().unwrap();
    for _ in 0..20 {
        let (scope, inside) = (CancelScope::new(), backend.clone());
        let handle = scope.handle();
        let cut = scope.run(blocking::run(move || {
            handle.cancel();
            cut_by(&inside, None)
        }));
        assert!(in_time(cut).await.is_ok());
        let inside = backend.clone();
        let fine = blocking::run(move || {
            blocking::scope(&inside, |group: ThreadGroup<'_, '_>| {
                group.spawn(anyrt::checkpoint()).join().unwrap();
            })
        });
        assert_eq!(in_time(fine).await, Ok(()));
    }
}
