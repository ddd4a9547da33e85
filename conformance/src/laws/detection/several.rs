//! Several runtimes at once.

use std::convert::Infallible;
use std::future::Future;
use std::thread;

use anyrt_core::channel;
use anyrt_core::group::TaskGroup;
use anyrt_core::prelude::*;
use anyrt_sim::{Sim, SimBackend};

use super::detect::{BoxFuture, Crowd, Detector, Seen};
use crate::support::join;

/// Runs a future as a program that does not know anyrt would, in a task.
pub(super) fn as_task<T: Send + 'static>(
    runtime: &str,
    future: impl Future<Output = T> + Send + 'static,
) -> T {
    match runtime {
        "tokio" => new_tokio()
            .block_on(async { tokio::spawn(future).await.expect("the task does not panic") }),
        "smol" => smol::block_on(smol::spawn(future)),
        "async-std" => async_std::task::block_on(async_std::task::spawn(future)),
        "sim" => as_child(&new_sim(), future),
        other => panic!("the facade knows no backend {other}"),
    }
}

/// Runs futures as a program that does not know anyrt would: in the main task and in a task.
pub(super) fn own_entry<T: Send + 'static>(runtime: &str, make: fn() -> BoxFuture<T>) -> [T; 2] {
    let main = match runtime {
        "tokio" => new_tokio().block_on(make()),
        "smol" => smol::block_on(make()),
        "async-std" => async_std::task::block_on(make()),
        "sim" => new_sim().run(make()),
        other => panic!("the facade knows no backend {other}"),
    };
    [main, as_task(runtime, make())]
}

/// Nobody comes into a simulation but through anyrt.
fn as_child<T: Send + 'static>(
    sim: &SimBackend,
    future: impl Future<Output = T> + Send + 'static,
) -> T {
    let child = sim.run(sim.task_group(|group: TaskGroup<SimBackend, Infallible>| async move {
        Ok(group.spawn(async { Ok(future.await) }).await)
    }));
    child.expect("the group of one child ends well").expect("the task does not panic")
}

/// One that threads of its own runtime meet.
pub(super) fn new_sim() -> SimBackend {
    Sim::new(0).among_threads().backend()
}

pub(super) fn new_tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("tokio has threads")
}

const CHILDREN: usize = 20;

/// Children on both runtimes meet in pairs, so that neither group can end before the other.
pub(super) fn n4(detector: &Detector, name: &'static str) {
    let crowd = detector.crowd;
    for other in ["tokio", "smol", "async-std", "sim"] {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..CHILDREN {
            let (to_there, from_here) = channel::bounded(1);
            let (to_here, from_there) = channel::bounded(1);
            here.push((to_there, from_there));
            there.push((to_here, from_here));
        }
        let there = thread::spawn(move || as_task(other, crowd(there)));
        let here = thread::spawn(move || as_task(name, crowd(here)));
        let (here, there) = (join(here), join(there));
        let what = format!("children on {name}, while others run on {other}");
        assert_crowd(&what, &here, (other, Seen::on(name)));
        let what = format!("children on {other}, while others run on {name}");
        assert_crowd(&what, &there, (name, Seen::on(other)));
    }
}

fn assert_crowd(what: &str, crowd: &Crowd, expected: (&str, Seen)) {
    assert_eq!(crowd.len(), CHILDREN, "{what}: so many were left");
    for found in crowd {
        assert_eq!(*found, expected, "{what}: what a child has heard and seen");
    }
}
