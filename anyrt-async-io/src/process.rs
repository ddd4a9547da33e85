//! Processes, through `async-process`.

use std::io;

use anyrt_core::process::{RawCommand, RawProcess, Wait};
use async_process::{Child, Command};
use futures_io::{AsyncRead, AsyncWrite};

/// Starts a process.
///
/// # Errors
///
/// Whatever the system says: no such program, no permission, too many processes.
pub fn spawn(command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
    let RawCommand { command, stdin, stdout, stderr } = command;
    let mut command = Command::from(command);
    command.stdin(stdin).stdout(stdout).stderr(stderr).kill_on_drop(true);
    Ok(Box::new(Process(command.spawn()?)))
}

#[derive(Debug)]
struct Process(Child);

impl RawProcess for Process {
    fn id(&self) -> Option<u32> {
        Some(self.0.id())
    }

    fn kill(&mut self) -> io::Result<()> {
        self.0.kill()
    }

    fn wait(&mut self) -> Wait<'_> {
        Box::pin(self.0.status())
    }

    fn take_stdin(&mut self) -> Option<Box<dyn AsyncWrite + Send + Sync + Unpin>> {
        self.0.stdin.take().map(|pipe| Box::new(pipe) as _)
    }

    fn take_stdout(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.0.stdout.take().map(|pipe| Box::new(pipe) as _)
    }

    fn take_stderr(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.0.stderr.take().map(|pipe| Box::new(pipe) as _)
    }
}
