//! A process, as the code sees it that was opened with it.
//!
//! # Invariants
//!
//! - Whoever attends to the process says how it ended, once, under the lock, before the event is set:
//!   who has seen the event finds the status.
//! - A wish to kill is stored before the attendant is woken, who registers before it looks.

use std::fmt::{self, Debug};
use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::pipe::{ProcessInput, ProcessOutput};
use crate::lock::lock;
use crate::sync::Event;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicBool, Ordering};
use crate::waker_slot::WakerSlot;

/// A process that runs beside the code that has it.
///
/// Made by [`open`](super::open), which waits for the process or kills it: to drop this changes nothing
/// but the pipes that are still in it, which are closed (law O3).
pub struct Process {
    /// What the process reads, if that is a pipe.
    pub stdin: Option<ProcessInput>,
    /// What the process writes, if that is a pipe.
    pub stdout: Option<ProcessOutput>,
    /// What the process writes as errors, if that is a pipe.
    pub stderr: Option<ProcessOutput>,
    pub(super) id: Option<u32>,
    pub(super) shared: Arc<Shared>,
}

/// What the process's attendant and others tell each other.
#[derive(Default)]
pub(super) struct Shared {
    ending: Mutex<Option<Result<ExitStatus, io::ErrorKind>>>,
    ended: Event,
    is_doomed: AtomicBool,
    attendant: WakerSlot,
}

impl Shared {
    /// Says how the process has ended, if nobody has.
    pub(super) fn end(&self, ending: Result<ExitStatus, io::ErrorKind>) {
        lock(&self.ending).get_or_insert(ending);
        self.ended.set();
    }

    pub(super) fn has_ended(&self) -> bool {
        lock(&self.ending).is_some()
    }

    /// Ready when somebody wants the process killed, once for each time.
    pub(super) fn poll_doom(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.attendant.register(cx.waker());
        if self.is_doomed.swap(false, Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Process {
    /// Gives the number by which the system knows it.
    ///
    /// When it has ended, the number may be another process's.
    #[doc(alias = "pid")]
    pub fn id(&self) -> Option<u32> {
        self.id
    }

    /// Has it killed, at the next turn of who opened it.
    ///
    /// One that has ended already is fine. [`wait`](Self::wait) tells when it is gone.
    pub fn kill(&self) {
        // The attendant swaps, too: of two swaps even the model checker knows which came first.
        self.shared.is_doomed.swap(true, Ordering::SeqCst);
        self.shared.attendant.wake();
    }

    /// Waits for its end.
    ///
    /// A process may wait in turn for somebody to read its pipes, or to close its input.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It can be called again.
    pub async fn wait(&self) -> io::Result<ExitStatus> {
        self.shared.ended.wait().await;
        match *lock(&self.shared.ending) {
            Some(ending) => ending.map_err(io::Error::from),
            None => unreachable!("the end is told before the event is set"),
        }
    }

    /// Tells whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.shared.has_ended()
    }
}

impl Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("id", &self.id)
            .field("has_ended", &self.has_ended())
            .finish_non_exhaustive()
    }
}
