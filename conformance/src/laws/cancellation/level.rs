//! C1: every checkpoint is cut, again and again.

use std::future::Future;
use std::time::Duration;

use anyrt_core::error::TryRecvError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::committed::committed_completes;
use crate::laws::tools::{Event, Source, attempt, both, eventually, past, step};
use crate::support::{Flag, Group, turns};

/// Things on which an operation would not have to wait.
struct Stock<B: Backend> {
    backend: B,
    permits: B::Semaphore,
    bounded: (B::Sender<u8>, B::Receiver<u8>),
    unbounded: (B::Sender<u8>, B::Receiver<u8>),
}

impl<B: Backend> Stock<B> {
    fn new(backend: &B) -> Self {
        let stock = Self {
            backend: backend.clone(),
            permits: backend.semaphore(5),
            bounded: backend.bounded(2),
            unbounded: backend.unbounded(),
        };
        stock.fill();
        stock
    }

    fn fill(&self) {
        for (sender, _) in [&self.bounded, &self.unbounded] {
            assert!(sender.try_send(1).is_ok(), "an empty channel with room took no item");
        }
    }

    async fn assert_all_are_cut(&self, context: &str) {
        let Self { backend, permits, bounded, unbounded } = self;
        assert!(backend.is_cancelled(), "{context}: the scope does not say that it is cancelled");
        cut(context, "checkpoint", backend.checkpoint()).await;
        cut(context, "a sleep of no time", backend.sleep(Duration::ZERO)).await;
        cut(context, "a sleep until the past", backend.sleep_until(past(backend))).await;
        cut(context, "a long sleep", backend.sleep(Duration::MAX)).await;
        cut(context, "acquire of a free permit", permits.acquire()).await;
        cut(context, "acquire_many of free permits", permits.acquire_many(3)).await;
        cut(context, "acquire_many of too many permits", permits.acquire_many(7)).await;
        for (kind, (sender, receiver)) in [("bounded", bounded), ("unbounded", unbounded)] {
            cut(context, &format!("{kind} recv of an item"), receiver.recv()).await;
            cut(context, &format!("{kind} send with room"), sender.send(9)).await;
        }
    }

    fn assert_untouched(&self, context: &str) {
        let free = self.permits.available();
        assert_eq!(free, 5, "{context}: cut acquires left {free} of 5 permits");
        for (kind, (_, receiver)) in [("bounded", &self.bounded), ("unbounded", &self.unbounded)] {
            let items = (receiver.try_recv(), receiver.try_recv());
            assert_eq!(
                items,
                (Ok(1), Err(TryRecvError::Empty)),
                "{context}: cut operations changed what the {kind} channel holds"
            );
        }
        self.fill();
    }
}

async fn cut<F: Future>(context: &str, what: &str, operation: F) {
    let done = attempt(operation).await.is_some();
    assert!(!done, "{context}: {what} completed in a cancelled scope; every checkpoint is cut");
}

pub(super) fn c1<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(all_leaves_are_cut(backend, source));
        backend.run(cut_at_every_later_poll(backend, source, false));
        backend.run(cut_at_every_later_poll(backend, source, true));
    }
    backend.run(a_finished_child_is_not_awaited(backend));
    backend.run(cut_in_a_child(backend));
    backend.run(committed_completes(backend));
}

async fn all_leaves_are_cut<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let stock = Stock::new(backend);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let ran_on = Flag::new();
    let result = scope
        .run(async {
            source.cancel(backend, &handle).await;
            for _ in 0..3 {
                stock.assert_all_are_cut(context).await;
                stock.assert_untouched(context);
            }
            backend.checkpoint().await;
            ran_on.raise();
        })
        .await;
    assert!(!ran_on.is_up(), "{context}: code after a cut checkpoint ran");
    assert!(result.is_err(), "{context}: the scope gave {result:?} instead of `Cancelled`");
    stock.assert_untouched(context);
    assert!(attempt(stock.permits.acquire()).await.is_some(), "{context}: the scope is over");
}

/// Something holds the cancelled scope open, so that its body is polled again and again.
async fn cut_at_every_later_poll<B: Backend>(backend: &B, source: Source, group: bool) {
    let held_by = if group { "a group" } else { "a shield" };
    let context = &format!("held open by {held_by}, cancelled from {source:?}");
    let stock = Stock::new(backend);
    let (release, tried, ran_on) = (Event::new(), Flag::new(), Flag::new());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let holder = async {
        if group {
            let (backend_, release) = (backend.clone(), release.clone());
            let ended = backend.task_group(|group: Group<B>| {
                group.spawn(async move { backend_.shield(release.wait()).await });
                async {}
            });
            let _ = ended.await;
        } else {
            backend.shield(release.wait()).await;
        }
    };
    let tries = async {
        let _released = release.guard();
        source.cancel(backend, &handle).await;
        for _ in 0..5 {
            stock.assert_all_are_cut(context).await;
            turns(2).await;
        }
        tried.raise();
        release.set();
        backend.checkpoint().await;
        ran_on.raise();
    };
    let result = scope.run(both(holder, tries)).await;
    assert!(tried.is_up(), "{context}: the scope ended before its holder");
    assert!(!ran_on.is_up(), "{context}: code after a cut checkpoint ran");
    assert!(result.is_err(), "{context}: the scope gave {result:?} instead of `Cancelled`");
    stock.assert_untouched(context);
}

async fn a_finished_child_is_not_awaited<B: Backend>(backend: &B) {
    let result = backend
        .task_group(|group: Group<B>| async move {
            let child = group.spawn(async { Ok(7) });
            eventually!("the end of a child without a checkpoint", child.is_finished());
            let mut waiting = Box::pin(child.into_future());
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let cut = scope
                .run(async {
                    handle.cancel();
                    for _ in 0..3 {
                        let poll = step(&mut waiting).await;
                        assert!(
                            poll.is_pending(),
                            "awaiting a child that has ended gave {poll:?} in a cancelled scope"
                        );
                    }
                    backend.checkpoint().await;
                })
                .await;
            assert!(cut.is_err(), "the scope gave {cut:?} instead of `Cancelled`");
            let value = waiting.await;
            assert!(matches!(value, Ok(7)), "awaited again after the scope, it gave {value:?}");
        })
        .await;
    assert!(result.is_ok(), "the group gave {result:?}");
}

async fn cut_in_a_child<B: Backend>(backend: &B) {
    for by_handle in [false, true] {
        let context =
            if by_handle { "a child cancelled by its handle" } else { "a child of its group" };
        let (started, go) = (Event::new(), Event::new());
        let (tried, ran_on) = (Flag::new(), Flag::new());
        let child = {
            let (backend, started, go) = (backend.clone(), started.clone(), go.clone());
            let (tried, ran_on) = (tried.clone(), ran_on.clone());
            async move {
                started.set();
                backend.shield(go.wait()).await;
                let stock = Stock::new(&backend);
                for _ in 0..3 {
                    stock.assert_all_are_cut(context).await;
                    stock.assert_untouched(context);
                }
                tried.raise();
                backend.checkpoint().await;
                ran_on.raise();
            }
        };
        let result = backend
            .task_group(|group: Group<B>| async move {
                let _go = go.guard();
                let child = group.spawn(child);
                started.wait().await;
                if by_handle {
                    child.cancel();
                } else {
                    group.cancel();
                }
            })
            .await;
        assert!(result.is_ok(), "{context}: the group, whose body finished, gave {result:?}");
        assert!(tried.is_up(), "{context}: it was cut before its first checkpoint");
        assert!(!ran_on.is_up(), "{context}: code after a cut checkpoint ran");
    }
}
