//! The ends of a process's pipes: every read and write is a checkpoint.

use std::fmt::{self, Debug};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};

use crate::waiting::{self, Wait};
use crate::{budget, leaf};

fn spent<T>(polled: Poll<T>) -> Poll<T> {
    match &polled {
        Poll::Ready(_) => budget::spend(),
        Poll::Pending => waiting::note(Wait::Process),
    }
    polled
}

/// The writing end of what a process reads.
///
/// Closed or dropped, it gives the process the end of its input. When the process is gone, a write
/// fails with `BrokenPipe`.
pub struct ProcessInput(Option<Box<dyn AsyncWrite + Send + Sync + Unpin>>);

impl ProcessInput {
    pub(super) fn new(pipe: Box<dyn AsyncWrite + Send + Sync + Unpin>) -> Self {
        Self(Some(pipe))
    }

    fn pipe(&mut self) -> io::Result<Pin<&mut (dyn AsyncWrite + Send + Sync + Unpin)>> {
        match &mut self.0 {
            Some(pipe) => Ok(Pin::new(&mut **pipe)),
            None => {
                Err(io::Error::new(io::ErrorKind::BrokenPipe, "the process's input was closed"))
            }
        }
    }
}

impl AsyncWrite for ProcessInput {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(leaf::poll_turn(cx));
        spent(self.pipe()?.poll_write(cx, buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(leaf::poll_turn(cx));
        spent(self.pipe()?.poll_flush(cx))
    }

    /// Closes the pipe, which not every runtime's own does.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(leaf::poll_turn(cx));
        let flushed = match self.pipe() {
            Ok(pipe) => ready!(spent(pipe.poll_flush(cx))),
            Err(_) => Ok(()),
        };
        self.0 = None;
        Poll::Ready(flushed)
    }
}

impl Debug for ProcessInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessInput").field("is_open", &self.0.is_some()).finish()
    }
}

/// The reading end of what a process writes.
pub struct ProcessOutput(Box<dyn AsyncRead + Send + Sync + Unpin>);

impl ProcessOutput {
    pub(super) fn new(pipe: Box<dyn AsyncRead + Send + Sync + Unpin>) -> Self {
        Self(pipe)
    }
}

impl AsyncRead for ProcessOutput {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        ready!(leaf::poll_turn(cx));
        spent(Pin::new(&mut self.0).poll_read(cx, buf))
    }
}

impl Debug for ProcessOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProcessOutput(..)")
    }
}
