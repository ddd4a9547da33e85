//! Pools with one fault each.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::thread;

use anyrt::{AnyBackend, Cancelled, TaskGroup};
use anyrt_workers::{Options, Pool, WorkerError, pool};

use crate::job::{Made, Task};
use crate::pools::Pools;

type Answer = Result<Made, WorkerError>;

/// Makes a pool that does something else with each answer.
macro_rules! answers {
    ($(
        $(#[$attribute:meta])*
        $name:ident($state:ty): |$kept:ident, $answer:ident| $what:expr;
    )*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone)]
            pub(crate) struct $name(Pool<Task>, Arc<Mutex<$state>>);

            impl Pools for $name {
                async fn open<Body, F>(options: Options, body: Body) -> Result<F::Output, Cancelled>
                where
                    Body: FnOnce(Self) -> F,
                    F: Future,
                {
                    pool(options, |inner| body(Self(inner, Arc::default()))).await
                }

                async fn run(&self, job: Task) -> Answer {
                    let $answer = self.0.run(job).await;
                    let $kept = &mut *self.1.lock().unwrap();
                    $what
                }

                fn idle(&self) -> usize {
                    self.0.idle()
                }
            }
        )*
    };
}

answers! {
    /// Gives each job the answer of the one before.
    GivesTheAnswerBefore(Option<Made>): |kept, answer| {
        let made = answer?;
        Ok(kept.replace(made.clone()).unwrap_or(made))
    };
    /// Does not tell a job that panicked from a worker that crashed.
    TakesPanicsForCrashes(()): |_kept, answer| {
        answer.map_err(|error| match error {
            WorkerError::Panicked(_) => WorkerError::Crashed(std::process::ExitStatus::default()),
            error => error,
        })
    };
    /// Says of a worker that crashed only that there is no output.
    TellsNoCrash(()): |_kept, answer| {
        answer.map_err(|error| match error {
            WorkerError::Crashed(_) => WorkerError::Closed,
            error => error,
        })
    };
    /// Has the job after a crash fail, too.
    CrashesTheNextJob(bool): |has_crashed, answer| {
        let was_crash = matches!(answer, Err(WorkerError::Crashed(_)));
        if std::mem::replace(has_crashed, was_crash) { Err(WorkerError::Closed) } else { answer }
    };
    /// Takes what it does not understand for a crash.
    TakesAnyProgram(()): |_kept, answer| {
        answer.map_err(|error| match error {
            WorkerError::NotServed => WorkerError::Crashed(std::process::ExitStatus::default()),
            error => error,
        })
    };
}

/// Has a pool of `Options` for each job.
async fn alone(options: Options, job: Task) -> Answer {
    let ended = pool(options, |pool: Pool<Task>| async move { pool.run(job).await });
    ended.await.unwrap_or(Err(WorkerError::Closed))
}

/// Starts a worker for each job, and has it end.
#[derive(Clone)]
pub(crate) struct UsesNoWorkerAgain(Options);

impl Pools for UsesNoWorkerAgain {
    async fn open<Body, F>(options: Options, body: Body) -> Result<F::Output, Cancelled>
    where
        Body: FnOnce(Self) -> F,
        F: Future,
    {
        Ok(body(Self(options)).await)
    }

    async fn run(&self, job: Task) -> Answer {
        alone(self.0.clone(), job).await
    }

    fn idle(&self) -> usize {
        1
    }
}

/// Runs the jobs as children of a group, which goes on when nobody waits for them any more.
#[derive(Clone)]
pub(crate) struct LeavesCancelledJobs(Pool<Task>, TaskGroup);

impl Pools for LeavesCancelledJobs {
    async fn open<Body, F>(options: Options, body: Body) -> Result<F::Output, Cancelled>
    where
        Body: FnOnce(Self) -> F,
        F: Future,
    {
        let ended = pool(options, |inner| {
            anyrt::task_group(|group: TaskGroup| {
                let body = body(Self(inner, group.background()));
                async { Ok(body.await) }
            })
        });
        Ok(ended.await?.expect("nobody cancels it"))
    }

    async fn run(&self, job: Task) -> Answer {
        let inner = self.0.clone();
        let task = self.1.spawn(async move { Ok(inner.run(job).await) });
        task.await.unwrap_or(Err(WorkerError::Closed))
    }

    fn idle(&self) -> usize {
        0
    }
}

/// Keeps the workers for whoever comes next.
///
/// They end with this program.
#[derive(Clone)]
pub(crate) struct KeepsItsWorkers(Pool<Task>);

impl Pools for KeepsItsWorkers {
    async fn open<Body, F>(options: Options, body: Body) -> Result<F::Output, Cancelled>
    where
        Body: FnOnce(Self) -> F,
        F: Future,
    {
        let backend = AnyBackend::current().expect("it runs on one");
        let (tell, told) = anyrt::channel::oneshot();
        thread::spawn(move || {
            let ended = pool(options, |inner| {
                let told = tell.send(inner);
                async { drop((told, anyrt::sleep_forever().await)) }
            });
            anyrt::run_on(&backend, ended)
        });
        let inner = told.await.expect("it was sent");
        Ok(body(Self(inner)).await)
    }

    async fn run(&self, job: Task) -> Answer {
        self.0.run(job).await
    }

    fn idle(&self) -> usize {
        self.0.idle()
    }
}

/// Has no limit.
#[derive(Clone)]
pub(crate) struct StartsTooMany(Pool<Task>);

impl Pools for StartsTooMany {
    async fn open<Body, F>(_: Options, body: Body) -> Result<F::Output, Cancelled>
    where
        Body: FnOnce(Self) -> F,
        F: Future,
    {
        pool(Options::new(20), |inner| body(Self(inner))).await
    }

    async fn run(&self, job: Task) -> Answer {
        self.0.run(job).await
    }

    fn idle(&self) -> usize {
        self.0.idle()
    }
}
