//! C12: it does not matter from where a scope is cancelled.

use std::fmt::Debug;
use std::future::{Future, ready};
use std::thread;
use std::time::Duration;

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Source, both, step};
use crate::support::{Group, Log, block_on, join};

pub(super) fn c12<B: Backend + Toplevel>(backend: &B) {
    let same = |what, run: &dyn Fn(Source) -> Seen, expected| {
        for source in Source::ALL {
            assert_eq!(run(source), expected, "{what}, cancelled from {source:?}");
        }
    };
    let cut = |log: &[_]| Seen { result: Err("why".into()), caught: true, log: log.to_vec() };
    let kept = |log: &[_]| Seen { result: Ok(7), caught: false, log: log.to_vec() };
    same(
        "before it runs",
        &|source| backend.run(before_it_runs(backend, source)),
        cut(&["cancelled", "dropped"]),
    );
    same(
        "a checkpoint follows",
        &|source| backend.run(a_checkpoint_follows(backend, source)),
        cut(&["cancelled", "inner dropped", "outer dropped"]),
    );
    same(
        "nothing follows",
        &|source| backend.run(nothing_follows(backend, source)),
        kept(&["cancelled"]),
    );
    same(
        "in a shield",
        &|source| backend.run(in_a_shield(backend, source)),
        cut(&["not cancelled", "shield ended", "cancelled"]),
    );
    same(
        "a permit was granted before",
        &|source| backend.run(a_permit_was_granted(backend, source)),
        kept(&["cancelled"]),
    );
    same(
        "it begins a child afterwards",
        &|source| backend.run(a_child_afterwards(backend, source)),
        cut(&["child: cancelled", "child dropped"]),
    );
    same(
        "all wait",
        &|source| backend.run(while_all_wait(backend, source)),
        cut(&["body dropped", "canceller: cancelled", "child dropped"]),
    );
    for outer_first in [false, true] {
        same(
            "two nested scopes",
            &|source| backend.run(two_nested_scopes(backend, source, outer_first)),
            cut(&["inner did not catch"]),
        );
    }
}

/// What can be seen of a scope that was cancelled.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    result: Result<u8, Reason>,
    caught: bool,
    log: Vec<&'static str>,
}

/// Runs a body in a scope that it gets the handle of, and looks.
async fn observe<B, F>(backend: &B, log: Log, body: impl FnOnce(Handle<B>) -> F) -> Seen
where
    B: Backend,
    F: Future<Output = u8> + Send,
{
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope.run(body(handle.clone())).await;
    assert!(handle.cancel_called(), "it was cancelled: {handle:?}");
    let result = result.map_err(|cancelled| cancelled.reason().clone());
    Seen { result, caught: handle.cancelled_caught(), log: log.entries() }
}

type Handle<B> = <<B as Backend>::CancelScope as anyrt_core::CancelScope>::Handle;

fn note<B: Backend>(backend: &B, log: &Log) {
    log.note(if backend.is_cancelled() { "cancelled" } else { "not cancelled" });
}

async fn before_it_runs<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    source.cancel_with(backend, &handle, "why").await;
    let result = scope
        .run(async {
            let _dropped = log.guard("dropped");
            note(backend, &log);
            backend.checkpoint().await;
            log.note("ran on");
            7
        })
        .await;
    let result = result.map_err(|cancelled| cancelled.reason().clone());
    Seen { result, caught: handle.cancelled_caught(), log: log.entries() }
}

async fn a_checkpoint_follows<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    observe(backend, log.clone(), |handle| async move {
        let _outer = log.guard("outer dropped");
        source.cancel_with(backend, &handle, "why").await;
        note(backend, &log);
        let _inner = log.guard("inner dropped");
        backend.checkpoint().await;
        log.note("ran on");
        7
    })
    .await
}

async fn nothing_follows<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    observe(backend, log.clone(), |handle| async move {
        source.cancel_with(backend, &handle, "why").await;
        note(backend, &log);
        ready(7).await
    })
    .await
}

async fn in_a_shield<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    observe(backend, log.clone(), |handle| async move {
        let shielded = async {
            source.cancel_with(backend, &handle, "why").await;
            note(backend, &log);
            backend.sleep(Duration::from_millis(1)).await;
            log.note("shield ended");
        };
        backend.shield(shielded).await;
        note(backend, &log);
        backend.checkpoint().await;
        log.note("ran on");
        7
    })
    .await
}

/// The operation is committed, so it completes.
async fn a_permit_was_granted<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    let permits = backend.semaphore(0);
    let seen = observe(backend, log.clone(), |handle| {
        let permits = permits.clone();
        async move {
            let mut acquire = Box::pin(permits.acquire());
            assert!(step(&mut acquire).await.is_pending(), "acquired what is not there");
            permits.add_permits(1);
            source.cancel_with(backend, &handle, "why").await;
            drop(acquire.await);
            note(backend, &log);
            7
        }
    })
    .await;
    assert_eq!(permits.available(), 1, "cancelled from {source:?}: the permit is lost");
    seen
}

async fn a_child_afterwards<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    observe(backend, log.clone(), |handle| async move {
        source.cancel_with(backend, &handle, "why").await;
        let child = {
            let (backend, log) = (backend.clone(), log.clone());
            async move {
                let _dropped = log.guard("child dropped");
                log.note(if backend.is_cancelled() { "child: cancelled" } else { "child: not" });
                backend.checkpoint().await;
                log.note("child ran on");
            }
        };
        let ended = backend.task_group(|group: Group<B>| {
            group.spawn(child);
            async {}
        });
        let _ = ended.await;
        log.note("ran on");
        7
    })
    .await
}

/// The body, a child and whoever cancels: all are cut, and the canceller at its next checkpoint.
async fn while_all_wait<B: Backend>(backend: &B, source: Source) -> Seen {
    let log = Log::new();
    let mut thread = None;
    let mut seen = observe(backend, log.clone(), |handle| {
        let (thread, log) = (&mut thread, log.clone());
        async move {
            let waits = [Event::new(), Event::new()];
            let all_wait = {
                let [child, body] = waits.each_ref().map(Event::wait);
                async { both(child, body).await }
            };
            let cancels = {
                let (backend, log) = (backend.clone(), log.clone());
                async move {
                    all_wait.await;
                    handle.cancel_with("why".into());
                    if source == Source::Thread {
                        log.note("canceller: cancelled");
                        return;
                    }
                    let is_cancelled = backend.is_cancelled();
                    log.note(if is_cancelled { "canceller: cancelled" } else { "canceller: not" });
                    backend.checkpoint().await;
                    log.note("canceller ran on");
                }
            };
            let ended = backend.task_group(|group: Group<B>| {
                let child = {
                    let (backend, log, waits) = (backend.clone(), log.clone(), waits[0].clone());
                    async move {
                        let _dropped = log.guard("child dropped");
                        both(backend.sleep(Duration::MAX), async { waits.set() }).await;
                        log.note("child ran on");
                    }
                };
                group.spawn(child);
                let (log, waits) = (log.clone(), waits[1].clone());
                async move {
                    let _dropped = log.guard("body dropped");
                    let waiting =
                        async { both(backend.sleep(Duration::MAX), async { waits.set() }).await };
                    match source {
                        Source::Within => {
                            both(waiting, cancels).await;
                        }
                        Source::Child => {
                            group.spawn(cancels);
                            waiting.await;
                        }
                        Source::Thread => {
                            *thread = Some(thread::spawn(|| block_on(cancels)));
                            waiting.await;
                        }
                    }
                    log.note("body ran on");
                }
            });
            let _ = ended.await;
            log.note("ran on");
            7
        }
    })
    .await;
    if let Some(thread) = thread {
        join(thread);
        seen.log = log.entries();
    }
    // They are several tasks, in no order.
    seen.log.sort_unstable();
    seen
}

/// Both are cancelled from the innermost place; the outer one absorbs.
async fn two_nested_scopes<B: Backend>(backend: &B, source: Source, outer_first: bool) -> Seen {
    let log = Log::new();
    let inner = backend.cancel_scope();
    let inside = inner.handle();
    let mut seen = observe(backend, log.clone(), |outside| {
        let inside = inside.clone();
        async move {
            let both_cancelled = async {
                let order = if outer_first { [&outside, &inside] } else { [&inside, &outside] };
                for handle in order {
                    source.cancel_with(backend, handle, "why").await;
                }
                backend.checkpoint().await;
            };
            let _ = inner.run(both_cancelled).await;
            7
        }
    })
    .await;
    seen.log.push(if inside.cancelled_caught() { "inner caught" } else { "inner did not catch" });
    seen
}
