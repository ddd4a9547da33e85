//! B7: blocking calls run where nobody is kept from going on.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Gate, both, eventually, lock};
use crate::support::{Count, Flag, Group, Marker, boom, catch, describe};

pub(super) fn b7<B: Backend + Toplevel>(backend: &B) {
    off_the_polling_thread(backend);
    backend.run(values(backend));
    backend.run(panics(backend));
    backend.run(a_cancelled_scope_gets_them(backend));
    backend.run(many_do_not_stall_timers(backend));
}

/// Notes the threads that poll `future`.
async fn noting_threads<F: Future>(threads: &Mutex<HashSet<ThreadId>>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        lock(threads).insert(thread::current().id());
        future.as_mut().poll(cx)
    })
    .await
}

fn off_the_polling_thread<B: Backend + Toplevel>(backend: &B) {
    let outside = Mutex::default();
    let ran_on =
        backend.run(noting_threads(&outside, backend.run_blocking(|| thread::current().id())));
    assert!(!lock(&outside).contains(&ran_on), "a closure ran on the thread that awaited it");

    let ended = backend.run(backend.task_group(async |group: Group<B>| {
        let backend = backend.clone();
        group.spawn(async move {
            let threads = Mutex::default();
            let call = backend.run_blocking(|| thread::current().id());
            let ran_on = noting_threads(&threads, call).await;
            assert!(!lock(&threads).contains(&ran_on), "a closure ran on its child's thread");
        });
    }));
    assert_eq!(ended, Ok(()), "the group of a child with a blocking call");
}

async fn values<B: Backend>(backend: &B) {
    let text = backend.run_blocking(|| "three".to_owned()).await;
    assert_eq!(text, "three", "what a closure gave");

    let alive = Count::new();
    let guard = backend
        .run_blocking({
            let alive = alive.clone();
            move || alive.guard()
        })
        .await;
    assert_eq!(alive.get(), 1, "a closure's value was dropped on the way");
    drop(guard);
    assert_eq!(alive.get(), 0, "a closure's value was doubled on the way");

    let called = Flag::new();
    let call = {
        let called = called.clone();
        backend.run_blocking(move || called.raise())
    };
    drop(call);
    backend.checkpoint().await;
    assert!(!called.is_up(), "a call that nobody awaited ran its closure");
}

async fn panics<B: Backend>(backend: &B) {
    let seen = catch(backend.run_blocking(|| -> u8 { boom(Marker(7)) })).await;
    let payload = seen.expect_err("a closure panicked, and its call gave a value");
    assert_eq!(describe(&*payload), describe(&Marker(7)), "the payload of a closure's panic");

    let resumed = catch(backend.task_group(async |group: Group<B>| {
        let backend = backend.clone();
        group.spawn(async move { backend.run_blocking(|| boom(Marker(8))).await });
    }))
    .await;
    let payload = resumed.expect_err("a closure of a child panicked, and the group ended well");
    assert_eq!(describe(&*payload), describe(&Marker(8)), "the payload of a child's closure");
    assert_eq!(backend.run_blocking(|| 7).await, 7, "a call after others have panicked");
}

/// Cancelled while the closure runs: its value, and its panic, come all the same.
async fn a_cancelled_scope_gets_them<B: Backend>(backend: &B) {
    for panics in [false, true] {
        let (gate, begun) = (Gate::new(), Event::new());
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let call = backend.run_blocking({
            let (gate, begun) = (gate.clone(), begun.clone());
            move || {
                begun.set();
                gate.wait();
                if panics { boom(Marker(9)) } else { 7 }
            }
        });
        let cancelling = async {
            begun.wait().await;
            handle.cancel();
            gate.open();
        };
        let (seen, ()) = both(catch(scope.run(call)), cancelling).await;
        match seen.map_err(|payload| describe(&*payload)) {
            Ok(Ok(7)) if !panics => {}
            Err(payload) if panics && payload == describe(&Marker(9)) => {}
            other => panic!("cancelled while its closure ran (and panicked: {panics}): {other:?}"),
        }
    }
}

async fn many_do_not_stall_timers<B: Backend>(backend: &B) {
    const CLOSURES: usize = 64;
    let gate = Gate::new();
    let (begun, ended) = (Count::new(), Count::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            let mut calls = Vec::new();
            for number in 0..CLOSURES {
                let (backend, gate) = (backend.clone(), gate.clone());
                let (begun, ended) = (begun.clone(), ended.clone());
                calls.push(group.spawn(async move {
                    let closure = move || {
                        begun.up();
                        let in_time = gate.wait();
                        ended.up();
                        in_time.then_some(number)
                    };
                    Ok(backend.run_blocking(closure).await)
                }));
            }
            eventually!("a blocking call begins", begun.get() > 0);
            let beside = {
                let backend = backend.clone();
                group.spawn(async move { timers(&backend).await })
            };
            timers(backend).await;
            let beside = beside.await;
            assert!(beside.is_ok(), "a child with timers ended in {beside:?}");
            assert_eq!(ended.get(), 0, "timers ended only after so many closures that slept");
            gate.open();
            let mut numbers = Vec::new();
            for call in calls {
                numbers.push(call.await.ok().flatten());
            }
            Ok(numbers)
        })
        .await;
    let numbers: Vec<_> = (0..CLOSURES).map(Some).collect();
    assert_eq!(result.ok(), Some(numbers), "what {CLOSURES} sleeping closures gave");
}

async fn timers<B: Backend>(backend: &B) {
    for _ in 0..10 {
        backend.sleep(Duration::from_millis(1)).await;
    }
    let cut = backend.move_on_after(Duration::from_millis(1), std::future::pending::<()>()).await;
    assert!(cut.is_none(), "a deadline gave a value that never came");
}
