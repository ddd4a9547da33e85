//! Attending to a process: while its code runs, and afterwards, until it is reaped.
//!
//! # Invariants
//!
//! - One has the process at any time: who attends to it while the code runs, who kills it in the
//!   cleanup, or the ward between the two. The attendant gives it back when it is dropped.
//! - The cleanup is that of a `finally`: it runs whatever became of the code, and holds cancelled scopes
//!   open until the process is reaped (law O3). If it is dropped itself, by foreign code, it drops the
//!   process, which the runtime then kills and reaps.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::process::ExitStatus;
use std::sync::Arc;
use std::task::Poll;

use super::handle::{Process, Shared};
use super::pipe::{ProcessInput, ProcessOutput};
use super::{Command, ProcessDriver, RawProcess};
use crate::leaf;
use crate::lock::lock;
use crate::scope::Finally;
use crate::sys::Mutex;
use crate::waiting;

/// Runs a program, and code beside it; returns when both have ended.
///
/// The facade shows it as `process::open`, and says more.
///
/// # Panics
///
/// Resumes the panic of the code, when the process is killed and reaped.
///
/// # Errors
///
/// Whatever the system says: no such program, no permission, too many processes.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes: the process is killed and reaped before the scope returns
/// (law O3). When foreign code drops it, the process is killed, and the runtime reaps it.
pub async fn open<D, Body, F>(
    driver: &D,
    command: Command,
    body: Body,
) -> io::Result<(ExitStatus, F::Output)>
where
    D: ProcessDriver,
    Body: FnOnce(Process) -> F,
    F: Future,
{
    leaf::checkpoint().await;
    let mut raw = driver.raw_spawn(command.into_raw())?;
    let shared = Arc::new(Shared::default());
    let child = Process {
        stdin: raw.take_stdin().map(ProcessInput::new),
        stdout: raw.take_stdout().map(ProcessOutput::new),
        stderr: raw.take_stderr().map(ProcessOutput::new),
        id: raw.id(),
        shared: shared.clone(),
    };
    let ward = Arc::new(Mutex::new(Some(raw)));
    let attendant = Attendant::new(ward.clone());
    let keeper = Keeper { ward, shared: shared.clone() };
    let work = async {
        let body = body(child);
        both(body, attend(attendant, &shared)).await
    };
    let (value, status) = Finally::on(driver.clone(), work, keeper.reap()).await;
    Ok((status?, value))
}

type Ward = Arc<Mutex<Option<Box<dyn RawProcess>>>>;

/// Who has the process while the code runs.
struct Attendant {
    raw: Option<Box<dyn RawProcess>>,
    ward: Ward,
}

impl Attendant {
    fn new(ward: Ward) -> Self {
        let raw = lock(&ward).take();
        Self { raw, ward }
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        *lock(&self.ward) = self.raw.take();
    }
}

/// Waits for the end of the process, and kills it when somebody asks for that.
async fn attend(mut attendant: Attendant, shared: &Shared) -> io::Result<ExitStatus> {
    let Some(raw) = &mut attendant.raw else {
        unreachable!("the process is in the ward until somebody attends to it")
    };
    loop {
        let mut wait = raw.wait();
        let ended = poll_fn(|cx| {
            if let Poll::Ready(ended) = wait.as_mut().poll(cx) {
                return Poll::Ready(Some(ended));
            }
            if shared.poll_doom(cx).is_ready() {
                return Poll::Ready(None);
            }
            waiting::note(waiting::Wait::Process);
            Poll::Pending
        })
        .await;
        drop(wait);
        match ended {
            Some(ended) => {
                shared.end(ended.as_ref().copied().map_err(io::Error::kind));
                return ended;
            }
            None => raw.kill()?,
        }
    }
}

/// Polls the code first, and the attendant after it, until both are over.
async fn both<L: Future, R: Future>(left: L, right: R) -> (L::Output, R::Output) {
    let (mut left, mut right) = (pin!(left), pin!(right));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none()
            && let Poll::Ready(value) = left.as_mut().poll(cx)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = right.as_mut().poll(cx)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (left, right) => {
                (first, second) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

/// Who has the process when the code is over.
struct Keeper {
    ward: Ward,
    shared: Arc<Shared>,
}

impl Keeper {
    /// Kills the process, unless it has ended, and reaps it.
    async fn reap(self) {
        if self.shared.has_ended() {
            return;
        }
        let Some(mut raw) = lock(&self.ward).take() else { return };
        // If it cannot be killed, it is waited for all the same.
        let _ = raw.kill();
        let ended = raw.wait().await;
        self.shared.end(ended.map_err(|error| error.kind()));
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let raw = lock(&self.ward).take();
        drop(raw);
        self.shared.end(Err(io::ErrorKind::Interrupted));
    }
}
