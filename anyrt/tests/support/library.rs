//! A library: it uses a bit of everything, and does not know on what it runs.

use std::thread;
use std::time::Duration;

use anyrt::{AnyBackend, CancelScope, TaskGroup, channel, sync};
use futures_util::{AsyncReadExt, AsyncWriteExt};

/// Does work that needs tasks, timers, threads and sockets; gives the name of the backend.
///
/// It makes sure that its children run on the runtime of that name.
pub(crate) async fn work() -> &'static str {
    let homes = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async { Ok((home(), here())) });
        Ok(child.await.unwrap())
    });
    let (home, answer) = homes.await.unwrap();
    assert_eq!((home, answer), (here(), here()), "where a child ran, and what answered there");

    let (sender, receiver) = channel::bounded(1);
    let sum = anyrt::task_group(|group: TaskGroup| async move {
        let clone = sender.clone();
        group.spawn(async move { clone.send(anyrt::blocking::run(|| 20).await).await.unwrap() });
        group.spawn(async move {
            anyrt::sleep(Duration::from_millis(1)).await;
            sender.send(21).await.unwrap();
        });
        let mut sum = 1;
        while let Ok(part) = receiver.recv().await {
            sum += part;
        }
        Ok(sum)
    });
    assert_eq!(sum.await, Ok(42));

    let semaphore = sync::Semaphore::new(1);
    let permit = semaphore.acquire().await;
    assert!(anyrt::move_on_after(Duration::from_millis(1), semaphore.acquire()).await.is_none());
    drop(permit);

    let scope = CancelScope::new();
    scope.handle().cancel();
    assert!(scope.run(anyrt::sleep_forever()).await.is_err());

    let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            stream.close().await.unwrap();
        });
        let mut stream = anyrt::net::connect(address).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.close().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        Ok(text)
    });
    assert_eq!(echo.await.as_deref(), Ok("hello"));

    here()
}

/// Names the backend that answers here.
pub(crate) fn here() -> &'static str {
    AnyBackend::current().map_or("none", |backend| backend.name())
}

/// Names the runtime that polls the code, by its own marks.
pub(crate) fn home() -> &'static str {
    if async_std::task::try_current().is_some() {
        "async-std"
    } else if tokio::runtime::Handle::try_current().is_ok() {
        "tokio"
    } else if thread::current().name().is_some_and(|name| name.starts_with("smol-")) {
        "smol"
    } else {
        "none"
    }
}
