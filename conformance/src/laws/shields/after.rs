//! S2: what a shield kept out comes after it.

use std::future::pending;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::work;
use crate::laws::tools::{Event, Source, step};
use crate::support::Log;

pub(super) fn s2<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(at_the_first_checkpoint_after(backend, source));
        backend.run(after_the_outermost_shield(backend, source));
    }
}

async fn at_the_first_checkpoint_after<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?} during the first shield");
    let log = Log::new();
    let permits = backend.semaphore(1);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let go = Event::new();
    let mut run = Box::pin(scope.run(async {
        let first = backend.shield(async {
            go.wait().await;
            work(backend).await;
            "value"
        });
        log.note(first.await);
        backend.shield(work(backend)).await;
        log.note("second shield");
        drop(permits.acquire().await);
        log.note("after a checkpoint");
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: the shield ended early");
    source.cancel(backend, &handle).await;
    assert!(step(&mut run).await.is_pending(), "{context}: the shield was cut");
    go.set();
    let result = run.await;
    assert!(result.is_err() && handle.cancelled_caught(), "{context}: {result:?}, {handle:?}");
    assert_eq!(log.entries(), ["value", "second shield"], "{context}: how far it ran");
    assert_eq!(permits.available(), 1, "{context}: the cut acquire took a permit");
}

async fn after_the_outermost_shield<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?} in the inner of two shields");
    let log = Log::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            let outer = backend.shield(async {
                backend
                    .shield(async {
                        source.cancel(backend, &handle).await;
                        work(backend).await;
                    })
                    .await;
                log.note("inner shield");
                work(backend).await;
                log.note("outer shield");
            });
            outer.await;
            log.note("between");
            pending::<()>().await;
            log.note("after a foreign wait");
        })
        .await;
    assert!(result.is_err(), "{context}: the scope gave {result:?}");
    assert_eq!(log.entries(), ["inner shield", "outer shield", "between"], "{context}");
}
