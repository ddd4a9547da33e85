//! Blocking calls: the value, the token and the cancellation pass between a task and a thread.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use super::threads::Threads;
use super::{Bell, block_on, model};
use crate::blocking::{self, Following, PortalError, RunBlocking};
use crate::group::{RunGroup, TaskGroup};
use crate::scope::CancelScope;
use crate::sync::CapacityLimiter;

/// Counts where it is dropped.
struct Value(Arc<AtomicUsize>);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Waits until a closure's call is cancelled, on its thread.
fn wait_for_cancellation() {
    let bell = Arc::new(Bell::default());
    let ringing = bell.clone();
    let following = Following::begin(move |_| ringing.clone().wake());
    assert!(following.is_some(), "a closure has a call");
    bell.wait();
    assert!(blocking::is_cancelled());
}

#[test]
fn the_value_of_a_call_wakes_who_waits() {
    model(|| {
        assert_eq!(block_on(RunBlocking::on(Threads, || 1)), 1);
    });
}

#[test]
fn whoever_has_the_value_finds_the_token_there() {
    model(|| {
        let limiter = Arc::new(CapacityLimiter::new(1));
        let mut call = pin!(RunBlocking::on(Threads, || 1).with_limiter(limiter.clone()));
        // Nobody is woken: it is looked at somewhere in the middle.
        for _ in 0..2 {
            if let Poll::Ready(value) = call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                assert_eq!(value, 1);
                return assert_eq!(limiter.available(), 1);
            }
        }
    });
}

#[test]
fn the_value_of_a_dropped_call_is_dropped_once_before_its_token_is_back() {
    model(|| {
        let limiter = Arc::new(CapacityLimiter::new(1));
        let drops = Arc::new(AtomicUsize::new(0));
        let value = Value(drops.clone());
        let call = RunBlocking::on(Threads, || value).with_limiter(limiter.clone());
        drop(super::poll_once(call));
        let _token = block_on(limiter.acquire());
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn an_abandoned_call_has_its_token_until_its_closure_has_returned() {
    model(|| {
        let limiter = Arc::new(CapacityLimiter::new(1));
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let cancel = thread::spawn(move || handle.cancel());
        let ends = Arc::new(AtomicUsize::new(0));
        let ended = ends.clone();
        let closure = move || ended.fetch_add(1, Ordering::SeqCst);
        let call = RunBlocking::on(Threads, closure).with_limiter(limiter.clone()).abandonable();
        let begun = Arc::new(AtomicUsize::new(0));
        let beginning = begun.clone();
        let outcome = block_on(scope.run(async move {
            let mut call = pin!(call);
            std::future::poll_fn(|cx| {
                let polled = call.as_mut().poll(cx);
                beginning.store(usize::from(call.has_begun()), Ordering::SeqCst);
                polled
            })
            .await
        }));
        cancel.join().unwrap();
        let _token = block_on(limiter.acquire());
        assert_eq!(ends.load(Ordering::SeqCst), begun.load(Ordering::SeqCst), "{outcome:?}");
    });
}

#[test]
fn a_closure_sees_that_its_call_was_dropped() {
    model(|| {
        let limiter = Arc::new(CapacityLimiter::new(1));
        let call = RunBlocking::on(Threads, wait_for_cancellation).with_limiter(limiter.clone());
        assert!(super::poll_once(call).is_none());
        drop(block_on(limiter.acquire()));
    });
}

#[test]
fn a_closure_sees_that_its_scope_is_cancelled() {
    model(|| {
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let begins = Arc::new(Bell::default());
        let begun = begins.clone();
        let cancel = thread::spawn(move || {
            begun.wait();
            handle.cancel();
        });
        let call = RunBlocking::on(Threads, move || {
            begins.wake();
            wait_for_cancellation();
        });
        // It has begun, and so is waited for.
        assert!(block_on(scope.run(call)).is_ok());
        cancel.join().unwrap();
    });
}

#[test]
fn a_call_into_a_program_is_waited_for_or_refused() {
    model(|| {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = is_over.clone();
        let outcome = block_on(RunGroup::on(Threads, |group: TaskGroup<Threads, ()>| {
            let portal = group.portal();
            let calling = thread::spawn(move || {
                portal.call(async move { assert!(!seen.load(Ordering::SeqCst), "it is over") })
            });
            async { Ok(calling) }
        }));
        is_over.store(true, Ordering::SeqCst);
        let called = outcome.unwrap().join().unwrap();
        assert!(matches!(called, Ok(()) | Err(PortalError::Closed(_))), "{called:?}");
    });
}

#[test]
fn a_call_into_a_program_is_cancelled_with_the_call_that_it_is_made_in() {
    model(|| {
        let outcome = block_on(RunGroup::on(Threads, |group: TaskGroup<Threads, ()>| async move {
            let portal = group.portal();
            let limiter = Arc::new(CapacityLimiter::new(1));
            let closure = move || {
                let called = portal.call(pending::<()>());
                assert!(matches!(called, Err(PortalError::Cancelled(_))), "{called:?}");
            };
            let call = RunBlocking::on(Threads, closure).with_limiter(limiter.clone());
            assert!(super::poll_once(call).is_none());
            drop(limiter.acquire().await);
        }));
        assert!(outcome.is_ok());
    });
}
