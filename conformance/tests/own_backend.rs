//! The backend of `docs/adding-a-backend.md`, held to the laws.
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt_core::{Driver, Sleep, Toplevel};
use async_executor::Executor;

#[derive(Clone, Copy, Debug)]
struct Parts;
fn executor() -> &'static Executor<'static> {
    static EXECUTOR: OnceLock<Executor<'static>> = OnceLock::new();
    EXECUTOR.get_or_init(|| {
        for _ in 0..2 {
            std::thread::spawn(|| async_io::block_on(executor().run(std::future::pending::<()>())));
        }
        Executor::new()
    })
}
struct PartsSleep(async_io::Timer);
impl Future for PartsSleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}
impl Sleep for PartsSleep {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.0.set_at(deadline);
    }
}

impl Driver for Parts {
    type Sleep = PartsSleep;

    fn name(&self) -> &'static str {
        "parts"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        executor().spawn(future).detach();
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        blocking::unblock(f).detach();
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> PartsSleep {
        PartsSleep(async_io::Timer::at(deadline))
    }
}

impl Toplevel for Parts {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        async_io::block_on(future)
    }
}

anyrt_conformance::suite!(Parts);
