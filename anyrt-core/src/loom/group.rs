//! Groups: the join, the close, and the ends of children.

use std::convert::Infallible;
use std::future::pending;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::threads::Threads;
use super::{block_on, model};
use crate::channel::unbounded;
use crate::error::GroupError;
use crate::group::{RunGroup, TaskGroup};
use crate::scope::{CancelScope, Shield};

type Group<E = Infallible> = TaskGroup<Threads, E>;

#[test]
fn the_last_child_wakes_who_joins() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            group.spawn(async {});
        }));
        assert!(ended.is_ok());
    });
}

#[test]
fn two_children_that_end_at_once_wake_who_joins() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            group.spawn(async {});
            group.spawn(async {});
        }));
        assert!(ended.is_ok());
    });
}

#[test]
fn a_handle_gets_the_value_of_its_child() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            Ok(group.spawn(async { Ok(7) }).await)
        }));
        assert!(matches!(ended, Ok(Ok(7))));
    });
}

#[test]
fn a_spawn_against_the_end_is_taken_and_awaited_or_given_back() {
    model(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let (count, (sender, receiver)) = (ran.clone(), unbounded());
        let spawn = thread::spawn(move || {
            let group: Group = block_on(receiver.recv()).unwrap();
            let child = async move {
                count.fetch_add(1, Ordering::Relaxed);
            };
            group.try_spawn(child).is_ok()
        });
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            sender.try_send(group).unwrap();
        }));
        assert!(ended.is_ok());
        let ran = ran.load(Ordering::Relaxed);
        assert_eq!(spawn.join().unwrap(), ran == 1);
    });
}

#[test]
fn a_cancelled_scope_waits_for_a_shielded_child() {
    model(|| {
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let (sender, receiver) = unbounded();
        let ran = Arc::new(AtomicUsize::new(0));
        let count = ran.clone();
        let cancel = thread::spawn(move || handle.cancel());
        let ended = block_on(scope.run(RunGroup::on(Threads, |group: Group| async move {
            sender.try_send(()).unwrap();
            group.spawn(Shield::on(Threads, async move {
                receiver.recv().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
            }));
        })));
        cancel.join().unwrap();
        // Whether the child was polled before it was cancelled or not, it is over now.
        assert_eq!(ran.load(Ordering::Relaxed), 1);
        assert!(matches!(ended, Ok(Ok(()))));
    });
}

#[test]
fn a_failure_ends_the_sibling_and_the_body() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group<u32>| async move {
            group.spawn(async { Err::<(), _>(1) });
            group.spawn(pending::<Result<(), u32>>());
            pending::<()>().await;
        }));
        let Err(GroupError::Failed(failures)) = ended else { panic!("{ended:?}") };
        assert_eq!(failures.len(), 1);
    });
}

#[test]
fn a_group_that_is_cancelled_ends_with_its_child() {
    model(|| {
        let (sender, receiver) = unbounded();
        let cancel = thread::spawn(move || {
            let group: Group = block_on(receiver.recv()).unwrap();
            group.cancel();
        });
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            sender.try_send(group.clone()).unwrap();
            group.spawn(pending::<()>());
        }));
        // The body ended, and its value stands.
        assert!(ended.is_ok());
        cancel.join().unwrap();
    });
}

#[test]
fn a_background_child_ends_with_the_others() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            group.background().spawn(pending::<()>());
            group.spawn(async {});
        }));
        assert!(ended.is_ok());
    });
}
