//! E4: what is cut because another one failed.

use std::future::pending;
use std::sync::Mutex;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::assert_failed;
use crate::laws::tools::{Event, HOUR, eventually, lock};
use crate::support::{Count, Group, Log, drive_until, turns};

pub(super) fn e4<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        siblings_cut(backend).await;
        body_cut_while_it_joins(backend).await;
        siblings_cut_while_they_join(backend).await;
    });
}

async fn siblings_cut<B: Backend>(backend: &B) {
    let log = Log::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let started = backend.semaphore(0);
            let b = backend.clone();
            let begun = started.clone();
            let waiting = group.spawn(async move {
                begun.add_permits(1);
                b.sleep(HOUR).await;
                Err::<(), _>("slept")
            });
            let (begun, guard) = (started.clone(), log.guard("joining"));
            group.spawn(async move {
                let _guard = guard;
                begun.add_permits(1);
                drop(waiting.await);
                Err::<(), _>("joined")
            });
            let (b, begun, guard) = (backend.clone(), started.clone(), log.guard("nested"));
            group.spawn(async move {
                let _guard = guard;
                let inner = b.task_group(async |inner: Group<B, &'static str>| {
                    inner.spawn(async move {
                        begun.add_permits(1);
                        pending::<()>().await;
                        Err::<(), _>("waited")
                    });
                });
                inner.await.map_err(|_| "inner")
            });
            let (b, begun, guard) = (backend.clone(), started.clone(), log.guard("scoped"));
            group.spawn(async move {
                let _guard = guard;
                begun.add_permits(1);
                let scoped = b.fail_after(HOUR, pending::<()>()).await;
                scoped.map_err(|_| "timed out")
            });
            started.acquire_many(4).await;
            let alone = group.spawn(async { pending::<Result<(), _>>().await });
            alone.cancel();
            group.spawn(async { Err::<(), _>("only") });
            pending::<()>().await;
            Err::<(), _>("body")
        })
        .await;
    assert_failed(&result, &["only"], "one child failed, and four siblings and the body were cut");
    let mut cut = log.entries();
    cut.sort_unstable();
    assert_eq!(cut, ["joining", "nested", "scoped"], "these siblings of a failure were dropped");
}

/// The body awaits a child that is cut with it: it must be cut, not told of the child's end.
///
/// The group is polled by hand, so that the child's end comes between cancellation and poll.
async fn body_cut_while_it_joins<B: Backend>(backend: &B) {
    let (alive, started, kept) = (Count::new(), Event::new(), Mutex::new(None));
    let mut group = Box::pin(backend.task_group(async |group: Group<B, &'static str>| {
        let (begun, guard) = (started.clone(), alive.guard());
        let waiting = group.spawn(async move {
            let _guard = guard;
            begun.set();
            pending::<()>().await;
        });
        *lock(&kept) = Some(group);
        drop(waiting.await);
        Err::<(), _>("joined")
    }));
    drive_until(group.as_mut(), started.wait(), "a group ended whose body waits for ever").await;
    let kept: Group<B, &'static str> = lock(&kept).take().expect("the body has run");
    kept.spawn(async { Err::<(), _>("only") });
    eventually!("a child is cut when its sibling failed", alive.get() == 0);
    turns(20).await;
    let result = group.await;
    assert_failed(&result, &["only"], "a child failed while the body awaited another one");
}

/// Pairs of siblings, one awaiting the other, which is on its feet all the time and so is cut at
/// once: whoever awaits it is cut by the same failure, and must not get on first.
async fn siblings_cut_while_they_join<B: Backend>(backend: &B) {
    const PAIRS: usize = 16;
    for _ in 0..60 {
        let joining = Count::new();
        let result = backend
            .task_group(async |group: Group<B, &'static str>| {
                for _ in 0..PAIRS {
                    let busy = group.spawn(turns(usize::MAX));
                    let joining = joining.clone();
                    group.spawn(async move {
                        joining.up();
                        busy.await.map_err(|_| "joined")
                    });
                }
                eventually!("all siblings run", joining.get() == PAIRS);
                group.spawn(async { Err::<(), _>("only") });
                pending::<()>().await;
            })
            .await;
        assert_failed(
            &result,
            &["only"],
            "one child failed, and siblings that await others were cut",
        );
    }
}
