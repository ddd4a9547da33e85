//! A group that stays open lets go of its ended children, and of what their runtime keeps for them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use anyrt_core::group::{RunGroup, TaskGroup, TaskHandle};
use anyrt_core::{Driver, Sleep};

type Body = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runtime that runs its tasks when it is told to.
#[derive(Clone, Default)]
struct Manual(Arc<Queue>);

#[derive(Default)]
struct Queue {
    ready: Mutex<VecDeque<Arc<Task>>>,
    all: Mutex<Vec<Weak<Task>>>,
}

struct Task {
    queue: Arc<Queue>,
    body: Mutex<Option<Body>>,
    is_queued: AtomicBool,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            let queue = self.queue.clone();
            queue.ready.lock().unwrap().push_back(self);
        }
    }
}

impl Manual {
    fn run_ready(&self) {
        loop {
            let task = self.0.ready.lock().unwrap().pop_front();
            let Some(task) = task else { return };
            task.is_queued.store(false, Ordering::SeqCst);
            let mut body = task.body.lock().unwrap();
            let waker = Waker::from(task.clone());
            if let Some(polled) = body.as_mut()
                && polled.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
            {
                *body = None;
            }
        }
    }

    /// How many tasks take memory, ended ones among them.
    fn kept(&self) -> usize {
        self.0.all.lock().unwrap().iter().filter(|task| task.strong_count() > 0).count()
    }
}

struct NoTimer;

impl Future for NoTimer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl Sleep for NoTimer {
    fn reset(self: Pin<&mut Self>, _: Instant) {}
}

impl Driver for Manual {
    type Sleep = NoTimer;

    fn name(&self) -> &'static str {
        "manual"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        let body: Mutex<Option<Body>> = Mutex::new(Some(Box::pin(future)));
        let task =
            Arc::new(Task { queue: self.0.clone(), body, is_queued: AtomicBool::new(false) });
        self.0.all.lock().unwrap().push(Arc::downgrade(&task));
        task.wake();
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, _: F) {
        unreachable!("no test here makes a blocking call")
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, _: Instant) -> NoTimer {
        NoTimer
    }
}

async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Opens a group whose body never ends, and calls `f` with it.
fn with_open_group(f: impl FnOnce(&Manual, TaskGroup<Manual, Infallible>)) {
    let manual = Manual::default();
    let (mut opened, slot) = (None, Arc::new(Mutex::new(None)));
    let body = {
        let slot = slot.clone();
        move |group: TaskGroup<Manual, Infallible>| async move {
            *slot.lock().unwrap() = Some(group);
            pending::<()>().await;
        }
    };
    {
        let mut running = pin!(RunGroup::on(manual.clone(), body));
        assert!(running.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        opened.clone_from(&slot.lock().unwrap().take());
        f(&manual, opened.expect("the body has run"));
    }
    manual.run_ready();
    assert_eq!(manual.kept(), 0, "the group is gone, and its children are still kept");
}

#[test]
fn a_burst_that_has_ended_is_let_go_though_nobody_spawns_any_more() {
    with_open_group(|manual, group| {
        for _ in 0..20_000 {
            group.spawn(yield_once());
        }
        manual.run_ready();
        assert!(manual.kept() < 1_000, "{} ended children are kept", manual.kept());
    });
}

#[test]
fn children_that_come_and_go_are_let_go_on_the_way() {
    with_open_group(|manual, group| {
        for _ in 0..20_000 {
            group.spawn(yield_once());
            manual.run_ready();
            assert!(manual.kept() <= 16, "{} ended children are kept", manual.kept());
        }
    });
}

#[test]
fn a_handle_that_is_kept_keeps_no_memory_of_the_runtime_once_it_is_swept() {
    with_open_group(|manual, group| {
        let handles: Vec<_> = (0..1_000).map(|_| group.spawn(yield_once())).collect();
        manual.run_ready();
        for _ in 0..2_000 {
            group.spawn(yield_once());
            manual.run_ready();
        }
        assert!(manual.kept() < 1_000, "{} ended children are kept", manual.kept());
        assert!(handles.iter().all(TaskHandle::is_finished));
    });
}
