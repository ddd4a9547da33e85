//! With the feature `tracing`: a span for each task, group and scope, linked as they are.

#[path = "support/in_time.rs"]
mod in_time;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyrt::TaskGroup;
use in_time::in_time;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the name and the parent of each span, and in which span each event came.
#[derive(Clone, Default)]
struct Recorder(Arc<Recorded>);

#[derive(Default)]
struct Recorded {
    next: AtomicU64,
    spans: Mutex<HashMap<u64, (&'static str, Option<u64>)>>,
    closed: AtomicU64,
    entered: Mutex<HashMap<std::thread::ThreadId, Vec<u64>>>,
    /// The chain of span names around each event, innermost first.
    events: Mutex<Vec<Vec<&'static str>>>,
}

impl Recorder {
    fn current(&self) -> Option<u64> {
        let entered = self.0.entered.lock().unwrap();
        entered.get(&std::thread::current().id()).and_then(|stack| stack.last().copied())
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "anyrt" || metadata.is_event()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.0.next.fetch_add(1, Ordering::SeqCst) + 1;
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.into_u64()),
            None => self.current(),
        };
        self.0.spans.lock().unwrap().insert(id, (attributes.metadata().name(), parent));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        let spans = self.0.spans.lock().unwrap();
        let (mut chain, mut at) = (Vec::new(), self.current());
        while let Some((name, parent)) = at.and_then(|id| spans.get(&id)) {
            chain.push(*name);
            at = *parent;
        }
        self.0.events.lock().unwrap().push(chain);
    }

    fn enter(&self, span: &Id) {
        let mut entered = self.0.entered.lock().unwrap();
        entered.entry(std::thread::current().id()).or_default().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let mut entered = self.0.entered.lock().unwrap();
        let last = entered.get_mut(&std::thread::current().id()).and_then(Vec::pop);
        assert_eq!(
            last,
            Some(span.into_u64()),
            "spans are left in the order in which they are entered"
        );
    }

    fn try_close(&self, _: Id) -> bool {
        self.0.closed.fetch_add(1, Ordering::SeqCst);
        true
    }
}

#[test]
fn spans_hang_as_tasks_groups_and_scopes_do() {
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).unwrap();
    for backend in anyrt::AnyBackend::available() {
        // A timeout around the group would be a span more.
        let program = async {
            let done = anyrt::task_group(|group: TaskGroup| async move {
                tracing::info!("in the body");
                group.named("child").spawn(async {
                    let inner = async {
                        anyrt::yield_now().await;
                        tracing::info!("in the child's scope");
                    };
                    anyrt::fail_after(Duration::from_secs(20), inner).await.unwrap();
                });
            });
            done.await.unwrap();
        };
        in_time(move || anyrt::run_on(&backend, program));
    }
    let events = recorder.0.events.lock().unwrap().clone();
    let of = |wanted: &[&str]| events.iter().filter(|chain| *chain == wanted).count();
    let backends = anyrt::AnyBackend::available().len();
    assert_eq!(of(&["group", "group"]), backends, "{events:?}");
    assert_eq!(of(&["scope", "task", "group", "group"]), backends, "{events:?}");
}
