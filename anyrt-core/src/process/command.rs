//! What is to be run.

use std::ffi::OsStr;
use std::fmt::{self, Debug};
use std::path::Path;
use std::process::Stdio;

use super::RawCommand;

/// A program to be run, with its arguments and surroundings.
///
/// It is [`std::process::Command`], and is built as that is. What differs are the streams of a program:
/// unless told otherwise, it reads from nothing, and both outputs are pipes.
pub struct Command {
    command: std::process::Command,
    stdin: Option<Stdio>,
    stdout: Option<Stdio>,
    stderr: Option<Stdio>,
    pub(super) input: Option<Vec<u8>>,
}

impl Command {
    /// Names the program, which is looked for in `PATH`.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self::from(std::process::Command::new(program))
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Leaves a variable out of its environment.
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Starts with an empty environment.
    pub fn env_clear(mut self) -> Self {
        self.command.env_clear();
        self
    }

    /// Runs it in this folder.
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Says what it reads from; nothing, unless it is said.
    pub fn stdin(self, stdin: impl Into<Stdio>) -> Self {
        Self { stdin: Some(stdin.into()), ..self }
    }

    /// Says what it writes to; a pipe, unless it is said.
    pub fn stdout(self, stdout: impl Into<Stdio>) -> Self {
        Self { stdout: Some(stdout.into()), ..self }
    }

    /// Says what it writes errors to; a pipe, unless it is said.
    pub fn stderr(self, stderr: impl Into<Stdio>) -> Self {
        Self { stderr: Some(stderr.into()), ..self }
    }

    /// Gives it this to read, and then the end.
    ///
    /// For [`run`](super::run), which writes it while it reads. [`open`](super::open) leaves it alone:
    /// its body writes.
    pub fn input(self, input: impl Into<Vec<u8>>) -> Self {
        Self { input: Some(input.into()), ..self }
    }

    pub(super) fn into_raw(self) -> RawCommand {
        let null_or_pipe = if self.input.is_some() { Stdio::piped() } else { Stdio::null() };
        RawCommand {
            command: self.command,
            stdin: self.stdin.unwrap_or(null_or_pipe),
            stdout: self.stdout.unwrap_or_else(Stdio::piped),
            stderr: self.stderr.unwrap_or_else(Stdio::piped),
        }
    }
}

/// Takes all but the streams of a command.
///
/// What a command of std was told of them cannot be read off it.
impl From<std::process::Command> for Command {
    fn from(command: std::process::Command) -> Self {
        Self { command, stdin: None, stdout: None, stderr: None, input: None }
    }
}

impl Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&self.command, f)
    }
}
