//! S5 and S6: `finally`, whatever became of the work.

use std::future::pending;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::work;
use crate::laws::tools::{Event, HOUR, Source, poll_raw, step};
use crate::support::{Group, Log, Marker, boom, catch, turns};

pub(super) fn s5<B: Backend + Toplevel>(backend: &B) {
    backend.run(after_a_value_and_a_failure(backend));
    backend.run(after_a_panic(backend));
    for source in Source::ALL {
        backend.run(after_a_cancellation(backend, source));
    }
    backend.run(nested_cleanups_run_innermost_first(backend));
    backend.run(in_a_child_its_group_waits(backend));
    backend.run(dropped_by_foreign_code_it_cannot(backend));
    backend.run(cut_where_only_a_wake_up_polls_it(backend));
}

async fn after_a_value_and_a_failure<B: Backend>(backend: &B) {
    for outcome in [Ok(1), Err("failure")] {
        let log = Log::new();
        let done = backend.finally(
            async {
                let _guard = log.guard("the work is dropped");
                turns(1).await;
                outcome
            },
            async {
                log.note("cleanup begins");
                work(backend).await;
                log.note("cleanup ends");
            },
        );
        assert_eq!(done.await, outcome, "what finally gave");
        let order = ["the work is dropped", "cleanup begins", "cleanup ends"];
        assert_eq!(log.entries(), order, "after {outcome:?}");
    }
}

async fn after_a_panic<B: Backend>(backend: &B) {
    let log = Log::new();
    let panicking = backend.finally(
        async {
            turns(1).await;
            boom::<Marker>(Marker(1))
        },
        async {
            work(backend).await;
            log.note("cleanup");
        },
    );
    let payload = catch(panicking).await.map(|_: ()| ()).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&Marker(1)), "the payload");
    assert_eq!(log.entries(), ["cleanup"], "after a panic");

    let both = backend.finally(async { boom::<Marker>(Marker(2)) }, async { boom(Marker(3)) });
    let payload = catch(both).await.map(|_: ()| ()).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&Marker(2)), "of two panics the first one stays");

    let cleanup = backend.finally(async { 4 }, async { boom(Marker(5)) });
    let payload = catch(cleanup).await.expect_err("the panic of the cleanup goes on");
    assert_eq!(payload.downcast_ref(), Some(&Marker(5)), "the payload of the cleanup");
}

async fn after_a_cancellation<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let (log, go) = (Log::new(), Event::new());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(async {
        backend
            .finally(
                async {
                    let _guard = log.guard("the work is dropped");
                    backend.sleep(HOUR).await;
                },
                async {
                    log.note("cleanup begins");
                    work(backend).await;
                    go.wait().await;
                    work(backend).await;
                    log.note("cleanup ends");
                },
            )
            .await;
        log.note("after finally");
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: the work is not over");
    source.cancel(backend, &handle).await;
    let mut early = step(&mut run).await;
    for _ in 0..200 {
        if early.is_ready() || log.entries().len() >= 2 {
            break;
        }
        turns(1).await;
        early = step(&mut run).await;
    }
    assert!(early.is_pending(), "{context}: the scope did not wait for the cleanup: {early:?}");
    go.set();
    let result = run.await;
    assert!(result.is_err() && handle.cancelled_caught(), "{context}: {result:?}, {handle:?}");
    let order = ["the work is dropped", "cleanup begins", "cleanup ends"];
    assert_eq!(log.entries(), order, "{context}");
}

async fn nested_cleanups_run_innermost_first<B: Backend>(backend: &B) {
    let log = Log::new();
    let nested = backend.finally(
        backend.finally(backend.sleep(HOUR), async {
            work(backend).await;
            log.note("inner");
        }),
        async {
            work(backend).await;
            log.note("outer");
        },
    );
    let result = backend.move_on_after(Duration::from_millis(1), nested).await;
    assert_eq!(result, None, "the scope around nested cleanups");
    assert_eq!(log.entries(), ["inner", "outer"], "the order of cleanups");
}

async fn in_a_child_its_group_waits<B: Backend>(backend: &B) {
    let log = Log::new();
    let result = backend
        .task_group(|group: Group<B, &str>| {
            let log = log.clone();
            async move {
                let begun = Event::new();
                let begins = begun.clone();
                let on = backend.clone();
                group.spawn(async move {
                    let forever = async {
                        begins.set();
                        on.sleep(HOUR).await;
                    };
                    let cleanup = async {
                        work(&on).await;
                        log.note("cleanup");
                    };
                    on.finally(forever, cleanup).await;
                    Ok(())
                });
                begun.wait().await;
                Err::<(), _>("body")
            }
        })
        .await;
    assert!(result.is_err(), "the group gave {result:?}");
    assert_eq!(log.entries(), ["cleanup"], "the group returned before the cleanup of its child");
}

async fn dropped_by_foreign_code_it_cannot<B: Backend>(backend: &B) {
    let log = Log::new();
    let guard = log.guard("the cleanup is dropped");
    let mut cut = Box::pin(backend.finally(pending::<()>(), async {
        log.note("cleanup");
        drop(guard);
    }));
    assert!(step(&mut cut).await.is_pending(), "the work is not over");
    drop(cut);
    assert_eq!(log.entries(), ["the cleanup is dropped"], "after a drop by foreign code");
}

/// Something in between polls it only when it is woken.
async fn cut_where_only_a_wake_up_polls_it<B: Backend>(backend: &B) {
    let log = Log::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            let mut inner = Box::pin(backend.finally(backend.sleep(HOUR), async {
                work(backend).await;
                log.note("cleanup");
            }));
            let mut is_cancelled = false;
            loop {
                let (poll, _) = poll_raw(&mut inner).await;
                assert!(poll.is_pending(), "a cut finally gave a value");
                if !is_cancelled {
                    is_cancelled = true;
                    handle.cancel();
                }
                turns(1).await;
            }
        })
        .await;
    assert!(result.is_err(), "the scope gave {result:?}");
    assert_eq!(log.entries(), ["cleanup"], "a cleanup whose owner goes on polling it");
}

pub(super) fn s6<B: Backend + Toplevel>(backend: &B) {
    backend.run(a_deadline_bounds_a_cleanup(backend));
}

async fn a_deadline_bounds_a_cleanup<B: Backend>(backend: &B) {
    let log = Log::new();
    let hangs = backend.finally(backend.sleep(HOUR), async {
        let bounded = backend.move_on_after(Duration::from_millis(5), pending::<()>());
        assert_eq!(bounded.await, None, "a cleanup that hangs gave a value");
        log.note("bounded");
        work(backend).await;
        log.note("went on");
    });
    let result = backend.move_on_after(Duration::from_millis(1), hangs).await;
    assert_eq!(result, None, "the scope around the cleanup");
    assert_eq!(log.entries(), ["bounded", "went on"], "the cleanup");

    let shielded = backend
        .cancel_scope()
        .shielded()
        .with_timeout(Duration::from_millis(5))
        .run(pending::<()>())
        .await;
    assert!(shielded.is_err(), "a shield with a deadline gave {shielded:?}");
}
