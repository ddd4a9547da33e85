//! The places of a program on smol.

use std::rc::Rc;

use smol::{Executor, LocalExecutor};

use crate::in_time::in_time;
use crate::library::{here, work};

#[test]
fn in_a_task_of_smol() {
    let main = async { (work().await, smol::spawn(work()).await) };
    assert_eq!(in_time(|| smol::block_on(main)), ("smol", "smol"));
}

#[test]
fn in_a_local_executor_of_smol() {
    let found = in_time(|| {
        let local = LocalExecutor::new();
        let task = local.spawn(async {
            let local = Rc::new(work().await);
            smol::future::yield_now().await;
            *local
        });
        smol::block_on(local.run(task))
    });
    assert_eq!(found, "smol");
}

#[test]
fn in_an_executor_of_smol() {
    let found = in_time(|| {
        let executor = Executor::new();
        let task = executor.spawn(work());
        smol::block_on(executor.run(task))
    });
    assert_eq!(found, "smol");
}

#[test]
fn in_unblock_of_smol() {
    let blocking = || smol::block_on(smol::unblock(|| (here(), smol::block_on(work()))));
    assert_eq!(in_time(blocking), ("smol", "smol"));
}
