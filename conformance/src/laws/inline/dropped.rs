//! I3: what becomes of inline children when foreign code drops their group.

use std::future::pending;
use std::sync::Mutex;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::Inline;
use crate::laws::tools::{lock, step};
use crate::support::{Count, Flag, Log, holding, poll_once};

pub(super) fn i3<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        dropped_while_they_wait(backend).await;
        dropped_before_they_ran(backend).await;
        dropped_after_its_end(backend).await;
    });
}

/// Not later, and not by others: what they borrow may be gone in the next line.
async fn dropped_while_they_wait<B: Backend>(backend: &B) {
    let (alive, beyond, log) = (Count::new(), Flag::new(), Log::new());
    let mut run = Box::pin(backend.inline_group(|group: Inline<'_, B>| {
        let (alive, beyond, log) = (&alive, &beyond, &log);
        async move {
            let _body = log.guard("body");
            // Holding its own group, it must not keep itself alive.
            let own = group.clone();
            group.spawn(holding(alive.guard(), async move {
                let _own = own;
                pending::<()>().await;
            }));
            // Neither a shield nor a cleanup holds against foreign code (law S5).
            group.spawn(holding(alive.guard(), async move {
                backend.shield(pending::<()>()).await;
                beyond.raise();
            }));
            group.spawn(holding(alive.guard(), async move {
                backend.finally(pending::<()>(), async { beyond.raise() }).await;
            }));
            let nested = backend.inline_group(|inner: Inline<'_, B>| async move {
                inner.spawn(holding(alive.guard(), pending::<()>()));
                pending::<()>().await;
            });
            drop(nested.await);
        }
    }));
    assert!(step(&mut run).await.is_pending(), "an inline group of those who wait ended");
    assert_eq!(alive.get(), 4, "inline children that wait");
    drop(run);
    assert_eq!(alive.get(), 0, "inline children outlived the future of their group");
    assert_eq!(log.entries(), ["body"], "what was dropped with the future of an inline group");
    assert!(!beyond.is_up(), "an inline child got on though its group was dropped");
    backend.checkpoint().await;
}

/// They were spawned, and the group was not polled again.
async fn dropped_before_they_ran<B: Backend>(backend: &B) {
    let (alive, begun) = (Count::new(), Flag::new());
    let kept = Mutex::new(None);
    let mut run = Box::pin(backend.inline_group(|group: Inline<'_, B>| {
        let kept = &kept;
        async move {
            *lock(kept) = Some(group);
            pending::<()>().await;
        }
    }));
    assert!(poll_once(run.as_mut()).await.is_pending(), "a body that waits for ever ended");
    let group = lock(&kept).take().expect("the body has run");
    for _ in 0..3 {
        let begun = &begun;
        group.spawn(holding(alive.guard(), async move {
            begun.raise();
            pending::<()>().await;
        }));
    }
    assert_eq!(alive.get(), 3, "inline children that were spawned");
    drop(run);
    assert_eq!(alive.get(), 0, "inline children that never ran outlived their group");
    // The handle of a group that is gone takes nothing that it would keep.
    drop(group.try_spawn(holding(alive.guard(), pending::<()>())));
    assert_eq!(alive.get(), 0, "a child was spawned into an inline group that is gone");
    assert!(!begun.is_up(), "an inline child ran though its group was not polled");
}

async fn dropped_after_its_end<B: Backend>(backend: &B) {
    let alive = Count::new();
    let mut run = Box::pin(backend.inline_group(|group: Inline<'_, B>| {
        let alive = &alive;
        async move {
            group.spawn(holding(alive.guard(), async {}));
        }
    }));
    let result = run.as_mut().await;
    assert_eq!(result, Ok(()), "an inline group of a plain child");
    assert_eq!(alive.get(), 0, "an inline child outlived the result of its group");
    drop(run);
}
