//! The lines of a file.

use std::fmt::{self, Debug};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_io::AsyncBufRead;

use super::File;
use crate::driver::Driver;

/// The lines of a file, one after the other, without their ends.
///
/// A last line that has no end is a line, too. A line that is no UTF-8 is an error, after which the next
/// line comes.
///
/// # Cancel safety
///
/// **Safe.** What was read of a line is kept for the next call.
pub struct Lines<D> {
    file: File<D>,
    line: Vec<u8>,
    is_over: bool,
}

impl<D: Driver> Lines<D> {
    /// Reads the lines of a file, from where it stands.
    pub fn new(file: File<D>) -> Self {
        Self { file, line: Vec::new(), is_over: false }
    }

    /// Reads the next line; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// Whatever the system says; `InvalidData` if the line is no UTF-8.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What was read of a line is kept for the next call.
    pub async fn next(&mut self) -> Option<io::Result<String>> {
        poll_fn(|cx| self.poll_line(cx)).await
    }

    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<String>>> {
        while !self.is_over {
            let ready = match ready!(Pin::new(&mut self.file).poll_fill_buf(cx)) {
                Ok(ready) => ready,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            if ready.is_empty() {
                self.is_over = true;
                if self.line.is_empty() {
                    break;
                }
                return Poll::Ready(Some(self.take()));
            }
            let end = ready.iter().position(|byte| *byte == b'\n');
            let part = end.map_or(ready, |end| &ready[..end]);
            self.line.extend_from_slice(part);
            let count = end.map_or(ready.len(), |end| end + 1);
            Pin::new(&mut self.file).consume(count);
            if end.is_some() {
                if self.line.ends_with(b"\r") {
                    self.line.pop();
                }
                return Poll::Ready(Some(self.take()));
            }
        }
        Poll::Ready(None)
    }

    fn take(&mut self) -> io::Result<String> {
        let line = String::from_utf8(std::mem::take(&mut self.line));
        line.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

impl<D: Driver> Stream for Lines<D> {
    type Item = io::Result<String>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_line(cx)
    }
}

impl<D: Driver> Debug for Lines<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("file", &self.file).field("is_over", &self.is_over).finish()
    }
}
