//! `blocking::scope` inside `blocking::run`: a cancellation around the call reaches the threads.

#[path = "support/in_time.rs"]
mod in_time;
#[path = "support/outcomes.rs"]
mod outcomes;

use std::future::Future;

use anyrt::blocking::{self, ThreadGroup};
use anyrt::channel::{Sender, bounded};
use anyrt::{AnyBackend, CancelScope, Reason, TaskError, TaskGroup};
use in_time::in_time;
use outcomes::{Ends, until_cancelled};

/// Runs `test` on each backend, and fails instead of hanging: a timeout would wait for the call.
fn on_each<F>(test: fn(AnyBackend) -> F)
where
    F: Future<Output = ()> + 'static,
{
    for backend in AnyBackend::available() {
        in_time(move || anyrt::run_on(&backend, test(backend.clone())));
    }
}

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

#[test]
fn a_cancellation_while_children_run_cuts_them_and_the_value_is_given() {
    on_each(|backend| async move {
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
        assert_eq!(reason.await, Ok(Reason::from("enough")));
    });
}

#[test]
fn a_cancellation_before_the_scope_opens_is_seen() {
    on_each(|backend| async move {
        let scope = CancelScope::new();
        let handle = scope.handle();
        let call = blocking::run(move || {
            handle.cancel_with("early");
            // One group after the other sees it.
            [cut_by(&backend, None), cut_by(&backend, None)]
        });
        assert_eq!(scope.run(call).await, Ok([Reason::from("early"), Reason::from("early")]));
    });
}

#[test]
fn a_cancelled_group_of_tasks_cuts_the_threads_of_its_child() {
    on_each(|backend| async move {
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
        assert_eq!(group.await, Ok(()));
        assert_eq!(ends.count(), 1);
    });
}

#[test]
fn a_shield_around_the_call_protects_the_threads() {
    on_each(|backend| async move {
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
        assert_eq!(sum.await, Ok(Ok(42)));
    });
}

#[test]
fn a_failure_of_the_threads_beats_the_cancellation() {
    on_each(|backend| async move {
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
        let failed = scope.run(call).await.unwrap().unwrap_err();
        assert_eq!(failed.failures(), ["failed"]);
    });
}

#[test]
fn a_thread_that_is_used_again_knows_nothing_of_the_call_before() {
    on_each(|backend| async move {
        for _ in 0..20 {
            let (scope, inside) = (CancelScope::new(), backend.clone());
            let handle = scope.handle();
            let cut = scope.run(blocking::run(move || {
                handle.cancel();
                cut_by(&inside, None)
            }));
            assert!(cut.await.is_ok());
            let inside = backend.clone();
            let fine = blocking::run(move || {
                blocking::scope(&inside, |group: ThreadGroup<'_, '_>| {
                    group.spawn(anyrt::checkpoint()).join().unwrap();
                })
            });
            assert_eq!(fine.await, Ok(()));
        }
    });
}
