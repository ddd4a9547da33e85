//! tokio's processes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use anyrt_core::process::{ProcessDriver, RawCommand, RawProcess, Wait};
use futures_io::{AsyncRead, AsyncWrite};
use tokio::io::ReadBuf;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;

use crate::TokioBackend;

impl ProcessDriver for TokioBackend {
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        let _context = self.handle().enter();
        let RawCommand { command, stdin, stdout, stderr } = command;
        let mut command = Command::from(command);
        command.stdin(stdin).stdout(stdout).stderr(stderr).kill_on_drop(true);
        Ok(Box::new(Process { child: Some(command.spawn()?), handle: self.handle().clone() }))
    }
}

#[derive(Debug)]
struct Process {
    /// There until it is dropped.
    child: Option<Child>,
    handle: Handle,
}

impl Process {
    fn child(&mut self) -> &mut Child {
        match &mut self.child {
            Some(child) => child,
            None => unreachable!("the child is there until this is dropped"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take().filter(|child| child.id().is_some()) else {
            return;
        };
        let _ = child.start_kill();
        // tokio's own reaper looks only when something else wakes its driver.
        self.handle.spawn(async move { child.wait().await });
    }
}

impl RawProcess for Process {
    fn id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    fn kill(&mut self) -> io::Result<()> {
        match self.id() {
            Some(_) => self.child().start_kill(),
            // It was reaped, and the system may have given its number away.
            None => Ok(()),
        }
    }

    fn wait(&mut self) -> Wait<'_> {
        let handle = self.handle.clone();
        let mut wait = Box::pin(self.child().wait());
        Box::pin(std::future::poll_fn(move |cx| {
            let _context = handle.enter();
            wait.as_mut().poll(cx)
        }))
    }

    fn take_stdin(&mut self) -> Option<Box<dyn AsyncWrite + Send + Sync + Unpin>> {
        self.child().stdin.take().map(|pipe| Box::new(Pipe(pipe)) as _)
    }

    fn take_stdout(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.child().stdout.take().map(|pipe| Box::new(Pipe(pipe)) as _)
    }

    fn take_stderr(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.child().stderr.take().map(|pipe| Box::new(Pipe(pipe)) as _)
    }
}

/// A pipe of tokio's with the traits of futures-io.
struct Pipe<P>(P);

impl<P: tokio::io::AsyncRead + Unpin> AsyncRead for Pipe<P> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}

impl<P: tokio::io::AsyncWrite + Unpin> AsyncWrite for Pipe<P> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
