//! X4: a group whose future is neither polled nor dropped ever again.

use std::future::{Future, pending};
use std::mem;
use std::pin::Pin;
use std::time::Duration;

use anyrt_core::error::TaskError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Source, both, eventually, lock, step};
use crate::support::{Flag, Group, Log, Marker, boom, catch, describe};

pub(super) fn x4<B: Backend + Toplevel>(backend: &B) {
    for moment in [Moment::Body, Moment::Joining] {
        backend.run(its_children_run_on(backend, moment));
        backend.run(an_enclosing_group_does_not_wait(backend, moment));
        run_does_not_wait(backend, moment);
        for source in Source::ALL {
            for waits in [false, true] {
                backend.run(an_enclosing_scope_can_be_cancelled(backend, moment, source, waits));
            }
        }
        backend.run(an_enclosing_group_can_be_cancelled(backend, moment));
        backend.run(a_deadline_strikes(backend, moment));
    }
    backend.run(never_polled(backend));
    backend.run(its_failures_are_nobodys(backend));
}

/// How far the group has come when it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Its body waits.
    Body,
    /// Its body is over, and its children are not.
    Joining,
}

/// What becomes of the child of a group that was forgotten.
#[derive(Clone, Default)]
struct Fate {
    log: Log,
    begun: Event,
    release: Event,
    /// The child's future was dropped.
    gone: Event,
}

impl Fate {
    /// Makes a group with a child that waits for its release, polls it, and forgets it.
    async fn forget<B: Backend>(&self, backend: &B, moment: Moment) {
        let (fate, owned) = (self.clone(), backend.clone());
        let mut group: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            let ended = owned.task_group(|group: Group<B>| {
                group.spawn(fate.child(&owned, group.clone()));
                async {
                    if moment == Moment::Body {
                        pending::<()>().await;
                    }
                }
            });
            let _ = ended.await;
            fate.log.note("the forgotten group ended");
        });
        assert!(step(&mut group).await.is_pending(), "{moment:?}: a group ended before its child");
        self.begun.wait().await;
        mem::forget(group);
    }

    fn child<B: Backend>(
        &self,
        backend: &B,
        group: Group<B>,
    ) -> impl Future<Output = ()> + Send + use<B> {
        let (backend, fate) = (backend.clone(), self.clone());
        async move {
            let _gone = fate.gone.guard();
            fate.begun.set();
            let mut release = Box::pin(fate.release.wait());
            // Unlike a foreign wait, a sleep is cut by the cancellation of a scope around.
            crate::support::race(release.as_mut(), backend.sleep(Duration::MAX)).await;
            backend.checkpoint().await;
            fate.log.note("runs on");
            let value = group.spawn({
                let backend = backend.clone();
                async move {
                    backend.sleep(Duration::from_millis(1)).await;
                    Ok(7)
                }
            });
            let value = value.await;
            assert!(matches!(value, Ok(7)), "a child of a forgotten group's child gave {value:?}");
            fate.log.note("spawns on");
        }
    }
}

const ON: [&str; 2] = ["runs on", "spawns on"];

async fn its_children_run_on<B: Backend>(backend: &B, moment: Moment) {
    let fate = Fate::default();
    fate.forget(backend, moment).await;
    backend.sleep(Duration::from_millis(1)).await;
    assert!(!fate.gone.is_set(), "{moment:?}: forgetting a group ended its child");
    fate.release.set();
    fate.gone.wait().await;
    assert_eq!(fate.log.entries(), ON, "{moment:?}: what the child of a forgotten group did");
}

/// Neither a group around it nor a scope around it waits, if nothing is cancelled.
async fn an_enclosing_group_does_not_wait<B: Backend>(backend: &B, moment: Moment) {
    let fate = Fate::default();
    let result = backend
        .task_group(async |group: Group<B>| {
            let in_child = fate.clone();
            let child = backend.clone();
            group.spawn(async move { in_child.forget(&child, moment).await });
            fate.begun.wait().await;
            let in_scope = Fate::default();
            let scope = backend.cancel_scope().run(in_scope.forget(backend, moment));
            assert_eq!(scope.await, Ok(()), "{moment:?}: the scope around a forgotten group");
            Ok(in_scope)
        })
        .await;
    let in_scope = result.expect("nothing failed in the group around a forgotten one");
    for fate in [fate, in_scope] {
        assert!(!fate.gone.is_set(), "{moment:?}: the enclosing group ended what was forgotten");
        fate.release.set();
        fate.gone.wait().await;
        assert_eq!(fate.log.entries(), ON, "{moment:?}: a child after the enclosing group's end");
    }
}

fn run_does_not_wait<B: Backend + Toplevel>(backend: &B, moment: Moment) {
    let fate = Fate::default();
    backend.run(fate.forget(backend, moment));
    assert_eq!(fate.log.entries(), [""; 0], "{moment:?}: before the release");
    backend.run(async {
        // A runtime that ends with its run has dropped the child.
        fate.release.set();
        eventually!("the child of a forgotten group goes", fate.gone.is_set());
    });
}

/// The scope ends, and the cancellation reaches the children.
async fn an_enclosing_scope_can_be_cancelled<B: Backend>(
    backend: &B,
    moment: Moment,
    source: Source,
    waits: bool,
) {
    let context = &format!("{moment:?}, cancelled from {source:?}, while waiting: {waits}");
    let (fate, waiting) = (Fate::default(), Event::new());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let body = async {
        fate.forget(backend, moment).await;
        if !waits {
            source.cancel(backend, &handle).await;
        }
        waiting.set();
        backend.sleep(Duration::MAX).await;
    };
    let cancelling = async {
        waiting.wait().await;
        if waits {
            source.cancel(backend, &handle).await;
        }
    };
    let (result, ()) = both(scope.run(body), cancelling).await;
    assert!(result.is_err() && handle.cancelled_caught(), "{context}: {handle:?}");
    eventually!("the child of a forgotten group in a cancelled scope ends", fate.gone.is_set());
    assert_eq!(fate.log.entries(), [""; 0], "{context}: the child was not cut");
}

async fn an_enclosing_group_can_be_cancelled<B: Backend>(backend: &B, moment: Moment) {
    let fate = Fate::default();
    let result = backend
        .task_group(async |group: Group<B>| {
            fate.forget(backend, moment).await;
            group.cancel();
            backend.checkpoint().await;
        })
        .await;
    assert!(result.is_err(), "{moment:?}: a cancelled group, cut in its body, gave {result:?}");
    eventually!("the child of a forgotten group in a cancelled one ends", fate.gone.is_set());
    assert_eq!(fate.log.entries(), [""; 0], "{moment:?}: the child was not cut");
}

async fn a_deadline_strikes<B: Backend>(backend: &B, moment: Moment) {
    let fate = Fate::default();
    let timed = backend.move_on_after(Duration::from_millis(5), async {
        fate.forget(backend, moment).await;
        backend.sleep(Duration::MAX).await;
    });
    assert_eq!(timed.await, None, "{moment:?}: a deadline around a forgotten group");
    fate.release.set();
    eventually!("the child of a forgotten group ends", fate.gone.is_set());
}

async fn never_polled<B: Backend>(backend: &B) {
    let called = Flag::new();
    let result = backend
        .task_group(async |_: Group<B>| {
            mem::forget(Box::pin(backend.task_group(|_: Group<B>| {
                called.raise();
                async {}
            })));
            backend.checkpoint().await;
        })
        .await;
    assert_eq!(result, Ok(()), "the group around one that was never polled");
    assert!(!called.is_up(), "a group that was never polled called its closure");
}

/// A panic goes to the handle and to the siblings; nobody else hears of it.
async fn its_failures_are_nobodys<B: Backend>(backend: &B) {
    let (release, begun, gone) = (Event::new(), Event::new(), Event::new());
    let handle = std::sync::Mutex::new(None);
    let result = catch(backend.task_group(async |_: Group<B>| {
        let mut forgotten = Box::pin(backend.task_group(|group: Group<B>| {
            let (go, guard, begun) = (release.clone(), gone.guard(), begun.clone());
            let panicking = group.spawn(async move {
                go.wait().await;
                boom(Marker(7))
            });
            *lock(&handle) = Some(panicking);
            let sibling = backend.clone();
            group.spawn(async move {
                let _guard = guard;
                begun.set();
                sibling.sleep(Duration::MAX).await;
            });
            async {}
        }));
        assert!(step(&mut forgotten).await.is_pending(), "a group ended before its children");
        begun.wait().await;
        mem::forget(forgotten);
        release.set();
        gone.wait().await;
    }))
    .await;
    let result = result.map_err(|payload| describe(&*payload));
    assert_eq!(result, Ok(Ok(())), "the group around a forgotten one whose child panicked");
    let handle = lock(&handle).take().expect("the group's closure was called");
    let end = handle.await;
    assert!(matches!(end, Err(TaskError::Panicked(_))), "the handle of that child gave {end:?}");
}
