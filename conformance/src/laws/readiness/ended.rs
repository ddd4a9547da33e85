//! R2 and R3: a child that ends before it is ready.

use anyrt_core::error::StartError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, step};
use crate::support::{Count, Group, Marker, Ready, boom, catch, describe, turns};

pub(super) fn r2<B: Backend + Toplevel>(backend: &B) {
    backend.run(the_caller_gets_the_failure(backend));
    backend.run(the_caller_gets_the_panic(backend));
}

async fn the_caller_gets_the_failure<B: Backend>(backend: &B) {
    let result = backend
        .task_group(|group: Group<B, &str>| async move {
            let go = Event::new();
            let waits = go.clone();
            let sibling = group.spawn(async move {
                waits.wait().await;
                Ok("sibling")
            });
            let failed = group
                .start(|_ready: Ready<B, (), &str>| async move {
                    turns(2).await;
                    Err::<(), _>("no such host")
                })
                .await;
            assert_eq!(failed, Err(StartError::Failed("no such host")), "what start gave");
            assert!(!backend.is_cancelled(), "the failure of a start cancelled the group");
            go.set();
            Ok(sibling.await.expect("the sibling went on"))
        })
        .await;
    assert_eq!(result, Ok("sibling"), "the group of a child that failed before it was ready");
}

async fn the_caller_gets_the_panic<B: Backend>(backend: &B) {
    let result = backend
        .task_group(|group: Group<B>| async move {
            let panicked = catch(group.start(|_ready: Ready<B, ()>| async move {
                turns(2).await;
                boom(Marker(5))
            }));
            match panicked.await {
                Ok(started) => panic!("start of a child that panicked gave {started:?}"),
                Err(payload) => assert_eq!(
                    payload.downcast_ref(),
                    Some(&Marker(5)),
                    "the panic of a start was {}",
                    describe(&*payload)
                ),
            }
            assert!(
                !backend.is_cancelled(),
                "the panic that its caller caught cancelled the group"
            );
        })
        .await;
    assert_eq!(result, Ok(()), "the group of a child that panicked before it was ready");
}

pub(super) fn r3<B: Backend + Toplevel>(backend: &B) {
    backend.run(never_started_comes_after_the_end(backend));
}

async fn never_started_comes_after_the_end<B: Backend>(backend: &B) {
    for keeps_it in [true, false] {
        let context = if keeps_it { "kept to its end" } else { "dropped at once" };
        let (end, living) = (Event::new(), Count::new());
        let result = backend
            .task_group(|group: Group<B>| {
                let (ends, count) = (end.clone(), living.clone());
                let (end, living) = (&end, &living);
                async move {
                    let mut start = Box::pin(group.start(|ready: Ready<B, u8>| async move {
                        let _guard = count.slow_guard();
                        let kept = keeps_it.then_some(ready);
                        ends.wait().await;
                        drop(kept);
                    }));
                    for _ in 0..3 {
                        let early = step(&mut start).await;
                        assert!(early.is_pending(), "{context}: {early:?} before the child's end");
                        turns(3).await;
                    }
                    end.set();
                    let never = start.await;
                    assert_eq!(never, Err(StartError::NeverStarted), "{context}");
                    assert_eq!(living.get(), 0, "{context}: reported before the child had ended");
                }
            })
            .await;
        assert_eq!(result, Ok(()), "{context}: the group");
    }
}
