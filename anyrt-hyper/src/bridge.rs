//! A connection with futures-io's traits, as hyper wants it.
//!
//! hyper gives a buffer that is not initialised, and futures-io's traits want one that is. To zero
//! hyper's buffer costs its whole length at every read, also where few bytes come, and to say how many came
//! without a copy is not safe; so the bytes are read into a buffer of the thread, which was zeroed once, and
//! copied, which costs what was read.
//!
//! # Invariants
//!
//! - What was read is copied before the poll returns: nothing stays in the thread's buffer.
//! - A read inside a read, of a connection that itself stands on a bridge, has a buffer of its own.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{Read, ReadBufCursor, Write};

/// How many bytes a read gives at most; hyper asks for few, until reads fill what it asks for.
const LENGTH: usize = 256 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reads and writes any connection with futures-io's traits for hyper.
///
/// [`HyperIo`](crate::HyperIo) is for those of anyrt, and knows the ones that need no bridge.
#[derive(Debug)]
pub struct Bridge<S>(S);

impl<S> Bridge<S> {
    /// Takes a connection.
    pub fn new(stream: S) -> Self {
        Self(stream)
    }

    /// Gives the connection.
    pub fn get_ref(&self) -> &S {
        &self.0
    }

    /// Gives the connection back.
    pub fn into_inner(self) -> S {
        self.0
    }
}

fn read_into<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    scratch: &mut Vec<u8>,
    cursor: &mut ReadBufCursor<'_>,
) -> Poll<io::Result<()>> {
    let length = cursor.remaining().min(LENGTH);
    if scratch.len() < length {
        scratch.resize(length, 0);
    }
    let count = ready!(Pin::new(stream).poll_read(cx, &mut scratch[..length]))?;
    cursor.put_slice(&scratch[..count]);
    Poll::Ready(Ok(()))
}

impl<S: AsyncRead + Unpin> Read for Bridge<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => read_into(&mut self.0, cx, &mut scratch, &mut cursor),
            Err(_) => read_into(&mut self.0, cx, &mut Vec::new(), &mut cursor),
        })
    }
}

impl<S: AsyncWrite + Unpin> Write for Bridge<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        // Every socket is; what is not writes the first of the buffers.
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}
