//! Pools of real processes, on every backend; this program is its own worker.

use std::env;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyrt::{AnyBackend, CancelScope, TaskGroup};
use anyrt_workers::{Job, Options, Pool, WorkerError, pool, serve};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Task {
    /// Gives the sum, and which process made it.
    Add(u64, u64),
    /// Gives as much back.
    Echo(Vec<u8>),
    Panic(String),
    Exit(i32),
    Abort,
    Sleep(Duration),
    /// Writes where the output goes.
    Print,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Made {
    Sum { sum: u64, process: u32 },
    Bytes(Vec<u8>),
    Nothing,
}

impl Job for Task {
    type Output = Made;

    fn run(self) -> Made {
        match self {
            Self::Add(left, right) => Made::Sum { sum: left + right, process: std::process::id() },
            Self::Echo(bytes) => Made::Bytes(bytes),
            Self::Panic(message) => panic!("{message}"),
            Self::Exit(code) => std::process::exit(code),
            Self::Abort => std::process::abort(),
            Self::Sleep(time) => {
                thread::sleep(time);
                Made::Nothing
            }
            Self::Print => {
                println!("hello, is anybody there?");
                Made::Nothing
            }
        }
    }
}

const LONG: Duration = Duration::from_secs(1000);

async fn process_of(pool: &Pool<Task>) -> u32 {
    match pool.run(Task::Add(1, 2)).await {
        Ok(Made::Sum { sum: 3, process }) => process,
        other => panic!("{other:?}"),
    }
}

async fn jobs_are_done_and_workers_used_again() {
    let ended = pool(Options::new(1), async |pool| {
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

async fn many_jobs_share_few_workers() {
    let ended = pool(Options::new(2), async |pool| {
        let shared = pool.clone();
        let sums = anyrt::task_group(|group: TaskGroup| async move {
            let jobs: Vec<_> = (0..20)
                .map(|_| {
                    let pool = shared.clone();
                    group.spawn(async move { Ok(process_of(&pool).await) })
                })
                .collect();
            let mut processes = std::collections::BTreeSet::new();
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

async fn a_panic_is_the_jobs_error() {
    let ended = pool(Options::new(1), async |pool| {
        let worker = process_of(&pool).await;
        let panicked = pool.run(Task::Panic("oh no".to_owned())).await;
        assert!(matches!(panicked, Err(WorkerError::Panicked(text)) if text == "oh no"));
        assert_eq!(process_of(&pool).await, worker);
    });
    ended.await.unwrap();
}

async fn a_crash_is_told_and_another_worker_takes_over() {
    let ended = pool(Options::new(1), async |pool| {
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

async fn what_writes_elsewhere_is_no_worker() {
    let ended = pool(Options::new(1), async |pool| {
        let printed = pool.run(Task::Print).await;
        assert!(matches!(printed, Err(WorkerError::NotServed)), "{printed:?}");
        process_of(&pool).await;
    });
    ended.await.unwrap();
    let ended = pool(Options::new(1).program("true"), async |pool| pool.run(Task::Abort).await);
    assert!(matches!(ended.await.unwrap(), Err(WorkerError::NotServed)));
    let missing = Options::new(1).program("/no/such/program");
    let ended = pool(missing, async |pool| pool.run(Task::Abort).await);
    assert!(matches!(ended.await.unwrap(), Err(WorkerError::Io(_))));
}

async fn a_cancelled_job_takes_its_worker_with_it() {
    let ended = pool(Options::new(1), async |pool| {
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

async fn no_worker_outlives_its_pool() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let workers = std::sync::Mutex::new(Vec::new());
    let ended = scope.run(pool(Options::new(3), async |pool: Pool<Task>| {
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

/// Runs `test` with a time limit: a hang is a failure.
fn in_time(test: impl FnOnce() + Send + 'static) {
    let (alive, ended) = channel::<()>();
    let thread = thread::spawn(move || {
        let _alive = alive;
        test();
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        _ => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
    }
}

/// Runs the tests whose names contain the program's argument, if it has one.
macro_rules! tests {
    ($($name:ident)*) => {
        let wanted = env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
        let mut count = 0;
        for backend in AnyBackend::available() {
            $(
                let name = stringify!($name);
                if name.contains(&wanted) {
                    let on = backend.clone();
                    in_time(move || anyrt::run_on(&on, $name()));
                    println!("test {name} on {backend} ... ok");
                    count += 1;
                }
            )*
        }
        println!("{count} tests passed");
    };
}

fn main() {
    serve::<Task>();
    tests! {
        jobs_are_done_and_workers_used_again
        many_jobs_share_few_workers
        a_panic_is_the_jobs_error
        a_crash_is_told_and_another_worker_takes_over
        what_writes_elsewhere_is_no_worker
        a_cancelled_job_takes_its_worker_with_it
        no_worker_outlives_its_pool
    }
}
