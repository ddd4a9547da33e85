//! Laws X: groups and operations whose future foreign code drops.

mod adopted;
mod dropped;
mod forgotten;
mod items;
mod operations;
mod permits;

use std::future::Future;
use std::pin::Pin;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::law::Law;
use crate::laws::tools::Event;
use crate::support::{Group, Log};

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new("X1", "Dropping a group's future cancels its children at once.", dropped::x1::<B>),
        Law::new(
            "X2",
            "Children still winding down are adopted: the nearest live enclosing group, or `run`, \
             returns only after them and resumes their first panic; with neither, they are \
             cancelled and nobody waits.",
            adopted::x2::<B>,
        ),
        Law::new(
            "X3",
            "Dropping the future of any primitive in any state loses no item, permit, lock or \
             wake-up, and duplicates none.",
            operations::x3::<B>,
        ),
        Law::new(
            "X4",
            "`mem::forget` of a group's future leaks: its children run on, nobody waits for them, \
             enclosing scopes can still be cancelled; never unsound.",
            forgotten::x4::<B>,
        ),
    ]
}

/// A group's future that owns all it needs, so that it can be dropped anywhere.
type Owned = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What becomes of the child of a group whose future is dropped.
#[derive(Clone, Default)]
struct Fate {
    log: Log,
    /// The child has begun, and is in its shield.
    shielded: Event,
    /// Lets the child out of its shield.
    release: Event,
    /// The child's future was dropped.
    gone: Event,
}

impl Fate {
    /// Makes a group with one child that winds down in a shield, and then does `last`.
    fn group<B: Backend>(&self, backend: &B, last: fn()) -> Owned {
        let (backend, fate) = (backend.clone(), self.clone());
        Box::pin(async move {
            let ended = backend.task_group(|group: Group<B>| {
                group.spawn(fate.child(&backend, last));
                async {}
            });
            let _ = ended.await;
            fate.log.note("after the group");
        })
    }

    fn child<B: Backend>(&self, backend: &B, last: fn()) -> Owned {
        let (backend, fate) = (backend.clone(), self.clone());
        Box::pin(async move {
            let _gone = fate.gone.guard();
            let _logged = fate.log.guard("child is gone");
            let winding_down = async {
                fate.shielded.set();
                fate.release.wait().await;
                for _ in 0..20 {
                    backend.checkpoint().await;
                }
                // A group that does not wait for this is over long before.
                backend.sleep(crate::support::GRACE).await;
            };
            backend.shield(winding_down).await;
            fate.log.note(if backend.is_cancelled() { "cancelled" } else { "not cancelled" });
            last();
            backend.checkpoint().await;
            fate.log.note("child goes on");
        })
    }
}
