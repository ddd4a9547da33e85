//! A time limit, a waker that counts, and a driver for scopes that need no runtime.

use std::any::Any;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use anyrt_core::{Driver, Sleep};

/// Runs the body of a test on a thread of its own, so that a hang is a failure.
pub(crate) fn in_time<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let (alive, ended) = channel::<()>();
    let thread = thread::spawn(move || {
        let _alive = alive;
        body()
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        _ => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
    }
}

/// The text of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

/// A waker that counts how often it was woken since it was polled with.
#[derive(Default)]
pub(crate) struct Alarm(AtomicUsize);

impl Alarm {
    pub(crate) fn has_rung(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    /// Polls until the future is ready or waits for others; it may give way at first.
    pub(crate) fn poll<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) -> Poll<F::Output> {
        for _ in 0..3 {
            let poll = self.poll_once(future);
            if poll.is_ready() || !self.has_rung() {
                return poll;
            }
        }
        Poll::Pending
    }

    pub(crate) fn poll_once<F: Future + Unpin>(
        self: &Arc<Self>,
        future: &mut F,
    ) -> Poll<F::Output> {
        self.0.store(0, Ordering::SeqCst);
        Pin::new(future).poll(&mut Context::from_waker(&Waker::from(self.clone())))
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls a future that has nothing to wait for.
#[track_caller]
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match Arc::<Alarm>::default().poll(&mut Box::pin(future)) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// A driver that runs nothing.
#[derive(Clone)]
pub(crate) struct Still;

pub(crate) struct Never;

impl Future for Never {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl Sleep for Never {
    fn reset(self: Pin<&mut Self>, _: Instant) {}
}

impl Driver for Still {
    type Sleep = Never;

    fn name(&self) -> &'static str {
        "still"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, _: F) {
        unreachable!("no test here spawns")
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, _: F) {
        unreachable!("no test here makes a blocking call")
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, _: Instant) -> Never {
        Never
    }
}
