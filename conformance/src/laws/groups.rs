//! G: what a group waits for, and what it takes in.

mod ancestry;
mod background;
mod closing;
mod crowds;
mod handles;
mod joining;
mod limited;
mod names;
mod run_end;

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::law::Law;
use crate::laws::tools::Event;
use crate::support::{Count, Flag, Group, Log, poll_once};

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "G1",
            "`task_group` returns only after every child's future has been dropped.",
            joining::g1,
        ),
        Law::new(
            "G2",
            "`task_group` returns only after its children also when an enclosing scope is \
             cancelled meanwhile: shielded work in a child is awaited.",
            joining::g2,
        ),
        Law::new(
            "G3",
            "`task_group` returns only after its children also when the body or a child fails or \
             panics: siblings are cancelled and their destructors ran first.",
            joining::g3,
        ),
        Law::new("G4", "`spawn` never waits and never runs the child on the caller's stack.", g4),
        Law::new(
            "G5",
            "Spawning works until the last child ended (from children too, and when the body is \
             over); then `GroupClosed`.",
            closing::g5,
        ),
        Law::new(
            "G6",
            "A child spawned into a cancelled group runs to its first checkpoint and no further.",
            g6,
        ),
        Law::new(
            "G7",
            "A child's cancellation ancestors are the group's, not those around the `spawn` call; \
             also for scopes and groups created before the spawn and polled in the child.",
            ancestry::g7,
        ),
        Law::new(
            "G8",
            "`run` returns only after every task that anyrt started has ended, adopted ones \
             included, children of a leaked group excepted.",
            run_end::g8,
        ),
        Law::new(
            "G9",
            "Dropping a `TaskHandle` changes nothing; `cancel()` on it ends that child alone and \
             is no failure of the group.",
            handles::g9,
        ),
        Law::new("G10", "An empty group returns at once, also inside a cancelled scope.", g10),
        Law {
            limit: crowds::LIMIT,
            ..Law::new(
                "G11",
                "100,000 children, and a chain of 10,000 groups nested through tasks, neither \
                 overflow the stack nor leak.",
                crowds::g11,
            )
        },
        Law::new(
            "G12",
            "Background children keep no group open: when the body and all other children have \
             ended they are cancelled, as `WindingUp`, and joined; in all else they are children \
             like the others.",
            background::g12,
        ),
        Law::new(
            "G13",
            "At most n children of a limited group are there at once, and a place is free when the \
             future of the child that had it has been dropped, however it ended.",
            limited::g13,
        ),
        Law::new(
            "G14",
            "Whoever waits for a place in a limited group is served in the order of coming; one \
             that is cut or dropped has started nothing, and its turn goes to the next.",
            limited::g14,
        ),
        Law::new(
            "G15",
            "A name goes to the children spawned through the view that has it, and changes nothing \
             else; an id belongs to one child of the process.",
            names::g15,
        ),
    ]
}

thread_local! {
    static SPAWNING: Cell<bool> = const { Cell::new(false) };
}

/// Tells the child, if it runs on this stack, that it does.
fn while_spawning<T>(spawn: impl FnOnce() -> T) -> T {
    SPAWNING.set(true);
    let spawned = spawn();
    SPAWNING.set(false);
    spawned
}

fn g4<B: Backend + Toplevel>(backend: &B) {
    const CHILDREN: usize = 5_000;
    let (on_stack, ran) = (Flag::new(), Count::new());
    let child = || {
        let (on_stack, ran) = (on_stack.clone(), ran.clone());
        async move {
            if SPAWNING.get() {
                on_stack.raise();
            }
            ran.up();
        }
    };
    let result = backend.run(backend.task_group(async |group: Group<B>| {
        while_spawning(|| drop(group.spawn(child())));
        let accepted = while_spawning(|| group.try_spawn(child()).is_ok());
        assert!(accepted, "try_spawn refused a child while the body ran");
        let from_child = {
            let (group, child) = (group.clone(), child());
            async move { while_spawning(|| drop(group.spawn(child))) }
        };
        group.spawn(from_child);

        // None of them ends before the last one is spawned, and the body does not give way.
        let gate = Event::new();
        for _ in 0..CHILDREN {
            let (gate, child) = (gate.clone(), child());
            while_spawning(|| {
                drop(group.spawn(async move {
                    child.await;
                    gate.wait().await;
                }));
            });
        }
        gate.set();
    }));
    assert!(!on_stack.is_up(), "spawn ran a child on the stack of its caller");
    assert!(result.is_ok(), "a group of plain children gave {result:?}");
    assert_eq!(ran.get(), CHILDREN + 3, "of {} children this many ran", CHILDREN + 3);

    let result = backend.run(backend.task_group(async |group: Group<B>| {
        group.cancel();
        while_spawning(|| drop(group.spawn(child())));
    }));
    assert!(!on_stack.is_up(), "spawn into a cancelled group ran the child on the caller's stack");
    drop(result);
}

/// What the children of [`g6`] did.
#[derive(Clone, Default)]
struct Seen {
    begun: Count,
    beyond: Log,
    alive: Count,
}

impl Seen {
    /// Spawns a child whose first checkpoint is `operation`.
    fn probe<B, E, F>(&self, group: &Group<B, E>, name: &'static str, operation: F)
    where
        B: Backend,
        E: Send + 'static,
        F: Future<Output: Send> + Send + 'static,
    {
        let (seen, guard) = (self.clone(), self.alive.guard());
        group.spawn(async move {
            let _guard = guard;
            seen.begun.up();
            operation.await;
            seen.beyond.note(name);
        });
    }

    /// Spawns one child for each kind of checkpoint; none of them would have to wait.
    fn probe_all<B: Backend, E: Send + 'static>(&self, backend: &B, group: &Group<B, E>) {
        let b = backend.clone();
        self.probe::<B, E, _>(group, "checkpoint", async move { b.checkpoint().await });
        let sleep = backend.sleep(std::time::Duration::ZERO);
        self.probe::<B, E, _>(group, "sleep", sleep);
        let semaphore = backend.semaphore(1);
        self.probe::<B, E, _>(group, "acquire", async move { drop(semaphore.acquire().await) });
        let (sender, receiver) = backend.bounded(2);
        assert!(sender.try_send(1).is_ok(), "an empty channel took no item");
        self.probe::<B, E, _>(group, "recv", async move { receiver.recv().await });
        let (sender, receiver) = backend.unbounded();
        self.probe::<B, E, _>(group, "send", async move {
            let sent = sender.send(1).await;
            drop(receiver);
            sent
        });
        let (b, g) = (backend.clone(), self.clone());
        self.probe::<B, E, _>(group, "checkpoint in a nested group", async move {
            let result = b
                .task_group(async |inner: Group<B>| {
                    b.checkpoint().await;
                    drop(inner);
                })
                .await;
            drop((result, g));
        });
    }

    fn assert_none_got_on(&self, how: &str) {
        let begun = self.begun.get();
        assert_eq!(begun, 6, "of 6 children spawned into a group {how} this many began");
        assert_eq!(
            self.beyond.entries(),
            [""; 0],
            "children spawned into a group {how} got past these as their first checkpoint"
        );
        assert_eq!(self.alive.get(), 0, "futures not dropped when a group {how} returned");
    }
}

fn g6<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let (seen, mut value) = (Seen::default(), None);
        let result = backend
            .task_group(async |group: Group<B>| {
                group.cancel();
                seen.probe_all(backend, &group);
                value = Some(group.spawn(async { Ok(7) }));
            })
            .await;
        assert!(result.is_ok(), "a cancelled group whose body finished gave {result:?}");
        seen.assert_none_got_on("that was cancelled");
        let value = value.expect("the body has run").await;
        assert!(
            matches!(value, Ok(7)),
            "a child without checkpoint, spawned into a cancelled group, gave {value:?}"
        );

        let seen = Seen::default();
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let result = scope
            .run(backend.task_group(async |group: Group<B>| {
                handle.cancel();
                seen.probe_all(backend, &group);
            }))
            .await;
        assert!(result.is_err(), "children were cut, and the scope around gave {result:?}");
        seen.assert_none_got_on("in a cancelled scope");

        let (seen, cut) = (Seen::default(), Event::new());
        let result = backend
            .task_group(async |group: Group<B, &'static str>| {
                let guard = cut.guard();
                group.spawn(async move {
                    let _guard = guard;
                    std::future::pending::<()>().await;
                });
                group.spawn(async { Err::<(), _>("out of paper") });
                backend
                    .shield(async {
                        cut.wait().await;
                        seen.probe_all(backend, &group);
                    })
                    .await;
            })
            .await;
        assert!(
            matches!(&result, Err(GroupError::Failed(all)) if **all == ["out of paper"]),
            "the group of one failing child gave {result:?}"
        );
        seen.assert_none_got_on("that had failed");
    });
}

fn g10<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let first = poll_empty(backend).await;
        assert!(matches!(first, Poll::Ready(Ok(7))), "polled once, an empty group gave {first:?}");

        let own = pin!(backend.task_group(async |group: Group<B>| {
            group.cancel();
            Ok(7)
        }));
        let first = poll_once(own).await;
        assert!(
            matches!(first, Poll::Ready(Ok(7))),
            "polled once, an empty group that cancelled itself gave {first:?}"
        );

        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let result = scope
            .run(async {
                handle.cancel();
                let first = poll_empty(backend).await;
                assert!(
                    matches!(first, Poll::Ready(Ok(7))),
                    "polled once in a cancelled scope, an empty group gave {first:?}"
                );
            })
            .await;
        assert!(result.is_ok(), "around an empty group a cancelled scope gave {result:?}");

        let result = backend
            .move_on_after(std::time::Duration::ZERO, async { poll_empty(backend).await })
            .await;
        assert!(
            matches!(result, Some(Poll::Ready(Ok(7)))),
            "polled once in a scope whose time was over, an empty group gave {result:?}"
        );
    });
}

async fn poll_empty<B: Backend>(backend: &B) -> Poll<Result<u8, GroupError<Infallible>>> {
    poll_once(pin!(backend.task_group(async |_: Group<B>| Ok(7)))).await
}
