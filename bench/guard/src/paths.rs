//! The paths. All but the groups run in a child of a group, as in a program.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use anyrt::sync::{Mutex, Semaphore};
use anyrt::{CancelScope, TaskGroup, channel};
use tokio::runtime::Runtime;

use crate::Path;

/// How many children a group has.
const CHILDREN: usize = 100;

/// Longer than anything takes here.
const LIMIT: Duration = Duration::from_secs(60);

const ENDS_WELL: &str = "nothing here fails, waits for ever or is cancelled";

/// The ten hottest paths.
pub const PATHS: [Path; 10] = [
    Path { name: "group-empty", run: |runtime, times| run(runtime, group_empty(times)) },
    Path { name: "spawn-join", run: |runtime, times| run(runtime, spawn_join(times)) },
    Path { name: "handle-await", run: |runtime, times| run(runtime, handle_await(times)) },
    Path { name: "scope-ready", run: |runtime, times| run(runtime, scope_ready(times)) },
    Path { name: "fail-after-ready", run: |runtime, times| run(runtime, fail_after_ready(times)) },
    Path { name: "fail-after-yield", run: |runtime, times| run(runtime, fail_after_yield(times)) },
    Path { name: "checkpoint", run: |runtime, times| run(runtime, checkpoint(times)) },
    Path { name: "semaphore", run: |runtime, times| run(runtime, semaphore(times)) },
    Path { name: "mutex", run: |runtime, times| run(runtime, mutex(times)) },
    Path { name: "channel", run: |runtime, times| run(runtime, channel(times)) },
];

/// Runs it in a child of a group.
fn run(runtime: &Runtime, path: impl Future<Output = ()> + Send + 'static) {
    let done = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(path);
    });
    runtime.block_on(done).expect(ENDS_WELL);
}

async fn group_empty(times: usize) {
    for _ in 0..times {
        anyrt::task_group(|_: TaskGroup| async {}).await.expect(ENDS_WELL);
    }
}

/// Each child counts, with its share of the group.
async fn spawn_join(times: usize) {
    for _ in 0..times / CHILDREN {
        let done = anyrt::task_group(|group: TaskGroup| async move {
            for _ in 0..CHILDREN {
                group.spawn(async {});
            }
        });
        done.await.expect(ENDS_WELL);
    }
}

async fn handle_await(times: usize) {
    let done = anyrt::task_group(|group: TaskGroup| async move {
        for _ in 0..times {
            group.spawn(async {}).await.expect(ENDS_WELL);
        }
    });
    done.await.expect(ENDS_WELL);
}

async fn scope_ready(times: usize) {
    for _ in 0..times {
        CancelScope::new().run(async {}).await.expect(ENDS_WELL);
    }
}

async fn fail_after_ready(times: usize) {
    for _ in 0..times {
        anyrt::fail_after(LIMIT, async {}).await.expect(ENDS_WELL);
    }
}

async fn fail_after_yield(times: usize) {
    for _ in 0..times {
        let mut has_yielded = false;
        let yielding = poll_fn(|cx| {
            if has_yielded {
                return Poll::Ready(());
            }
            has_yielded = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        anyrt::fail_after(LIMIT, yielding).await.expect(ENDS_WELL);
    }
}

async fn checkpoint(times: usize) {
    for _ in 0..times {
        anyrt::checkpoint().await;
    }
}

async fn semaphore(times: usize) {
    let semaphore = Semaphore::new(1);
    for _ in 0..times {
        drop(semaphore.acquire().await);
    }
}

async fn mutex(times: usize) {
    let passes = Mutex::new(0);
    for _ in 0..times {
        *passes.lock().await += 1;
    }
}

async fn channel(times: usize) {
    let (sender, receiver) = channel::bounded(1);
    for item in 0..times {
        sender.send(item).await.expect(ENDS_WELL);
        receiver.recv().await.expect(ENDS_WELL);
    }
}
