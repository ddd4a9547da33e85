//! R6: a start that is called from outside of the group.

use anyrt_core::error::StartError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, in_time, step};
use crate::support::{Count, Group, Ready, turns};

pub(super) fn r6<B: Backend + Toplevel>(backend: &B) {
    backend.run(keeps_the_group_open(backend));
    backend.run(cancelled_with_the_group(backend, false));
    backend.run(cancelled_with_the_group(backend, true));
    backend.run(closed(backend));
}

async fn keeps_the_group_open<B: Backend>(backend: &B) {
    let (go, over) = (Event::new(), Event::new());
    let (gives, given) = backend.unbounded::<Group<B>>();
    let mut run = Box::pin(backend.task_group(|group: Group<B>| {
        let over = over.clone();
        async move {
            assert!(gives.try_send(group).is_ok(), "the group goes out");
            over.wait().await;
        }
    }));
    assert!(step(&mut run).await.is_pending(), "the body is not over");
    let group = given.recv().await.expect("the group is there");
    let waits = go.clone();
    let mut start = Box::pin(group.start(|ready| async move {
        waits.wait().await;
        ready.started(3);
    }));
    assert!(step(&mut start).await.is_pending(), "the child is not ready");
    over.set();
    for _ in 0..5 {
        let early = step(&mut run).await;
        assert!(early.is_pending(), "the group gave {early:?} while a start was pending");
        turns(3).await;
    }
    go.set();
    assert_eq!(in_time("the child is ready", &mut start).await, Ok(3), "start");
    assert_eq!(in_time("the group ends", &mut run).await, Ok(()), "the group");
}

async fn cancelled_with_the_group<B: Backend>(backend: &B, is_shielded: bool) {
    let context = if is_shielded { "a shielded caller" } else { "a caller outside" };
    let (over, begun, living) = (Event::new(), Event::new(), Count::new());
    let (gives, given) = backend.unbounded::<Group<B>>();
    let mut run = Box::pin(backend.task_group(|group: Group<B>| {
        let over = over.clone();
        async move {
            assert!(gives.try_send(group).is_ok(), "the group goes out");
            over.wait().await;
        }
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: the body is not over");
    let group = given.recv().await.expect("the group is there");
    let child = |ready: Ready<B, ()>| {
        let (backend, begun, living) = (backend.clone(), begun.clone(), living.clone());
        async move {
            let _guard = living.slow_guard();
            begun.set();
            backend.sleep(HOUR).await;
            ready.started(());
        }
    };
    let start = async {
        if is_shielded {
            backend.shield(group.start(child)).await
        } else {
            group.start(child).await
        }
    };
    let mut start = Box::pin(start);
    assert!(step(&mut start).await.is_pending(), "{context}: the child is not ready");
    begun.wait().await;
    over.set();
    group.cancel();
    let cut = in_time("start ends with its group", &mut start).await;
    assert!(matches!(cut, Err(StartError::Cancelled(_))), "{context}: start gave {cut:?}");
    assert_eq!(living.get(), 0, "{context}: the child was not joined");
    let result = in_time("the group ends", &mut run).await;
    drop(result);
}

async fn closed<B: Backend>(backend: &B) {
    let (gives, given) = backend.unbounded::<Group<B>>();
    let body = |group: Group<B>| async move {
        assert!(gives.try_send(group).is_ok(), "the group goes out");
    };
    assert_eq!(backend.task_group(body).await, Ok(()), "the group");
    let group = given.recv().await.expect("the group is there");
    let late = group.start(|ready| async move { ready.started(()) }).await;
    assert_eq!(late, Err(StartError::Closed), "start in a group that has ended");
}
