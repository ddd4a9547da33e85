//! What these programs share.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyrt::channel::{self, Receiver, Sender};
use anyrt::{CancelHandle, TaskGroup};
use futures_util::FutureExt;

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const LIMIT: Duration = Duration::from_secs(20);
pub(crate) const MOMENT: Duration = Duration::from_millis(5);

/// A group whose children fail with a text.
pub(crate) type Failing = TaskGroup<&'static str>;

/// Fails instead of hanging.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(LIMIT, future).await.expect("it hangs")
}

/// Gives the payload with which a future panics.
pub(crate) async fn payload_of<F: Future>(future: F) -> Box<dyn Any + Send> {
    AssertUnwindSafe(future).catch_unwind().await.err().expect("no panic")
}

/// Panics without a message on the terminal.
pub(crate) fn bug(payload: &'static str) -> ! {
    std::panic::resume_unwind(Box::new(payload))
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    pub(crate) fn note(&self, event: &'static str) {
        self.0.lock().unwrap().push(event);
    }

    pub(crate) fn at_drop(&self, event: &'static str) -> Note {
        Note(self.clone(), event)
    }

    pub(crate) fn entries(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn sorted(&self) -> Vec<&'static str> {
        let mut entries = self.entries();
        entries.sort_unstable();
        entries
    }
}

pub(crate) struct Note(Log, &'static str);

impl Drop for Note {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

/// Once set, nobody waits for it any more.
#[derive(Clone)]
pub(crate) struct Event(Arc<(Sender<()>, Receiver<()>)>);

impl Event {
    pub(crate) fn new() -> Self {
        Self(Arc::new(channel::bounded(0)))
    }

    pub(crate) fn set(&self) {
        self.0.0.close();
    }

    pub(crate) async fn wait(&self) {
        self.0.1.recv().await.unwrap_err();
    }

    /// Sets it when the guard is dropped, as when its owner is cut.
    pub(crate) fn at_drop(&self) -> SetAtDrop {
        SetAtDrop(self.clone())
    }
}

pub(crate) struct SetAtDrop(Event);

impl Drop for SetAtDrop {
    fn drop(&mut self) {
        self.0.set();
    }
}

/// Ends when its task is cancelled, without being cut.
pub(crate) async fn until_cancelled() {
    while !anyrt::is_cancelled() {
        futures_util::pending!();
    }
}

/// Waits until a scope is cancelled, by its deadline for instance.
pub(crate) async fn until_called(scope: &CancelHandle) {
    while !scope.cancel_called() {
        anyrt::yield_now().await;
    }
}

/// Spawns a child that does nothing but tell when it has been cut.
pub(crate) fn spawn_watcher(group: &Failing) -> Event {
    let cut = Event::new();
    let guard = cut.at_drop();
    group.spawn(async move {
        let _guard = guard;
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    cut
}
