//! The process capability: other programs, which do not outlive the scope that they run in.
//!
//! It is a trait of its own, because not every runtime has processes: code that needs them says
//! `D: ProcessDriver`, and a backend without them is a compile error. What an adapter writes is
//! [`ProcessDriver`] and [`RawProcess`]; that a process is killed and reaped when its scope is cancelled is
//! the engine's.
//!
//! | call | what it does |
//! |---|---|
//! | [`run`] | runs a program to its end, with what it wrote |
//! | [`open`] | runs code with a program: writes to it, reads from it, kills it |

mod attend;
mod command;
mod handle;
mod output;
mod pipe;

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};

use futures_io::{AsyncRead, AsyncWrite};

use crate::driver::Driver;

pub use attend::open;
pub use command::Command;
pub use handle::Process;
pub use output::{Output, UnsuccessfulExit, run};
pub use pipe::{ProcessInput, ProcessOutput};

/// What an adapter writes for its runtime's processes.
pub trait ProcessDriver: Driver {
    /// Starts a process, from any thread.
    ///
    /// # Errors
    ///
    /// Whatever the system says: no such program, no permission, too many processes.
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>>;
}

/// A process to be started.
///
/// It is apart in two, since a runtime's own command sets the streams itself.
#[derive(Debug)]
pub struct RawCommand {
    /// The program, its arguments, its environment and its folder.
    pub command: std::process::Command,
    /// What it reads from.
    pub stdin: Stdio,
    /// What it writes to.
    pub stdout: Stdio,
    /// What it writes errors to.
    pub stderr: Stdio,
}

/// The future of [`RawProcess::wait`].
pub type Wait<'a> = Pin<Box<dyn Future<Output = io::Result<ExitStatus>> + Send + 'a>>;

/// A process of a runtime.
///
/// When it is dropped before it has ended, it must be killed, and be reaped by the runtime.
pub trait RawProcess: Debug + Send + Sync + 'static {
    /// Gives the number by which the system knows it.
    fn id(&self) -> Option<u32>;

    /// Kills it, and does not wait for its end.
    ///
    /// One that has ended already is fine.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    fn kill(&mut self) -> io::Result<()>;

    /// Waits for its end, and reaps it.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A wait that is dropped can be called again.
    fn wait(&mut self) -> Wait<'_>;

    /// Gives the writing end of its input, once, if it is a pipe.
    fn take_stdin(&mut self) -> Option<Box<dyn AsyncWrite + Send + Sync + Unpin>>;

    /// Gives the reading end of its output, once, if it is a pipe.
    fn take_stdout(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>>;

    /// Gives the reading end of its errors, once, if it is a pipe.
    fn take_stderr(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>>;
}
