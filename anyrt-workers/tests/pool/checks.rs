//! What is checked of a pool (law O5), on a backend that runs.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use anyrt::{CancelScope, TaskGroup};
use anyrt_workers::{Options, WorkerError};

use crate::job::{Made, Task};
use crate::pools::Pools;

const LONG: Duration = Duration::from_secs(1000);

async fn process_of(pool: &impl Pools) -> u32 {
    match pool.run(Task::Add(1, 2)).await {
        Ok(Made::Sum { sum: 3, process }) => process,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn jobs_are_done_and_workers_used_again<P: Pools>() {
    let ended = P::open(Options::new(1), async |pool: P| {
        let first = process_of(&pool).await;
        assert_ne!(first, std::process::id());
        for _ in 0..5 {
            assert_eq!(process_of(&pool).await, first);
        }
        let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let echo = pool.run(Task::Echo(bytes.clone())).await.unwrap();
        assert!(echo == Made::Bytes(bytes));
        assert_eq!(pool.idle(), 1);
        first
    });
    assert_gone(ended.await.unwrap());
}

pub(crate) async fn many_jobs_share_few_workers<P: Pools>() {
    let ended = P::open(Options::new(2), async |pool: P| {
        let shared = pool.clone();
        let sums = anyrt::task_group(|group: TaskGroup| async move {
            let jobs: Vec<_> = (0..20)
                .map(|_| {
                    let pool = shared.clone();
                    group.spawn(async move { Ok(process_of(&pool).await) })
                })
                .collect();
            let mut processes = BTreeSet::new();
            for job in jobs {
                processes.insert(job.await.unwrap());
            }
            Ok(processes)
        });
        let processes = sums.await.unwrap();
        assert!((1..=2).contains(&processes.len()), "{processes:?}");
    });
    ended.await.unwrap();
}

pub(crate) async fn a_panic_is_the_jobs_error<P: Pools>() {
    let ended = P::open(Options::new(1), async |pool: P| {
        let worker = process_of(&pool).await;
        let panicked = pool.run(Task::Panic("oh no".to_owned())).await;
        assert!(matches!(panicked, Err(WorkerError::Panicked(text)) if text == "oh no"));
        assert_eq!(process_of(&pool).await, worker);
    });
    ended.await.unwrap();
}

pub(crate) async fn a_crash_is_told_and_another_worker_takes_over<P: Pools>() {
    let ended = P::open(Options::new(1), async |pool: P| {
        let worker = process_of(&pool).await;
        let crashed = pool.run(Task::Exit(3)).await;
        assert!(matches!(crashed, Err(WorkerError::Crashed(status)) if status.code() == Some(3)));
        assert_gone(worker);
        assert_ne!(process_of(&pool).await, worker);
        let aborted = pool.run(Task::Abort).await;
        assert!(matches!(aborted, Err(WorkerError::Crashed(status)) if status.code().is_none()));
        process_of(&pool).await;
    });
    ended.await.unwrap();
}

pub(crate) async fn what_writes_elsewhere_is_no_worker<P: Pools>() {
    let ended = P::open(Options::new(1), async |pool: P| {
        let printed = pool.run(Task::Print).await;
        assert!(matches!(printed, Err(WorkerError::NotServed)), "{printed:?}");
        process_of(&pool).await;
    });
    ended.await.unwrap();
    let ended =
        P::open(Options::new(1).program("true"), async |pool: P| pool.run(Task::Abort).await);
    assert!(matches!(ended.await.unwrap(), Err(WorkerError::NotServed)));
    let missing = Options::new(1).program("/no/such/program");
    let ended = P::open(missing, async |pool: P| pool.run(Task::Abort).await);
    assert!(matches!(ended.await.unwrap(), Err(WorkerError::Io(_))));
}

pub(crate) async fn a_cancelled_job_takes_its_worker_with_it<P: Pools>() {
    let ended = P::open(Options::new(1), async |pool: P| {
        let worker = process_of(&pool).await;
        // The time begins with the first poll, in which the worker gets the job.
        let slow = pool.run(Task::Sleep(LONG));
        assert!(anyrt::move_on_after(Duration::from_millis(20), slow).await.is_none());
        assert_gone(worker);
        assert_eq!(pool.idle(), 0);
        assert_ne!(process_of(&pool).await, worker);
    });
    ended.await.unwrap();
}

pub(crate) async fn no_worker_outlives_its_pool<P: Pools>() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let workers = Mutex::new(Vec::new());
    let ended = scope.run(P::open(Options::new(3), async |pool: P| {
        let worker = process_of(&pool).await;
        workers.lock().unwrap().push(worker);
        handle.cancel();
        pool.run(Task::Sleep(LONG)).await
    }));
    assert!(ended.await.is_err());
    for worker in workers.into_inner().unwrap() {
        assert_gone(worker);
    }
}

#[cfg(unix)]
fn assert_gone(process: u32) {
    use rustix::process::{Pid, test_kill_process};

    let id = Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    assert!(test_kill_process(id).is_err(), "the worker {process} was left behind");
}

#[cfg(not(unix))]
fn assert_gone(_: u32) {}
