//! Wakers and destructors that panic lose nothing and hang nobody.

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use anyrt::channel::bounded;
use anyrt::{CancelScope, TaskGroup};
use futures_util::FutureExt;

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor panics");
    }
}

struct BadWaker;

impl Wake for BadWaker {
    fn wake(self: Arc<Self>) {
        panic!("a waker panics");
    }
}

/// Polls a future once with a waker that panics when it is called.
fn poll_badly<F: Future + Unpin>(future: &mut F) -> bool {
    let waker = Waker::from(Arc::new(BadWaker));
    future.poll_unpin(&mut Context::from_waker(&waker)).is_ready()
}

async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("it hangs")
}

#[anyrt::test]
async fn payloads_whose_destructors_panic_do_not_hang_the_group() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async { std::panic::panic_any(Bomb) });
        group.spawn(async { std::panic::panic_any(Bomb) });
    });
    let panicked = in_time(AssertUnwindSafe(group).catch_unwind()).await;
    std::mem::forget(panicked.expect_err("the first panic resumes"));
}

#[anyrt::test]
async fn a_joiner_whose_waker_panics_does_not_hang_the_group() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (go, wait) = bounded::<()>(1);
        let mut join = group.spawn(async move { Ok(wait.recv().await) }).into_future();
        assert!(!poll_badly(&mut join));
        go.send(()).await.unwrap();
        // The join's waker is called, and panics, before the child has been counted.
        drop(go);
        std::mem::forget(join);
    });
    assert!(in_time(group).await.is_ok());
}

#[anyrt::test]
async fn a_receiver_keeps_its_item_though_the_woken_sender_panics() {
    let (sender, receiver) = bounded(1);
    sender.try_send(1).unwrap();
    let mut waiting = sender.send(2);
    assert!(!poll_badly(&mut waiting));
    assert_eq!(receiver.try_recv(), Ok(1));
    in_time(waiting).await.unwrap();
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[anyrt::test]
async fn a_cancel_reaches_the_scopes_behind_one_whose_waker_panics() {
    let outer = CancelScope::new();
    let handle = outer.handle();
    let body = async {
        let mut first = Box::pin(CancelScope::new().run(pending::<()>()));
        assert!(!poll_badly(&mut first));
        let mut second = pin!(CancelScope::new().run(pending::<()>()));
        assert!(futures_util::poll!(&mut second).is_pending());
        handle.cancel();
        second.await.unwrap();
    };
    assert!(in_time(outer.run(body)).await.is_err());
}
