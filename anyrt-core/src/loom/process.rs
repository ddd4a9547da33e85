//! A process, its attendant, and who kills it or waits for it from elsewhere.

use std::future::{pending, ready};
use std::io;
use std::process::ExitStatus;
use std::sync::Arc;

use futures_io::{AsyncRead, AsyncWrite};
use loom::thread;

use super::threads::Threads;
use super::{block_on, in_thread, model};
use crate::process::{self, Command, ProcessDriver, RawCommand, RawProcess, Wait};

/// It ends at once, or when it is killed.
#[derive(Debug)]
struct Program {
    has_ended: bool,
}

impl ProcessDriver for Threads {
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        Ok(Box::new(Program { has_ended: command.command.get_program() == ENDS }))
    }
}

const ENDS: &str = "ends";
const STAYS: &str = "stays";

impl RawProcess for Program {
    fn id(&self) -> Option<u32> {
        None
    }

    fn kill(&mut self) -> io::Result<()> {
        self.has_ended = true;
        Ok(())
    }

    fn wait(&mut self) -> Wait<'_> {
        if self.has_ended {
            return Box::pin(ready(Ok(ExitStatus::default())));
        }
        // Only its attendant kills it, who then asks anew.
        Box::pin(pending())
    }

    fn take_stdin(&mut self) -> Option<Box<dyn AsyncWrite + Send + Sync + Unpin>> {
        None
    }

    fn take_stdout(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        None
    }

    fn take_stderr(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        None
    }
}

#[test]
fn a_wish_to_kill_reaches_who_attends() {
    model(|| {
        let opened = block_on(process::open(&Threads, Command::new(STAYS), async |child| {
            thread::spawn(move || child.kill())
        }));
        let (status, kill) = opened.unwrap();
        assert!(status.success());
        kill.join().unwrap();
    });
}

#[test]
fn whoever_waits_elsewhere_is_told_how_it_ended() {
    model(|| {
        let opened = block_on(process::open(&Threads, Command::new(ENDS), async |child| {
            let child = Arc::new(child);
            let waits = in_thread({
                let child = child.clone();
                move || async move { child.wait().await }
            });
            (child, waits)
        }));
        let (_, (child, waits)) = opened.unwrap();
        assert!(waits.join().unwrap().unwrap().success());
        assert!(child.has_ended());
    });
}
