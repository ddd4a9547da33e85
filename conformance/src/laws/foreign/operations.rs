//! X3: the futures of operations that are dropped after none, one or more polls.

use std::future::IntoFuture;
use std::task::Poll;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::{items, permits};
use crate::laws::tools::{Alarm, Event, Random, eventually, in_time, poll_raw, seed, step};
use crate::support::{Count, Group, on_drop, turns};

/// How many polls a future gets at most before it is dropped.
const POLLS: usize = 4;

pub(super) fn x3<B: Backend + Toplevel>(backend: &B) {
    let mut seeds = Random::new(seed());
    backend.run(async {
        for _ in 0..40 {
            permits::acquires(backend, seeds.next()).await;
        }
        for capacity in [Some(0), Some(1), Some(2), Some(3), None] {
            for _ in 0..20 {
                items::exchanges(backend, capacity, seeds.next()).await;
            }
        }
    });
    for polls in 0..POLLS {
        backend.run(joins(backend, polls));
        backend.run(sleeps(backend, polls));
        backend.run(blocking_calls(backend, polls));
        backend.run(out_of_budget(backend, polls));
    }
}

/// The child runs on, and its value is dropped once; before its end, at it, and after it.
async fn joins<B: Backend>(backend: &B, polls: usize) {
    for has_ended in [false, true] {
        let (made, dropped) = (Count::new(), Count::new());
        let go = Event::new();
        let result = backend
            .task_group(async |group: Group<B>| {
                let child = group.spawn({
                    let (made, dropped, go) = (made.clone(), dropped.clone(), go.clone());
                    let backend = backend.clone();
                    async move {
                        go.wait().await;
                        backend.checkpoint().await;
                        made.up();
                        Ok(on_drop(move || dropped.up()))
                    }
                });
                let mut join = Box::pin(child.into_future());
                for _ in 0..polls {
                    let early = poll_raw(&mut join).await.0;
                    assert!(early.is_pending(), "a child that waits was joined");
                }
                if has_ended {
                    let alarm = Alarm::new();
                    assert!(alarm.step(&mut join).await.is_pending(), "joined too early");
                    go.set();
                    eventually!("the end of a child wakes its join", alarm.rung() > 0);
                    assert_eq!(dropped.get(), 0, "a value was dropped before its join");
                }
                drop(join);
                assert_eq!(made.get(), dropped.get(), "a value outlived its join");
                go.set();
            })
            .await;
        let context = format!("a join dropped after {polls} polls, its child over: {has_ended}");
        assert_eq!(result, Ok(()), "{context}: the group");
        assert_eq!((made.get(), dropped.get()), (1, 1), "{context}: values made and dropped");
    }
}

/// Those that stay end, and are woken, whichever others are dropped before or after their time.
async fn sleeps<B: Backend>(backend: &B, polls: usize) {
    const SLEEPS: u32 = 24;
    let begin = backend.now();
    let mut kept = Vec::new();
    let mut dropped = Vec::new();
    for at in 0..SLEEPS {
        let deadline = begin + Duration::from_millis(u64::from(5 + at % 4));
        let mut sleep = Box::pin(backend.sleep_until(deadline));
        let alarm = Alarm::new();
        for _ in 0..polls {
            if alarm.poll(&mut sleep).is_ready() {
                break;
            }
        }
        match at % 3 {
            0 => drop(sleep),
            1 => dropped.push(sleep),
            _ => {
                let mut sleep = Box::pin(backend.sleep_until(deadline));
                let alarm = Alarm::new();
                let is_ready = alarm.step(&mut sleep).await.is_ready();
                kept.push((sleep, alarm, deadline, is_ready));
            }
        }
    }
    for (sleep, alarm, deadline, is_ready) in &mut kept {
        if *is_ready {
            continue;
        }
        eventually!("a sleep wakes its task", alarm.rung() > 0);
        in_time("a sleep that woke its task ends", sleep).await;
        assert!(backend.now() >= *deadline, "a sleep ended early, beside dropped ones");
    }
    drop(dropped);
}

/// A closure that has begun runs to its end, once; another one never runs.
async fn blocking_calls<B: Backend>(backend: &B, polls: usize) {
    let (closures, ran, values) = (Count::new(), Count::new(), Count::new());
    let alive = values.clone();
    let mut call = Box::pin(backend.run_blocking({
        let (closure, ran) = (closures.guard(), ran.clone());
        move || {
            let _closure = closure;
            ran.up();
            alive.guard()
        }
    }));
    let mut is_over = false;
    for _ in 0..polls {
        is_over = is_over || poll_raw(&mut call).await.0.is_ready();
        turns(1).await;
    }
    drop(call);
    eventually!("the closure of a call that was dropped goes", closures.get() == 0);
    eventually!("the value of a call that was dropped goes", values.get() == 0);
    assert_eq!(ran.get(), usize::from(polls > 0), "runs of a closure, polled {polls} times");
}

/// An operation that gives way, and is dropped then, has done nothing.
async fn out_of_budget<B: Backend>(backend: &B, polls: usize) {
    let permits = backend.semaphore(1);
    let (sender, receiver) = backend.bounded(1);
    for round in 0..300 {
        let mut acquire = Box::pin(permits.acquire());
        let mut send = Box::pin(sender.send(round));
        let mut recv = Box::pin(receiver.recv());
        let (mut acquired, mut sent, mut received) = (false, false, false);
        for _ in 0..polls {
            acquired = acquired || poll_raw(&mut acquire).await.0.is_ready();
            sent = sent || poll_raw(&mut send).await.0.is_ready();
            if !received && let (Poll::Ready(item), _) = poll_raw(&mut recv).await {
                assert_eq!(item, Ok(round), "round {round}: received");
                received = true;
            }
        }
        drop((acquire, send, recv));
        assert_eq!(permits.available(), 1, "round {round}: an acquire was dropped");
        assert!(sent || !received, "round {round}: received what was not sent");
        if sent && !received {
            assert_eq!(receiver.try_recv(), Ok(round), "round {round}: a receive was dropped");
        }
        assert!(receiver.try_recv().is_err(), "round {round}: sent {sent}, received {received}");
        if round % 100 == 0 {
            assert!(step(&mut Box::pin(backend.checkpoint())).await.is_ready(), "it was cut");
        }
        drop(Box::pin(backend.checkpoint()));
        let _ = poll_raw(&mut Box::pin(backend.checkpoint())).await;
    }
}
