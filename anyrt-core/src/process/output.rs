//! A program that is run to its end, with what it wrote.

use std::fmt::{self, Debug, Display};
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::process::ExitStatus;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};

use super::{Command, ProcessDriver, ProcessInput, ProcessOutput, open};

/// How much of its errors the text of an [`UnsuccessfulExit`] shows.
const SHOWN: usize = 500;

/// How a process ended, and what it wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote, unless that went elsewhere.
    pub stdout: Vec<u8>,
    /// What it wrote as errors, unless that went elsewhere.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Gives the output of a process that ended well.
    ///
    /// # Errors
    ///
    /// [`UnsuccessfulExit`] with the output, if it did not.
    #[doc(alias = "check")]
    pub fn success(self) -> Result<Self, UnsuccessfulExit> {
        if self.status.success() { Ok(self) } else { Err(UnsuccessfulExit(self)) }
    }
}

impl Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("status", &self.status)
            .field("stdout", &String::from_utf8_lossy(&self.stdout))
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish()
    }
}

/// A process ended, and not well; its output is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct UnsuccessfulExit(pub Output);

impl Display for UnsuccessfulExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a process ended with {}", self.0.status)?;
        let errors = String::from_utf8_lossy(&self.0.stderr);
        let errors = errors.trim();
        let begin = errors.len().saturating_sub(SHOWN);
        match (begin..=errors.len()).find(|at| errors.is_char_boundary(*at)) {
            Some(begin) if !errors.is_empty() => write!(f, ": {}", &errors[begin..]),
            _ => Ok(()),
        }
    }
}

impl From<UnsuccessfulExit> for io::Error {
    fn from(error: UnsuccessfulExit) -> Self {
        Self::other(error)
    }
}

/// Runs a program to its end, and gives what it wrote.
///
/// The facade shows it as `process::run`, and says more.
///
/// # Errors
///
/// Whatever the system says: no such program, no permission, too many processes.
///
/// # Cancel safety
///
/// **Loses data**: what the process wrote goes with it. It is killed and reaped before a cancelled scope
/// returns (law O3); when foreign code drops this, it is killed, and the runtime reaps it.
pub async fn run<D: ProcessDriver>(driver: &D, mut command: Command) -> io::Result<Output> {
    let input = command.input.take();
    // The pipe is made for the input that is written here.
    let command =
        if input.is_some() { command.stdin(std::process::Stdio::piped()) } else { command };
    let body = async |mut child: super::Process| {
        let mut writing = pin!(write(child.stdin.take(), input.unwrap_or_default()));
        let mut reading = pin!(read(child.stdout.take()));
        let mut reading_errors = pin!(read(child.stderr.take()));
        let (mut is_written, mut stdout, mut stderr) = (false, None, None);
        poll_fn(|cx| {
            if !is_written {
                is_written = writing.as_mut().poll(cx)?.is_ready();
            }
            if stdout.is_none()
                && let Poll::Ready(bytes) = reading.as_mut().poll(cx)?
            {
                stdout = Some(bytes);
            }
            if stderr.is_none()
                && let Poll::Ready(bytes) = reading_errors.as_mut().poll(cx)?
            {
                stderr = Some(bytes);
            }
            match (is_written, stdout.take(), stderr.take()) {
                (true, Some(stdout), Some(stderr)) => Poll::Ready(Ok((stdout, stderr))),
                (_, out, errors) => {
                    (stdout, stderr) = (out, errors);
                    Poll::Pending
                }
            }
        })
        .await
    };
    let (status, read) = open(driver, command, body).await?;
    let (stdout, stderr): (Vec<u8>, Vec<u8>) = read.map_err(|error: io::Error| error)?;
    Ok(Output { status, stdout, stderr })
}

/// Writes all of it, and closes the pipe; a process that reads no further is fine.
async fn write(pipe: Option<ProcessInput>, input: Vec<u8>) -> io::Result<()> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    let mut rest = &input[..];
    let written = poll_fn(|cx| {
        while !rest.is_empty() {
            let count = ready!(Pin::new(&mut pipe).poll_write(cx, rest))?;
            rest = &rest[count..];
        }
        Pin::new(&mut pipe).poll_close(cx)
    });
    match written.await {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        ended => ended,
    }
}

/// Reads to the end.
async fn read(pipe: Option<ProcessOutput>) -> io::Result<Vec<u8>> {
    const STEP: usize = 8 * 1024;
    let mut bytes = Vec::new();
    let Some(mut pipe) = pipe else { return Ok(bytes) };
    let mut len = 0;
    poll_fn(|cx: &mut Context<'_>| {
        loop {
            if bytes.len() - len < STEP {
                bytes.resize(len.max(STEP) * 2, 0);
            }
            match ready!(Pin::new(&mut pipe).poll_read(cx, &mut bytes[len..]))? {
                0 => return Poll::Ready(Ok::<_, io::Error>(())),
                count => len += count,
            }
        }
    })
    .await?;
    bytes.truncate(len);
    Ok(bytes)
}
