//! A process of this program, which does one part, and is killed if nobody waits for it.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

pub(crate) struct Started {
    part: &'static str,
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Started {
    pub(crate) fn new(part: &'static str, args: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let mut child = command.arg(part).args(args).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Self { part, child, output })
    }

    /// Waits for the next line that it says.
    pub(crate) fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            let what = format!("the process that was to {} has ended before its time", self.part);
            return Err(io::Error::other(what));
        }
        Ok(line.trim_end().to_owned())
    }

    /// Waits until it says this.
    pub(crate) fn hear(&mut self, awaited: &str) -> io::Result<()> {
        let line = self.line()?;
        let other = || io::Error::other(format!("not `{awaited}` was said, but `{line}`"));
        (line == awaited).then_some(()).ok_or_else(other)
    }

    /// Gives the bytes of memory that it has, where the system tells them.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = resident.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> io::Result<()> {
        let status = self.child.wait()?;
        let failed =
            || io::Error::other(format!("the process that was to {}: {status}", self.part));
        status.success().then_some(()).ok_or_else(failed)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
