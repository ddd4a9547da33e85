//! B8: `run` where it would block the runtime is refused; on a blocking thread it nests.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{HOUR, lock};
use crate::support::{
    Flag, Group, Log, Marker, block_on, boom, catch, describe, on_drop, on_unknown_thread,
};

pub(super) fn b8<B: Backend + Toplevel>(backend: &B) {
    refused_in_every_place(backend);
    refused_where_a_body_is_dropped(backend);
    refused_on_a_thread_of_no_runtime(backend);
    backend.run(from_a_blocking_call_it_nests(backend));
    backend.run(a_nested_panic_resumes(backend));
    backend.run(on_another_thread(backend));
}

/// The nested future would be ready at once, so that a backend which lets it in does not hang.
fn assert_refused<B: Backend + Toplevel>(backend: &B, place: &str) {
    let ran = Flag::new();
    let nested = catch_unwind(AssertUnwindSafe(|| backend.run(async { ran.raise() })));
    assert!(!ran.is_up(), "{place}: a nested run ran its future");
    let Err(payload) = nested else { panic!("{place}: a nested run came back without a word") };
    let advice = describe(&*payload);
    assert!(
        advice.contains("await") || advice.contains("blocking"),
        "{place}: a nested run does not say what to do instead: {advice:?}"
    );
}

fn refused_in_every_place<B: Backend + Toplevel>(backend: &B) {
    let value = backend.run(async {
        assert_refused(backend, "in the outermost future");
        backend.checkpoint().await;
        assert_refused(backend, "in the outermost future, after an await");
        backend.cancel_scope().run(async { assert_refused(backend, "in a scope") }).await.ok();
        backend.shield(async { assert_refused(backend, "in a shield") }).await;
        let timed = async { assert_refused(backend, "in a timeout") };
        assert_eq!(backend.move_on_after(HOUR, timed).await, Some(()), "the timeout");
        let result = backend
            .task_group(|group: Group<B>| {
                assert_refused(backend, "in the closure of a group");
                async move {
                    assert_refused(backend, "in the body of a group");
                    let backend = backend.clone();
                    let child = group.spawn(async move {
                        assert_refused(&backend, "in a child");
                        backend.sleep(Duration::from_millis(1)).await;
                        assert_refused(&backend, "in a child, after a sleep");
                        Ok(7)
                    });
                    Ok(child.await.ok())
                }
            })
            .await;
        // What refused goes on as if nothing had been.
        backend.checkpoint().await;
        result
    });
    assert_eq!(value, Ok(Some(7)), "a program whose nested runs were refused gave this");
}

fn refused_where_a_body_is_dropped<B: Backend + Toplevel>(backend: &B) {
    let places = Log::new();
    backend.run(async {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let result = scope
            .run(async {
                let _refuses = on_drop(|| {
                    assert_refused(backend, "in the destructor of a cut body");
                    places.note("dropped");
                });
                handle.cancel();
                pending::<()>().await;
            })
            .await;
        assert!(result.is_err(), "a cancelled scope gave {result:?}");
    });
    assert_eq!(places.entries(), ["dropped"], "a cut body was dropped");
}

fn refused_on_a_thread_of_no_runtime<B: Backend + Toplevel>(backend: &B) {
    let ended = block_on(backend.task_group(|_: Group<B>| async {
        assert_refused(backend, "in a group that a thread of its own polls");
    }));
    assert_eq!(ended, Ok(()), "a group that a thread of its own polls");
    let ended = block_on(backend.cancel_scope().run(async {
        assert_refused(backend, "in a scope that a thread of its own polls");
    }));
    assert_eq!(ended, Ok(()), "a scope that a thread of its own polls");
    assert_eq!(backend.run(async { 7 }), 7, "run on a thread that polls nothing any more");
}

async fn from_a_blocking_call_it_nests<B: Backend + Toplevel>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let mut nested = Vec::new();
            for number in 0..4 {
                let backend = backend.clone();
                nested.push(group.spawn(async move { Ok(nest(&backend, number, 2).await) }));
            }
            let mut values = Vec::new();
            for nested in nested {
                values.push(nested.await.ok());
            }
            Ok(values)
        })
        .await;
    let expected: Vec<_> = (0..4).map(|number| Some(number + 2)).collect();
    assert_eq!(result.ok(), Some(expected), "nested runs, four at a time and two deep");
}

/// Adds one for each run that is nested.
fn nest<B: Backend + Toplevel>(
    backend: &B,
    number: usize,
    depth: usize,
) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    let (backend, nested) = (backend.clone(), backend.clone());
    let call = move || {
        let mut has_ended = false;
        let value = nested.run(async {
            nested.sleep(Duration::from_millis(1)).await;
            let child = nested.clone();
            let deeper = nested
                .task_group(async |group: Group<B>| {
                    let deeper = group.spawn(async move {
                        assert_refused(&child, "in a child of a nested run");
                        Ok(nest(&child, number, depth - 1).await)
                    });
                    Ok(deeper.await.ok())
                })
                .await;
            has_ended = true;
            deeper.ok().flatten()
        });
        assert!(has_ended, "a nested run came back before its end");
        value.map_or(usize::MAX, |value| value + 1)
    };
    Box::pin(async move { if depth == 0 { number } else { backend.run_blocking(call).await } })
}

async fn a_nested_panic_resumes<B: Backend + Toplevel>(backend: &B) {
    let nested = backend.clone();
    let resumed = catch(backend.run_blocking(move || {
        nested.run(async {
            nested.checkpoint().await;
            boom(Marker(7))
        });
    }))
    .await;
    let payload = match resumed {
        Err(payload) => payload,
        Ok(()) => panic!("a nested run panicked, and its blocking call gave a value"),
    };
    assert_eq!(describe(&*payload), describe(&Marker(7)), "the payload of a nested panic");
}

/// A thread that polls nothing may run what it likes, also while others poll.
async fn on_another_thread<B: Backend + Toplevel>(backend: &B) {
    let value = on_unknown_thread(backend, |backend| {
        let seen = std::sync::Mutex::new(0);
        backend.run(async {
            backend.sleep(Duration::from_millis(1)).await;
            *lock(&seen) += 1;
        });
        backend.run(async { *lock(&seen) + 1 })
    })
    .await;
    assert_eq!(value, 2, "two runs on another thread");
}
