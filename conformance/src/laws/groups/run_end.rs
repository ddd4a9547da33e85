//! G8: what `run` waits for.

use std::future::{Future, pending};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::thread::JoinHandle;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::Event;
use crate::support::{Count, Group, Marker, boom, describe, drive_until, holding, join, late};

const ENDLESS: &str = "a group ended whose body waits for ever";

pub(super) fn g8<B: Backend + Toplevel>(backend: &B) {
    adopted(backend);
    adopted_twice(backend);
    after_a_panic(backend);
    leaked(backend);
}

/// A child that cannot be cut before `gate` opens, which happens late.
struct Winding {
    started: Event,
    gate: Event,
    alive: Count,
}

impl Winding {
    fn new() -> Self {
        Self { started: Event::new(), gate: Event::new(), alive: Count::new() }
    }

    fn child<B: Backend>(&self, backend: &B) -> impl Future<Output = ()> + Send + 'static + use<B> {
        let (backend, started, gate) = (backend.clone(), self.started.clone(), self.gate.clone());
        holding(self.alive.guard(), async move {
            backend
                .shield(async {
                    started.set();
                    gate.wait().await;
                })
                .await;
        })
    }

    /// Gives a group whose child has begun, and whose body waits for ever.
    async fn begin<'a, B: Backend>(
        &'a self,
        backend: &'a B,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let group = backend.task_group(async |group: Group<B>| {
            group.spawn(self.child(backend));
            pending::<()>().await;
        });
        let mut group = Box::pin(async move { drop(group.await) });
        drive_until(group.as_mut(), self.started.wait(), ENDLESS).await;
        group
    }

    /// Opens the gate long after `run` could have returned.
    fn open_late(&self) -> JoinHandle<()> {
        let gate = self.gate.clone();
        late(move || gate.set())
    }

    #[track_caller]
    fn assert_ended(&self, how: &str) {
        let left = self.alive.get();
        assert_eq!(left, 0, "run returned before the child of a group that was {how} had ended");
    }
}

fn adopted<B: Backend + Toplevel>(backend: &B) {
    let winding = Winding::new();
    let opener = backend.run(async {
        drop(winding.begin(backend).await);
        winding.open_late()
    });
    winding.assert_ended("dropped");
    join(opener);
}

/// The group that adopts is itself dropped.
fn adopted_twice<B: Backend + Toplevel>(backend: &B) {
    let (inner, outer, dropped) = (Winding::new(), Winding::new(), Event::new());
    let openers = backend.run(async {
        let mut group = Box::pin(backend.task_group(async |group: Group<B>| {
            group.spawn(outer.child(backend));
            drop(inner.begin(backend).await);
            outer.started.wait().await;
            dropped.set();
            pending::<()>().await;
        }));
        drive_until(group.as_mut(), dropped.wait(), ENDLESS).await;
        drop(group);
        [inner.open_late(), outer.open_late()]
    });
    inner.assert_ended("dropped inside a group that was dropped then");
    outer.assert_ended("dropped after it had adopted others");
    openers.into_iter().for_each(join);
}

fn after_a_panic<B: Backend + Toplevel>(backend: &B) {
    let winding = Winding::new();
    let mut opener = None;
    let result = catch_unwind(AssertUnwindSafe(|| {
        backend.run(async {
            let _group = winding.begin(backend).await;
            opener = Some(winding.open_late());
            boom::<Marker>(Marker(4));
        });
    }));
    winding.assert_ended("dropped by a panic of the program's body");
    let payload = result.expect_err("run returned normally, though its future panicked");
    assert_eq!(payload.downcast_ref(), Some(&Marker(4)), "run resumed {}", describe(&*payload));
    opener.map(join);
}

/// Nobody waits for the children of a group that was leaked.
fn leaked<B: Backend + Toplevel>(backend: &B) {
    let gate = Event::new();
    backend.run(async {
        let started = Event::new();
        let mut group = {
            let (backend, gate, started) = (backend.clone(), gate.clone(), started.clone());
            Box::pin(async move {
                let child = async move {
                    started.set();
                    gate.wait().await;
                };
                let group = backend.task_group(async |group: Group<B>| {
                    group.spawn(child);
                    pending::<()>().await;
                });
                drop(group.await);
            })
        };
        drive_until(group.as_mut(), started.wait(), ENDLESS).await;
        mem::forget(group);
    });
    // Whoever gets here did not wait; now the child may end.
    gate.set();
}
