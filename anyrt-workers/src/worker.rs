//! A worker, as its pool sees it: a task that attends to a process.
//!
//! # Invariants
//!
//! - A worker has one job at a time, and answers each that it took, unless its task is cut.
//! - Its process runs in its task: when the task has ended, the process is reaped.

use std::future::Future;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyrt::channel::{OneshotSender, Receiver, Sender, bounded, oneshot};
use anyrt::process::{self, Command, Process, ProcessInput, ProcessOutput};
use anyrt::{TaskGroup, TaskHandle};

use crate::error::WorkerError;
use crate::frame::{self, HELLO};

/// How long a process may take to end that has closed its output.
const GRACE: Duration = Duration::from_secs(5);

type Answer = Result<Vec<u8>, WorkerError>;

struct Request {
    job: Vec<u8>,
    answer: OneshotSender<Answer>,
}

/// A worker; when it is dropped, its process is killed.
pub(crate) struct Worker {
    jobs: Sender<Request>,
    task: Option<TaskHandle<()>>,
}

impl Worker {
    pub(crate) fn start(group: &TaskGroup, command: Command) -> Result<Self, WorkerError> {
        let (jobs, requests) = bounded(1);
        let task = group.try_spawn(attend(command, requests)).map_err(|_| WorkerError::Closed)?;
        Ok(Self { jobs, task: Some(task) })
    }

    /// Whether its process has ended, though nobody asked for that.
    pub(crate) fn is_gone(&self) -> bool {
        self.task.as_ref().is_none_or(TaskHandle::is_finished)
    }

    /// Has it do a job; what this gives does not borrow it.
    pub(crate) fn work(&self, job: Vec<u8>) -> impl Future<Output = Answer> + Send + use<> {
        let (answer, answered) = oneshot();
        let jobs = self.jobs.clone();
        async move {
            if jobs.send(Request { job, answer }).await.is_err() {
                return Err(WorkerError::Closed);
            }
            // While this has an end of the channel, the worker would wait for jobs for ever.
            drop(jobs);
            answered.await.unwrap_or(Err(WorkerError::Closed))
        }
    }

    /// Kills it, and waits until it is reaped.
    pub(crate) async fn kill(mut self) {
        if let Some(task) = self.task.take() {
            task.cancel();
            // It was cancelled; nobody wants to know more.
            let _ = task.await;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.cancel();
        }
    }
}

/// What became of a request that was not answered.
struct Unanswered(OneshotSender<Answer>, WhyNot);

enum WhyNot {
    /// The process has closed its output, and so has ended, or will; whether it had said hello.
    Ended {
        had_greeted: bool,
    },
    Failed(WorkerError),
}

/// Runs a worker's process, and passes jobs to it.
async fn attend(command: Command, requests: Receiver<Request>) {
    // The process is started for the first job, which is answered also if it cannot be.
    let Ok(first) = requests.recv().await else { return };
    let first = Mutex::new(Some(first));
    let opened = process::open(command, |child| talk(child, &first, requests)).await;
    let unanswered = match opened {
        Ok((_, None)) => return,
        Ok((status, Some(Unanswered(to, WhyNot::Ended { had_greeted })))) => {
            let is_no_worker = !had_greeted && status.success();
            let error =
                if is_no_worker { WorkerError::NotServed } else { WorkerError::Crashed(status) };
            (to, error)
        }
        Ok((_, Some(Unanswered(to, WhyNot::Failed(error))))) => (to, error),
        Err(error) => {
            let first = first.into_inner().unwrap_or_else(PoisonError::into_inner);
            let Some(first) = first else { return };
            (first.answer, WorkerError::Io(error))
        }
    };
    let (to, error) = unanswered;
    // Who asked may be gone.
    let _ = to.send(Err(error));
}

/// Passes jobs to a process, until there are no more or it fails.
async fn talk(
    mut child: Process,
    first: &Mutex<Option<Request>>,
    requests: Receiver<Request>,
) -> Option<Unanswered> {
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
        unreachable!("both are pipes")
    };
    let mut next = first.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut had_greeted = false;
    while let Some(Request { job, answer }) = next {
        let talked = match had_greeted {
            true => Ok(()),
            false => greet(&mut output).await,
        };
        had_greeted |= talked.is_ok();
        let talked = match talked {
            Ok(()) => exchange(&mut input, &mut output, &job).await,
            Err(error) => Err(error),
        };
        match talked {
            // Who asked may be gone.
            Ok(bytes) => drop(answer.send(Ok(bytes))),
            Err(error) => {
                let why_not = why(error, had_greeted);
                drop((input, output));
                if let WhyNot::Ended { .. } = why_not {
                    // How it ends by itself is what is told.
                    let _ = anyrt::move_on_after(GRACE, child.wait()).await;
                }
                child.kill();
                return Some(Unanswered(answer, why_not));
            }
        }
        next = requests.recv().await.ok();
    }
    None
}

async fn greet(output: &mut ProcessOutput) -> io::Result<()> {
    let hello = frame::receive(output).await?;
    if hello == HELLO { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn why(error: io::Error, had_greeted: bool) -> WhyNot {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => WhyNot::Ended { had_greeted },
        io::ErrorKind::InvalidData => WhyNot::Failed(WorkerError::NotServed),
        _ => WhyNot::Failed(error.into()),
    }
}

async fn exchange(
    input: &mut ProcessInput,
    output: &mut ProcessOutput,
    job: &[u8],
) -> io::Result<Vec<u8>> {
    frame::send(input, job).await?;
    frame::receive(output).await
}
