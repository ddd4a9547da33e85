//! Adoption: who takes over the children of a group whose future is dropped.

use std::convert::Infallible;
use std::future::{Future, pending};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};

use super::threads::Threads;
use super::{block_on, model, poll_once};
use crate::group::{Root, RunGroup, TaskGroup};

type Group = TaskGroup<Threads, Infallible>;

/// Counts its own end.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Drops a group with these children, and asserts that the root waits for them.
fn drop_group<F, const N: usize>(children: [fn() -> F; N])
where
    F: Future<Output = ()> + Send + 'static,
{
    let ended = Arc::new(AtomicUsize::new(0));
    let count = ended.clone();
    block_on(Root::on(Threads, async move {
        let dropped = poll_once(RunGroup::on(Threads, |group: Group| async move {
            for child in children {
                let counted = Counted(count.clone());
                group.spawn(async move {
                    let _counted = counted;
                    child().await;
                });
            }
            pending::<()>().await;
        }));
        assert!(dropped.is_none());
    }));
    assert_eq!(ended.load(Ordering::Relaxed), N);
}

async fn at_once() {}

#[test]
fn the_root_waits_for_a_child_that_ends_while_its_group_is_dropped() {
    model(|| drop_group([at_once]));
}

#[test]
fn the_root_waits_for_two_children_of_a_dropped_group() {
    model(|| drop_group([at_once, at_once]));
}

#[test]
fn the_child_of_a_dropped_group_is_cancelled() {
    model(|| drop_group([pending::<()>]));
}
