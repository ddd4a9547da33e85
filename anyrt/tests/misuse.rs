//! Misuse is a typed error or a panic that names the remedy, never a hang.

use std::future::{Future, IntoFuture, pending};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyrt::channel::{TryRecvError, bounded, unbounded};
use anyrt::sync::Semaphore;
use anyrt::{AnyBackend, CancelScope, TaskGroup};
use anyrt_core::{Backend, ErasedBackend};
use futures_util::FutureExt;

async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("it hangs")
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

async fn panic_of<F: Future>(future: F) -> String {
    let result = in_time(AssertUnwindSafe(future).catch_unwind()).await;
    message(&*result.err().expect("it should have panicked"))
}

#[anyrt::test]
async fn run_inside_a_task_says_what_to_do() {
    let message = panic_of(async { anyrt::run(async {}) }).await;
    assert!(message.contains("await the future instead"), "{message}");
}

#[anyrt::test]
async fn a_root_inside_a_task_says_what_to_do() {
    let backend = AnyBackend::current().unwrap();
    let message = panic_of(backend.root(async {})).await;
    assert!(message.contains("await the future instead"), "{message}");
}

#[anyrt::test]
async fn run_nests_in_a_blocking_call() {
    let backend = AnyBackend::current().unwrap();
    let inside = anyrt::blocking::run(move || anyrt::run_on(&backend, async { 42 }));
    assert_eq!(in_time(inside).await, 42);
}

#[anyrt::test]
async fn a_late_spawn_gives_the_future_back() {
    let group = anyrt::task_group(|group: TaskGroup| async move { Ok(group) }).await.unwrap();
    let closed = group.try_spawn(async { Ok(1) }).unwrap_err();
    assert_eq!(closed.0.await, Ok(1));
    let message = panic_of(async { group.spawn(async {}) }).await;
    assert!(message.contains("try_spawn"), "{message}");
}

#[anyrt::test]
async fn a_group_in_its_own_child_says_what_to_do() {
    type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;
    let slot: Arc<Mutex<Option<Boxed>>> = Arc::default();
    let inside = slot.clone();
    let mut group: Boxed = Box::pin(async move {
        let run = anyrt::task_group(|group: TaskGroup| async move {
            group.spawn(async move {
                let myself = loop {
                    let taken = inside.lock().unwrap().take();
                    match taken {
                        Some(myself) => break myself,
                        None => anyrt::yield_now().await,
                    }
                };
                let message = panic_of(myself).await;
                assert!(message.contains("await it outside"), "{message}");
                Ok(())
            });
            pending::<Result<(), _>>().await
        });
        let _: Result<(), _> = run.await;
    });
    assert!(futures_util::poll!(&mut group).is_pending());
    in_time(anyrt::task_group(|outer: TaskGroup| async move {
        *slot.lock().unwrap() = Some(group);
        // The group is dropped by its child's panic, and its child is adopted here.
        drop(outer);
    }))
    .await
    .unwrap();
}

#[anyrt::test]
async fn an_erased_backend_spawns() {
    let backend = ErasedBackend::new(AnyBackend::current().unwrap());
    let sum = backend.task_group(|group| async move {
        let two = group.spawn(async { Ok::<_, ()>(2) });
        Ok(two.into_future().await.unwrap() + 1)
    });
    assert_eq!(in_time(sum).await, Ok(3));
}

#[anyrt::test]
async fn a_deadline_taken_away_before_the_first_poll_is_gone() {
    let scope = CancelScope::new().with_timeout(Duration::from_millis(1));
    scope.handle().set_deadline(None);
    let late = anyrt::sleep(Duration::from_millis(50));
    assert!(in_time(scope.run(late)).await.is_ok());
}

#[test]
fn a_forgotten_receive_keeps_no_item() {
    let (sender, receiver) = bounded(4);
    let other = receiver.clone();
    let mut waiting = receiver.recv();
    assert!((&mut waiting).now_or_never().is_none());
    sender.try_send(1).unwrap();
    std::mem::forget(waiting);
    drop(receiver);
    drop(sender);
    assert_eq!(other.try_recv(), Ok(1));
    assert_eq!(other.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn closing_a_clone_passes_on_what_its_waiters_were_promised() {
    let (sender, receiver) = unbounded();
    let other = receiver.clone();
    let mut waiting = receiver.recv();
    assert!((&mut waiting).now_or_never().is_none());
    sender.try_send(1).unwrap();
    receiver.close();
    assert_eq!(other.try_recv(), Ok(1));
    assert!(waiting.now_or_never().unwrap().is_err());
}

#[test]
fn asking_for_no_permit_needs_none() {
    let semaphore = Semaphore::new(0);
    assert!(semaphore.acquire_many(0).now_or_never().is_some());
    let mut one = semaphore.acquire();
    assert!((&mut one).now_or_never().is_none());
    let mut none = semaphore.acquire_many(0);
    assert!((&mut none).now_or_never().is_none(), "nobody barges in");
    drop(one);
    assert!(none.now_or_never().is_some());
}

#[test]
#[should_panic(expected = "at most usize::MAX permits")]
fn permits_that_are_held_count_against_the_greatest_number() {
    let semaphore = Semaphore::new(1);
    let _permit = semaphore.try_acquire().unwrap();
    semaphore.add_permits(usize::MAX);
}

#[test]
fn a_forgotten_permit_is_gone() {
    let semaphore = Semaphore::new(2);
    semaphore.try_acquire().unwrap().forget();
    assert_eq!(semaphore.available(), 1);
    semaphore.add_permits(usize::MAX - 1);
    assert_eq!(semaphore.available(), usize::MAX);
}
