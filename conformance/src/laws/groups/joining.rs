//! G1 to G3: a group returns after its children, whatever happens.

use std::future::{Future, pending};
use std::pin::pin;

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, eventually};
use crate::support::{
    Count, Flag, Group, Marker, boom, catch, describe, drive_until, holding, join, late, turns,
};

pub(super) fn g1<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let (alive, gate) = (Count::new(), Event::new());
        let opener = late({
            let gate = gate.clone();
            move || gate.set()
        });
        let result = backend
            .task_group(async |group: Group<B>| {
                group.spawn(holding(alive.slow_guard(), gate.wait()));
                // Its work ends at once, its destructor does not.
                group.spawn(holding(alive.slow_guard(), async {}));
                group.spawn({
                    let (parent, alive, gate) = (group.clone(), alive.clone(), gate.clone());
                    async move {
                        gate.wait().await;
                        parent.spawn(holding(alive.slow_guard(), turns(3)));
                    }
                });
                group.spawn({
                    let (backend, alive, gate) = (backend.clone(), alive.clone(), gate.clone());
                    async move {
                        let inner = backend
                            .task_group(async |inner: Group<B>| {
                                inner.spawn(holding(alive.slow_guard(), gate.wait()));
                            })
                            .await;
                        assert!(inner.is_ok(), "a nested group gave {inner:?}");
                    }
                });
                Ok(7)
            })
            .await;
        let left = alive.get();
        assert_eq!(left, 0, "task_group gave {result:?} before this many futures were dropped");
        assert!(matches!(result, Ok(7)), "a group of plain children gave {result:?}");
        join(opener);
    });
    for _ in 0..20 {
        let alive = Count::new();
        let left = backend.run(async {
            let result = backend
                .task_group(async |group: Group<B>| {
                    for at in 0..100 {
                        group.spawn(holding(alive.guard(), turns(at % 4)));
                    }
                    turns(2).await;
                })
                .await;
            (alive.get(), result)
        });
        assert!(
            matches!(left, (0, Ok(()))),
            "task_group gave {:?} before {} of 100 short futures were dropped",
            left.1,
            left.0
        );
    }
}

/// A child that is shielded until `gate`, and marks when it got that far.
struct Shielded {
    started: Event,
    gate: Event,
    finished: Flag,
    alive: Count,
}

impl Shielded {
    fn new() -> Self {
        Self {
            started: Event::new(),
            gate: Event::new(),
            finished: Flag::new(),
            alive: Count::new(),
        }
    }

    fn child<B: Backend>(&self, backend: &B) -> impl Future<Output = ()> + Send + 'static + use<B> {
        let (started, gate, finished) =
            (self.started.clone(), self.gate.clone(), self.finished.clone());
        let (backend, guard) = (backend.clone(), self.alive.slow_guard());
        holding(guard, async move {
            let work = async {
                started.set();
                gate.wait().await;
            };
            backend.shield(work).await;
            finished.raise();
        })
    }

    #[track_caller]
    fn assert_awaited(&self, how: &str) {
        assert!(
            self.finished.is_up(),
            "{how}, the group returned before the shielded work of its child had ended"
        );
        let left = self.alive.get();
        assert_eq!(left, 0, "{how}, the group returned before its child's future was dropped");
    }
}

pub(super) fn g2<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        cancelled_scope(backend).await;
        cancelled_group(backend).await;
        deadline(backend).await;
    });
}

async fn cancelled_scope<B: Backend>(backend: &B) {
    let (child, grandchild) = (Shielded::new(), Shielded::new());
    // If the check fails, nobody may wait for these children any more.
    let _open = (child.gate.guard(), grandchild.gate.guard());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut scoped = pin!(scope.run(backend.task_group(async |group: Group<B>| {
        group.spawn(child.child(backend));
        let (backend, grandchild) = (backend.clone(), grandchild.child(backend));
        group.spawn(async move {
            let inner = backend.task_group(async |inner: Group<B>| {
                inner.spawn(grandchild);
                pending::<()>().await;
            });
            drop(inner.await);
        });
        pending::<()>().await;
    })));
    let started = async {
        child.started.wait().await;
        grandchild.started.wait().await;
    };
    drive_until(scoped.as_mut(), started, "a scope ended whose body waits for ever").await;
    handle.cancel();
    let early = "a cancelled scope ended while shielded work in a child of its group went on";
    drive_until(scoped.as_mut(), turns(50), early).await;
    child.gate.set();
    let early = "a cancelled scope ended while shielded work in a grandchild went on";
    drive_until(scoped.as_mut(), turns(50), early).await;
    grandchild.gate.set();
    let result = scoped.await;
    child.assert_awaited("in a cancelled scope");
    grandchild.assert_awaited("in a cancelled scope, nested");
    assert!(result.is_err(), "a cancelled scope whose body was cut gave {result:?}");
}

async fn cancelled_group<B: Backend>(backend: &B) {
    let (child, inner_returned) = (Shielded::new(), Flag::new());
    let opener = late({
        let gate = child.gate.clone();
        move || gate.set()
    });
    let result = backend
        .task_group(async |outer: Group<B>| {
            let (backend, shielded) = (backend.clone(), child.child(backend));
            let returned = inner_returned.clone();
            outer.spawn(async move {
                let inner = backend.task_group(async |inner: Group<B>| {
                    inner.spawn(shielded);
                });
                // The child ends without being cut, so that the inner group has a value.
                let _ = inner.await;
                returned.raise();
            });
            child.started.wait().await;
            outer.cancel();
        })
        .await;
    child.assert_awaited("in a cancelled group");
    assert!(inner_returned.is_up(), "a group whose child ended normally was cut: {result:?}");
    assert!(result.is_ok(), "a cancelled group whose body finished gave {result:?}");
    join(opener);
}

async fn deadline<B: Backend>(backend: &B) {
    let child = Shielded::new();
    let opener = late({
        let (started, gate) = (child.started.clone(), child.gate.clone());
        move || {
            crate::support::block_on(started.wait());
            gate.set();
        }
    });
    let result = backend
        .move_on_at(
            backend.now(),
            backend.task_group(async |group: Group<B>| {
                group.spawn(child.child(backend));
                pending::<()>().await;
            }),
        )
        .await;
    child.assert_awaited("in a scope whose time was over");
    assert!(result.is_none(), "a scope whose time was over gave {result:?}");
    join(opener);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    BodyFails,
    BodyPanics,
    ChildFails,
    ChildPanics,
    GrandchildPanics,
}

pub(super) fn g3<B: Backend + Toplevel>(backend: &B) {
    for end in
        [End::BodyFails, End::BodyPanics, End::ChildFails, End::ChildPanics, End::GrandchildPanics]
    {
        backend.run(async {
            let shielded = Shielded::new();
            let (parked, alive) = (Count::new(), Count::new());
            let opener = late({
                let gate = shielded.gate.clone();
                move || gate.set()
            });
            let result = catch(backend.task_group(async |group: Group<B, &'static str>| {
                let park = |parked: &Count| {
                    let (parked, guard) = (parked.clone(), alive.slow_guard());
                    async move {
                        let _guard = guard;
                        parked.up();
                        pending::<()>().await;
                    }
                };
                group.spawn(shielded.child(backend));
                group.spawn(holding(alive.slow_guard(), park(&parked)));
                let (b, grandchild) = (backend.clone(), park(&parked));
                group.spawn(async move {
                    let inner = b.task_group(async |inner: Group<B>| {
                        inner.spawn(grandchild);
                    });
                    drop(inner.await);
                });
                shielded.started.wait().await;
                eventually!("two siblings run", parked.get() == 2);
                let b = backend.clone();
                match end {
                    End::BodyFails => return Err("body"),
                    End::BodyPanics => boom(Marker(1)),
                    End::ChildFails => drop(group.spawn(async { Err::<(), _>("child") })),
                    End::ChildPanics => drop(group.spawn(async { boom(Marker(2)) })),
                    End::GrandchildPanics => drop(group.spawn(async move {
                        let inner = b.task_group(async |inner: Group<B>| {
                            inner.spawn(async { boom(Marker(3)) });
                        });
                        drop(inner.await);
                    })),
                }
                park(&parked).await;
                Ok(())
            }))
            .await;
            shielded.assert_awaited(&format!("after {end:?}"));
            let left = alive.get();
            assert_eq!(
                left, 0,
                "after {end:?} the group returned before its siblings' destructors ran"
            );
            assert_ended(end, result);
            join(opener);
        });
    }
}

fn assert_ended(end: End, result: std::thread::Result<Result<(), GroupError<&'static str>>>) {
    let result = result.map_err(|payload| describe(&*payload));
    let as_expected = match (end, &result) {
        (End::BodyFails, Ok(Err(GroupError::Failed(all)))) => **all == ["body"],
        (End::ChildFails, Ok(Err(GroupError::Failed(all)))) => **all == ["child"],
        (End::BodyPanics, Err(payload)) => *payload == describe(&Marker(1)),
        (End::ChildPanics, Err(payload)) => *payload == describe(&Marker(2)),
        (End::GrandchildPanics, Err(payload)) => *payload == describe(&Marker(3)),
        _ => false,
    };
    assert!(as_expected, "after {end:?} the group gave {result:?}");
}
