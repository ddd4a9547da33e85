//! Executors that anyrt does not know, and threads without any.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use async_executor::Executor;

use crate::in_time::in_time;
use crate::library::{here, home, work};

/// Polls a future on this thread, as the crate pollster does.
fn poll_here<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn in_any_other_executor() {
    assert_eq!(in_time(|| futures_executor::block_on(work())), "smol", "futures");
    assert_eq!(in_time(|| poll_here(work())), "smol", "a loop that polls and parks");
}

#[test]
fn in_an_executor_with_threads_of_its_own() {
    let found = in_time(|| {
        let executor = Arc::new(Executor::new());
        for n in 0..2 {
            let (executor, builder) = (executor.clone(), thread::Builder::new());
            let run = move || poll_here(executor.run(pending::<()>()));
            builder.name(format!("own-{n}")).spawn(run).unwrap();
        }
        let task = executor.spawn(async {
            let here = thread::current().name().unwrap().starts_with("own-");
            (here, home(), work().await)
        });
        poll_here(task)
    });
    assert_eq!(found, (true, "none", "smol"), "on a thread of its own, with children on smol's");
}

#[test]
fn in_the_local_pool_of_futures() {
    assert_eq!(in_time(|| futures_executor::LocalPool::new().run_until(work())), "smol");
}

#[test]
fn on_any_other_thread() {
    assert_eq!(in_time(|| (here(), home())), ("smol", "none"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started_by_a_task = async { thread::spawn(here).join().unwrap() };
    assert_eq!(runtime.block_on(started_by_a_task), "smol");
}
