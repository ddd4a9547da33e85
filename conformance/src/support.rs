//! What the checks share: observable drops, hand polling, quiet panics.

use std::any::Any;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use anyrt_core::{Backend, Receiver as _, Sender as _, TaskGroup};

/// A group of `B` whose children fail with `E`.
pub(crate) type Group<B, E = Infallible> = <B as Backend>::TaskGroup<E>;

/// What a child of such a group says with that it is ready.
pub(crate) type Ready<B, V, E = Infallible> = <Group<B, E> as TaskGroup<E>>::Readiness<V>;

/// How long a gate stays shut, so that whoever wrongly does not wait for it is caught.
///
/// A correct backend waits for the gate, however long that takes: nothing is ordered by it.
pub(crate) const GRACE: Duration = Duration::from_millis(40);

/// A mark that is set once and never taken back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flag(Arc<AtomicBool>);

impl Flag {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_up(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Raises the flag when the guard is dropped.
    pub(crate) fn guard(&self) -> OnDrop<impl FnOnce() + Send + 'static + use<>> {
        let flag = self.clone();
        on_drop(move || flag.raise())
    }
}

/// A shared count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn up(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn down(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts up, and down again when the guard is dropped.
    pub(crate) fn guard(&self) -> OnDrop<impl FnOnce() + Send + 'static + use<>> {
        self.up();
        let count = self.clone();
        on_drop(move || count.down())
    }

    /// Like [`guard`](Self::guard), but takes its time: whoever does not wait for it is caught.
    pub(crate) fn slow_guard(&self) -> OnDrop<impl FnOnce() + Send + 'static + use<>> {
        self.up();
        let count = self.clone();
        on_drop(move || {
            thread::sleep(GRACE);
            count.down();
        })
    }
}

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn note(&self, event: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    pub(crate) fn entries(&self) -> Vec<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes `event` when the guard is dropped.
    pub(crate) fn guard(
        &self,
        event: &'static str,
    ) -> OnDrop<impl FnOnce() + Send + 'static + use<>> {
        let log = self.clone();
        on_drop(move || log.note(event))
    }
}

/// Calls a closure when it is dropped.
pub(crate) struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

/// Makes a guard that calls `f` when it is dropped.
pub(crate) fn on_drop<F: FnOnce()>(f: F) -> OnDrop<F> {
    OnDrop(Some(f))
}

/// A future that keeps a guard until the future itself, not only its state, is dropped.
pub(crate) struct Holding<F, G> {
    future: Pin<Box<F>>,
    _guard: G,
}

/// Makes a [`Holding`].
pub(crate) fn holding<F: Future, G: Unpin>(guard: G, future: F) -> Holding<F, G> {
    Holding { future: Box::pin(future), _guard: guard }
}

impl<F: Future, G: Unpin> Future for Holding<F, G> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.future.as_mut().poll(cx)
    }
}

/// Gives the runtime so many chances to run others; knows nothing of anyrt.
pub(crate) async fn turns(count: usize) {
    for _ in 0..count {
        let mut given = false;
        poll_fn(|cx| {
            if given {
                return Poll::Ready(());
            }
            given = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// Polls a future exactly once, with the waker of the task around it.
pub(crate) async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

/// What [`race`] found first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Either<L, R> {
    Left(L),
    Right(R),
}

/// Polls both until one is ready, the left one first; drops neither.
pub(crate) async fn race<L: Future + ?Sized, R: Future>(
    mut left: Pin<&mut L>,
    right: R,
) -> Either<L::Output, R::Output> {
    let mut right = pin!(right);
    poll_fn(|cx| {
        if let Poll::Ready(value) = left.as_mut().poll(cx) {
            return Poll::Ready(Either::Left(value));
        }
        right.as_mut().poll(cx).map(Either::Right)
    })
    .await
}

/// Polls `future` until `signal` is ready, and panics if the future ends before.
pub(crate) async fn drive_until<F: Future + ?Sized, S: Future>(
    future: Pin<&mut F>,
    signal: S,
    early: &str,
) -> S::Output {
    match race(future, signal).await {
        Either::Left(_) => panic!("{early}"),
        Either::Right(signal) => signal,
    }
}

/// Polls a future and gives its panic as a value.
pub(crate) async fn catch<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}

/// A panic's payload that no other panic has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Marker(pub(crate) u32);

/// Panics without a word on stderr.
pub(crate) fn boom<P: Any + Send>(payload: P) -> ! {
    resume_unwind(Box::new(payload))
}

/// Says what a payload is, for a message.
pub(crate) fn describe(payload: &(dyn Any + Send)) -> String {
    if let Some(marker) = payload.downcast_ref::<Marker>() {
        format!("{marker:?}")
    } else if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a payload that is no text".to_owned()
    }
}

/// Runs a future on a thread that no runtime knows.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// Calls `f` on a thread of its own after [`GRACE`].
pub(crate) fn late(f: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(GRACE);
        f();
    })
}

/// Joins a thread and continues its panic.
pub(crate) fn join<T>(thread: JoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|payload| resume_unwind(payload))
}

/// Runs `f` on a thread that the runtime does not know, while the runtime goes on.
pub(crate) async fn on_unknown_thread<B, F, T>(backend: &B, f: F) -> T
where
    B: Backend,
    F: FnOnce(&B) -> T + Send + 'static,
    T: Send + 'static,
{
    let (sender, receiver) = backend.unbounded::<thread::Result<T>>();
    let backend = backend.clone();
    thread::spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(|| f(&backend)));
        drop(backend);
        let _ = sender.try_send(result);
    });
    match receiver.recv().await {
        Ok(Ok(value)) => value,
        Ok(Err(payload)) => resume_unwind(payload),
        Err(_) => panic!("the channel closed before the thread had sent its result"),
    }
}
