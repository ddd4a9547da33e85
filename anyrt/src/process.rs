//! Other programs, which do not outlive the scope that they run in.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use anyrt::process::{self, Command};
//!
//! # fn main() -> std::io::Result<()> {
//! anyrt::run(async {
//!     let sorted = process::run(Command::new("sort").input("b\na\n")).await?.success()?;
//!     assert_eq!(sorted.stdout, b"a\nb\n");
//!
//!     // One that takes too long is killed, and gone when the timeout returns.
//!     let slow = process::run(Command::new("sleep").arg("1000"));
//!     assert!(anyrt::move_on_after(Duration::from_millis(5), slow).await.is_none());
//!     Ok(())
//! })
//! # }
//! ```

use std::future::Future;
use std::io;
use std::process::ExitStatus;

use anyrt_core::process::{self, RawCommand, RawProcess};
use anyrt_core::{Driver, ProcessDriver};

use crate::backend::{AnyBackend, Choice};
use crate::detect::current_for_io;

#[doc(inline)]
pub use anyrt_core::process::{
    Command, Output, Process, ProcessInput, ProcessOutput, UnsuccessfulExit,
};

impl ProcessDriver for AnyBackend {
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        match &self.0 {
            Choice::Tokio(driver) => driver.raw_spawn(command),
            Choice::Smol(driver) => driver.raw_spawn(command),
            Choice::AsyncStd(driver) => driver.raw_spawn(command),
            Choice::Sim(_) => Err(unsupported(
                "a simulation starts no processes, which would know nothing of its clock: replace \
                 what needs them by something of the test's own",
            )),
            Choice::Other(driver) => Err(unsupported(&format!(
                "anyrt does not know the processes of the backend `{}`: use that backend's own type, \
                 with the functions of anyrt_core::process",
                driver.name()
            ))),
        }
    }
}

fn unsupported(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}

/// Runs a program to its end, and gives how it ended and what it wrote.
///
/// Its input is what [`Command::input`] says, or nothing. How it ended is the caller's affair:
/// [`Output::success`] makes an error of what did not end well.
///
/// # Errors
///
/// Whatever the system says: no such program, no permission, too many processes. `Unsupported` if there
/// is no backend ([`AnyBackend::current`]), or one without processes.
///
/// # Cancel safety
///
/// **Loses data**: what the process wrote goes with it. It is killed and reaped before a cancelled scope
/// returns (law O3); when foreign code drops this, it is killed, and the runtime reaps it. What the
/// process has started itself is not killed.
///
/// # Backends
///
/// All but simulations.
///
/// # Examples
///
/// ```
/// use anyrt::process::{self, Command};
///
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let output = process::run(Command::new("sh").args(["-c", "echo oh; echo no >&2; exit 3"])).await?;
///     assert_eq!(output.stdout, b"oh\n");
///     let error = output.success().unwrap_err();
///     assert!(error.to_string().ends_with("exit status: 3: no"));
///     Ok(())
/// })
/// # }
/// ```
#[doc(alias = "run_process")]
#[doc(alias = "output")]
pub async fn run(command: Command) -> io::Result<Output> {
    process::run(&current_for_io()?, command).await
}

/// Runs a program, and code beside it; returns when both have ended.
///
/// The code gets the process, with its pipes, to write to it, read from it, wait for it, or kill it. When
/// the code has ended, the process is waited for: to leave nothing in its way, drop its input.
///
/// # Panics
///
/// Resumes the panic of the code, when the process is killed and reaped.
///
/// # Errors
///
/// Whatever the system says: no such program, no permission, too many processes. `Unsupported` if there
/// is no backend ([`AnyBackend::current`]), or one without processes.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes: the process is killed and reaped before the scope returns
/// (law O3). When foreign code drops it, the process is killed, and the runtime reaps it. What the
/// process has started itself is not killed.
///
/// # Backends
///
/// All but simulations.
///
/// # Examples
///
/// ```
/// use anyrt::process::{self, Command};
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use std::process::Stdio;
///
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let command = Command::new("cat").stdin(Stdio::piped());
///     let (status, echo) = process::open(command, |mut cat| async move {
///         let (mut input, mut output) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
///         input.write_all(b"hello").await?;
///         drop(input);
///         let mut echo = String::new();
///         output.read_to_string(&mut echo).await?;
///         std::io::Result::Ok(echo)
///     })
///     .await?;
///     assert_eq!((status.success(), &*echo?), (true, "hello"));
///     Ok(())
/// })
/// # }
/// ```
#[doc(alias = "open_process")]
#[doc(alias = "spawn")]
pub async fn open<Body, F>(command: Command, body: Body) -> io::Result<(ExitStatus, F::Output)>
where
    Body: FnOnce(Process) -> F,
    F: Future,
{
    process::open(&current_for_io()?, command, body).await
}
