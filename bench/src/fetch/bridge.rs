//! How hyper reads and writes anyrt's connections.
//!
//! hyper hands over memory that nobody has written yet, which no safe code can read into.
//! smol-hyper's bridge zeroes all of it at every read; ours reads into a buffer of its own, and
//! copies what came.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{Read, ReadBufCursor, Write};
use smol_hyper::rt::FuturesIo;

/// A connection as hyper sees it.
pub(super) trait Bridge: Read + Write + Unpin + Send + 'static {
    type Stream;

    fn new(stream: Self::Stream) -> Self;
}

/// smol-hyper's.
pub(super) type Zeroing<S> = FuturesIo<S>;

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Bridge for Zeroing<S> {
    type Stream = S;

    fn new(stream: S) -> Self {
        Self::new(stream)
    }
}

/// As much as hyper asks for at first.
const BUFFER: usize = 8 * 1024;

/// Ours.
pub(super) struct Copying<S> {
    stream: S,
    buffer: Box<[u8]>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Bridge for Copying<S> {
    type Stream = S;

    fn new(stream: S) -> Self {
        Self { stream, buffer: vec![0; BUFFER].into() }
    }
}

impl<S: AsyncRead + Unpin> Read for Copying<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut unfilled: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, buffer } = self.get_mut();
        let most = unfilled.remaining().min(buffer.len());
        let read = ready!(Pin::new(stream).poll_read(cx, &mut buffer[..most]))?;
        unfilled.put_slice(&buffer[..read]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Write for Copying<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    // As tokio's own connections say; anyrt's pass all slices to the system in one call.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
