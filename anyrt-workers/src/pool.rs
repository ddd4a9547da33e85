//! A pool: workers that are started when there is work, and used again.
//!
//! # Invariants
//!
//! - There are at most as many workers as the pool may have: each that works has a permit, and one is
//!   started only by who has a permit and finds none idle.
//! - A worker is idle, or on loan to one job. It comes back when the job is over; when that was cut or
//!   failed, it is killed and waited for before the permit is free.

use std::any::type_name;
use std::env;
use std::fmt::{self, Debug};
use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyrt::process::Command;
use anyrt::sync::Semaphore;
use anyrt::{Cancelled, GroupError, TaskGroup};

use crate::error::WorkerError;
use crate::job::Job;
use crate::serve::{DONE, ROLE};
use crate::worker::Worker;

/// How many workers a pool has, and what they run.
#[derive(Clone, Debug)]
pub struct Options {
    workers: usize,
    program: Option<PathBuf>,
}

impl Options {
    /// Says how many workers there are at most.
    ///
    /// None is started before there is work for it.
    ///
    /// # Panics
    ///
    /// Panics if there are none, with which all jobs would wait for ever.
    #[track_caller]
    pub fn new(workers: usize) -> Self {
        assert!(workers > 0, "a pool without workers would never do a job: give it one at least");
        Self { workers, program: None }
    }

    /// Starts another program as worker.
    ///
    /// It must call [`serve`](crate::serve) for the same jobs.
    #[must_use]
    pub fn program(self, path: impl Into<PathBuf>) -> Self {
        Self { program: Some(path.into()), ..self }
    }
}

/// Workers for jobs of one type; clones mean the same pool.
pub struct Pool<J> {
    shared: Arc<Shared>,
    jobs: PhantomData<fn(J)>,
}

struct Shared {
    group: TaskGroup,
    program: PathBuf,
    places: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

/// Runs `body` with a pool, whose workers end with it.
///
/// # Panics
///
/// Panics if there is no backend, and in a process that is itself a worker: there [`serve`](crate::serve)
/// was not called at the start of `main`. Resumes the panic of the body.
///
/// # Errors
///
/// [`Cancelled`] if the runtime was shut down meanwhile.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes: all workers are killed and reaped before the scope returns
/// (law O5). When foreign code drops it, they are killed, and the enclosing group waits for them.
///
/// # Backends
///
/// Those that have processes: all but simulations.
#[doc(alias = "ProcessPoolExecutor")]
pub async fn pool<J, Body, F>(options: Options, body: Body) -> Result<F::Output, Cancelled>
where
    J: Job,
    Body: FnOnce(Pool<J>) -> F,
    F: Future,
{
    assert!(
        env::var_os(ROLE).is_none(),
        "a worker started a pool: call anyrt_workers::serve::<{}>() at the start of main, before \
         anything else",
        type_name::<J>()
    );
    let ended = anyrt::task_group(|group: TaskGroup| {
        let shared = Arc::new(Shared {
            group: group.background(),
            // Where there is none, the first job says so.
            program: options.program.or_else(|| env::current_exe().ok()).unwrap_or_default(),
            places: Semaphore::new(options.workers),
            idle: Mutex::default(),
        });
        let body = body(Pool { shared, jobs: PhantomData });
        async { Ok(body.await) }
    });
    ended.await.map_err(|error| match error {
        GroupError::Cancelled(cancelled) => cancelled,
        GroupError::Failed(failures) => match *failures.first() {},
    })
}

impl<J: Job> Pool<J> {
    /// Has a worker do a job, and gives its output.
    ///
    /// If all are busy it waits, in order.
    ///
    /// # Errors
    ///
    /// [`WorkerError`]: the worker crashed, the job panicked, or they cannot be brought together.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: the job is over, and its worker, which is killed and reaped before a cancelled
    /// scope returns (law O5). When foreign code drops this, it is killed, and the pool waits for it.
    pub async fn run(&self, job: J) -> Result<J::Output, WorkerError> {
        let job = postcard::to_stdvec(&job)?;
        let _place = self.shared.places.acquire().await;
        let loan = Mutex::new(None);
        let work = async {
            let worker = self.shared.take::<J>()?;
            let work = worker.work(job);
            *lock(&loan) = Some(worker);
            let answer = work.await?;
            self.shared.idle().extend(lock(&loan).take());
            Ok(answer)
        };
        let answer: Result<Vec<u8>, WorkerError> = anyrt::finally(work, async {
            let worker = lock(&loan).take();
            if let Some(worker) = worker {
                worker.kill().await;
            }
        })
        .await;
        match answer?.split_first() {
            Some((&DONE, output)) => Ok(postcard::from_bytes(output)?),
            Some((_, message)) => {
                Err(WorkerError::Panicked(String::from_utf8_lossy(message).into_owned()))
            }
            None => Err(WorkerError::NotServed),
        }
    }

    /// Counts the workers that wait for work.
    pub fn idle(&self) -> usize {
        self.shared.idle().iter().filter(|worker| !worker.is_gone()).count()
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        lock(&self.idle)
    }

    /// Takes an idle worker, or starts one.
    fn take<J: Job>(&self) -> Result<Worker, WorkerError> {
        loop {
            let idle = self.idle().pop();
            match idle {
                Some(worker) if worker.is_gone() => drop(worker),
                Some(worker) => return Ok(worker),
                None => return Worker::start(&self.group, self.command::<J>()?),
            }
        }
    }

    fn command<J: Job>(&self) -> io::Result<Command> {
        if self.program.as_os_str().is_empty() {
            let message =
                "the system does not tell this program's path: name it with Options::program";
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        Ok(Command::new(&self.program)
            .env(ROLE, type_name::<J>())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<J> Clone for Pool<J> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), jobs: PhantomData }
    }
}

impl<J> Debug for Pool<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("free_places", &self.shared.places.available())
            .field("idle_workers", &self.shared.idle().len())
            .finish()
    }
}
