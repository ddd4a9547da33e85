//! `start`: readiness against the end of the call.

use std::convert::Infallible;
use std::future::pending;

use loom::thread;

use super::threads::Threads;
use super::{block_on, model, poll_once};
use crate::channel::unbounded;
use crate::error::{GroupError, StartError};
use crate::group::{Readiness, RunGroup, TaskGroup};
use crate::scope::CancelScope;
use crate::task;

type Group<E = Infallible> = TaskGroup<Threads, E>;

#[test]
fn readiness_wakes_the_caller() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            Ok(group.start(|ready: Readiness<_, _>| async move { ready.started(7) }).await)
        }));
        assert!(matches!(ended, Ok(Ok(7))));
    });
}

#[test]
fn a_child_that_never_starts_wakes_the_caller() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            Ok(group.start(|ready: Readiness<(), _>| async move { drop(ready) }).await)
        }));
        assert!(matches!(ended, Ok(Err(StartError::NeverStarted))));
    });
}

#[test]
fn a_caller_that_is_cancelled_gets_the_value_or_joins_the_child() {
    model(|| {
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let cancel = thread::spawn(move || handle.cancel());
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            let child = |ready: Readiness<_, _>| async move {
                ready.started(7);
                task::checkpoint().await;
            };
            Ok(scope.run(group.start(child)).await)
        }));
        cancel.join().unwrap();
        assert!(matches!(ended, Ok(Ok(Ok(7)) | Err(_))));
    });
}

#[test]
fn a_call_that_is_dropped_leaves_its_child_to_the_group() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            drop(poll_once(group.start(|ready: Readiness<_, _>| async move {
                ready.started(7);
                task::checkpoint().await;
            })));
        }));
        assert!(ended.is_ok());
    });
}

#[test]
fn the_failure_of_a_dropped_call_is_reported_once() {
    model(|| {
        let (sender, receiver) = unbounded();
        let ended = block_on(RunGroup::on(Threads, |group: Group<u32>| async move {
            let call = group.start(|_: Readiness<(), _>| async { Err::<(), _>(1) });
            sender.try_send(poll_once(call)).unwrap();
        }));
        let taken = matches!(receiver.try_recv().unwrap(), Some(Err(StartError::Failed(1))));
        match ended {
            Ok(()) => assert!(taken),
            Err(GroupError::Failed(failures)) => assert!(!taken && failures.len() == 1),
            Err(error) => panic!("{error:?}"),
        }
    });
}

#[test]
fn a_group_that_is_cancelled_ends_a_call_that_waits() {
    model(|| {
        let ended = block_on(RunGroup::on(Threads, |group: Group| async move {
            let other = group.clone();
            thread::spawn(move || other.cancel());
            let call = group.start(|ready: Readiness<(), _>| async move {
                pending::<()>().await;
                drop(ready);
            });
            let _ = call.await;
            unreachable!("the body is cut");
        }));
        assert!(matches!(ended, Err(GroupError::Cancelled(_))));
    });
}
