//! What must compile, and with which warnings: none.
#![deny(warnings)]

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyrt::{AnyBackend, TaskGroup};
use anyrt_core::Backend;
use anyrt_core::prelude::*;

#[derive(Debug, PartialEq)]
struct Failure(&'static str);

/// Fails instead of hanging.
async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("it hangs")
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[anyrt::test]
async fn handles_may_be_dropped() {
    let done = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async {});
        group.spawn(async { Ok(1) });
        let _ = group.try_spawn(async {});
    });
    assert_eq!(in_time(done).await, Ok(()));
}

#[anyrt::test]
async fn a_child_may_panic_by_type() {
    let caught = assert_send(async {
        anyrt::task_group(|group: TaskGroup| async move {
            if std::hint::black_box(false) {
                group.spawn(async { panic!("never spawned") });
            }
        })
        .await
    });
    assert_eq!(in_time(caught).await, Ok(()));
}

#[anyrt::test]
async fn a_child_may_run_for_ever() {
    let done = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async {
            loop {
                anyrt::sleep(Duration::from_secs(1)).await;
            }
        });
        group.cancel();
    });
    assert_eq!(in_time(done).await, Ok(()));
}

#[anyrt::test]
async fn the_first_child_fixes_the_error() {
    let failed = anyrt::task_group(|group| async move {
        group.spawn(async { Err::<(), _>(Failure("first")) });
        group.spawn(async {});
        Ok(())
    });
    assert_eq!(in_time(failed).await.unwrap_err().failures(), [Failure("first")]);
}

#[anyrt::test]
async fn bodies_may_be_async_closures_and_borrow() {
    let text = String::from("borrowed");
    let length = anyrt::task_group(async |group: TaskGroup<Failure>| {
        group.spawn(async { Ok::<_, Failure>(()) });
        Ok::<_, Failure>(text.len())
    });
    assert_eq!(in_time(length).await, Ok(8));
}

#[anyrt::test]
async fn bodies_need_not_be_send() {
    let local = std::rc::Rc::new(5);
    let value = anyrt::task_group(|_: TaskGroup| async { Ok(*local) });
    assert_eq!(in_time(value).await, Ok(5));
    assert_eq!(anyrt::move_on_after(Duration::MAX, async { *local }).await, Some(5));
    assert_eq!(anyrt::shield(async { *local }).await, 5);
}

type Boxed<'a> = Pin<Box<dyn Future<Output = u32> + Send + 'a>>;

/// A library that is generic over its backend, with both styles of closures, recursion, and a
/// group inside a child.
fn tree<B: Backend>(backend: &B, depth: u32) -> Boxed<'_> {
    Box::pin(async move {
        if depth == 0 {
            return 1;
        }
        let inner = backend.clone();
        let body = |group: B::TaskGroup<Infallible>| async move {
            let child = group.spawn(async move {
                let nested = inner.task_group(async |group: B::TaskGroup<Infallible>| {
                    group.spawn(async {});
                    Ok::<_, Infallible>(tree(&inner, depth - 1).await)
                });
                Ok(nested.await.unwrap())
            });
            group.spawn(async {});
            Ok(child.await.unwrap() + 1)
        };
        backend.task_group(body).await.unwrap()
    })
}

/// Every async method of the contract, for any backend, gives a future that is `Send`.
async fn all_of_it<B: Backend>(backend: B) {
    assert_send(backend.sleep(Duration::ZERO)).await;
    let (sender, receiver) = backend.bounded(1);
    assert_send(sender.send(1)).await.unwrap();
    assert_send(receiver.recv()).await.unwrap();
    let semaphore = backend.semaphore(1);
    drop(assert_send(semaphore.acquire()).await);
    assert_send(backend.checkpoint()).await;
    assert_send(backend.run_blocking(|| ())).await;
    assert_send(backend.shield(async {})).await;
    assert_send(backend.fail_after(Duration::MAX, async {})).await.unwrap();
    assert_send(backend.cancel_scope().run(async {})).await.unwrap();
}

#[test]
fn generic_code_is_send() {
    for backend in AnyBackend::available() {
        assert_eq!(backend.run(assert_send(in_time(tree(&backend, 5)))), 6);
        backend.run(assert_send(in_time(all_of_it(backend.clone()))));
    }
}
