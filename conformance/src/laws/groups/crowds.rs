//! G11: very many children, and groups nested very deep.

use std::future::{Future, IntoFuture, pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use anyrt_core::error::TaskError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, eventually, lock};
use crate::support::{Count, Group, Marker, boom, catch, describe, join, poll_once};

/// What threads have where nobody chose.
const STACK: usize = 2 << 20;

const CHILDREN: usize = 100_000;

const DEPTH: usize = 10_000;

/// Without optimisation, and on a machine that does other things, so many tasks take their time.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

pub(super) fn g11<B: Backend + Toplevel>(backend: &B) {
    let backend = backend.clone();
    let check = move || {
        for end in [End::Released, End::Cancelled] {
            many_children(&backend, end);
        }
        for fall in [Fall::Ends, Fall::Cancelled, Fall::Panics, Fall::Dropped] {
            deep_groups(&backend, fall);
        }
    };
    let thread = thread::Builder::new().name("law-G11-stack".to_owned()).stack_size(STACK);
    join(thread.spawn(check).expect("the system has a thread for the check"));
}

/// A door at which a crowd may wait: unlike an event it looks at nobody twice.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Gate {
    fn open(&self) {
        let wakers = {
            let mut state = lock(&self.0);
            state.0 = true;
            std::mem::take(&mut state.1)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    async fn wait(&self) {
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            if state.0 {
                return Poll::Ready(());
            }
            state.1.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// How a crowd of children ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Released,
    Cancelled,
}

/// All children are alive at once, in one group.
fn many_children<B: Backend + Toplevel>(backend: &B, end: End) {
    let (alive, values, ended) = (Count::new(), Count::new(), Count::new());
    let gate = Gate::default();
    let mut last = None;
    let result = backend.run(backend.task_group(async |group: Group<B>| {
        for _ in 0..CHILDREN {
            let (guard, value) = (alive.guard(), values.guard());
            let (gate, ended) = (gate.clone(), ended.clone());
            last = Some(group.spawn(async move {
                let _guard = guard;
                gate.wait().await;
                ended.up();
                Ok(value)
            }));
        }
        assert_eq!(alive.get(), CHILDREN, "children ended before their gate opened");
        match end {
            End::Released => gate.open(),
            End::Cancelled => group.cancel(),
        }
    }));
    assert_eq!(result, Ok(()), "{end:?}: the group of many children");
    drop(gate);
    assert_eq!(alive.get(), 0, "{end:?}: futures of children are left");
    let last = backend.run(last.expect("there are children").into_future());
    let is_right = match end {
        End::Released => last.is_ok(),
        End::Cancelled => matches!(last, Err(TaskError::Cancelled(_))),
    };
    assert!(is_right, "{end:?}: the last handle gave a value: {}", last.is_ok());
    drop(last);
    assert_eq!(values.get(), 0, "{end:?}: values of children are left");
    let expected = if end == End::Released { CHILDREN } else { 0 };
    assert_eq!(ended.get(), expected, "{end:?}: children that passed their gate");
}

/// How a chain of groups comes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fall {
    /// The innermost task ends.
    Ends,
    /// A scope around all of them is cancelled.
    Cancelled,
    /// The innermost task panics.
    Panics,
    /// The outermost group's future is dropped, and so its children are adopted.
    Dropped,
}

/// What the links of a chain share.
#[derive(Clone, Default)]
struct Chain {
    /// The futures of tasks that are not dropped.
    futures: Count,
    /// The wakers that the groups were given and somebody still has.
    wakers: Count,
    /// The innermost task runs.
    bottom: Event,
    release: Event,
}

/// A waker that is counted, in front of the task's own.
struct Counted<G> {
    next: Waker,
    _guard: G,
}

impl<G: Send + Sync + 'static> Wake for Counted<G> {
    fn wake(self: Arc<Self>) {
        self.next.wake_by_ref();
    }
}

type Link = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Chain {
    /// Makes a group with one child, which makes the next one.
    fn link<B: Backend>(self, backend: B, depth: usize, fall: Fall) -> Link {
        let guard = self.futures.guard();
        Box::pin(async move {
            let _guard = guard;
            if depth == 0 {
                self.bottom.set();
                return match fall {
                    Fall::Ends | Fall::Panics => {
                        self.release.wait().await;
                        if fall == Fall::Panics {
                            boom(Marker(7));
                        }
                    }
                    Fall::Cancelled | Fall::Dropped => pending().await,
                };
            }
            let (wakers, below) =
                (self.wakers.clone(), self.link(backend.clone(), depth - 1, fall));
            let mut group = Box::pin(backend.task_group(async |group: Group<B>| {
                group.spawn(below);
            }));
            let result = poll_fn(|cx| {
                let guard = Mutex::new(wakers.guard());
                let waker =
                    Waker::from(Arc::new(Counted { next: cx.waker().clone(), _guard: guard }));
                group.as_mut().poll(&mut Context::from_waker(&waker))
            })
            .await;
            assert_eq!(result, Ok(()), "{fall:?}: a group {depth} above the innermost");
        })
    }
}

fn deep_groups<B: Backend + Toplevel>(backend: &B, fall: Fall) {
    let chain = Chain::default();
    backend.run(async {
        let result = catch(backend.task_group(async |_: Group<B>| {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let mut top = Box::pin(scope.run(chain.clone().link(backend.clone(), DEPTH, fall)));
            assert!(poll_once(top.as_mut()).await.is_pending(), "{fall:?}: it ended at once");
            chain.bottom.wait().await;
            assert_eq!(chain.futures.get(), DEPTH + 1, "{fall:?}: links of the chain");
            match fall {
                Fall::Ends | Fall::Panics => chain.release.set(),
                Fall::Cancelled => handle.cancel(),
                Fall::Dropped => {
                    drop(top);
                    return;
                }
            }
            let end = top.await;
            assert_eq!(end.is_err(), fall == Fall::Cancelled, "{fall:?}: the scope gave {end:?}");
        }))
        .await;
        match result.map_err(|payload| describe(&*payload)) {
            Ok(Ok(())) if fall != Fall::Panics => {}
            Err(payload) if fall == Fall::Panics && payload == describe(&Marker(7)) => {}
            other => panic!("{fall:?}: the group around the chain gave {other:?}"),
        }
        assert_eq!(chain.futures.get(), 0, "{fall:?}: futures are left when the group returned");
        // A thread of the runtime may still be in the wake-up that ended the last link.
        eventually!("all wakers of the chain are dropped", chain.wakers.get() == 0);
    });
}
