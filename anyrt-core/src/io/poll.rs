//! The reader as a stream, for whoever wants the rest of it by other means.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite, IoSlice};

use super::BufferedReader;
use crate::{budget, leaf};

impl<R: AsyncRead + Unpin> AsyncRead for BufferedReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.buffer().is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, buf);
        }
        ready!(leaf::poll_turn(cx));
        let count = self.buffer().len().min(buf.len());
        buf[..count].copy_from_slice(&self.buffer()[..count]);
        self.forget(count);
        budget::spend();
        Poll::Ready(Ok(count))
    }
}

impl<R: AsyncRead + Unpin> AsyncBufRead for BufferedReader<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let reader = self.get_mut();
        ready!(leaf::poll_turn(cx));
        if reader.buffer().is_empty() {
            ready!(reader.poll_more(cx))?;
        }
        budget::spend();
        Poll::Ready(Ok(reader.buffer()))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.forget(amount);
    }
}

impl<R: AsyncWrite + Unpin> AsyncWrite for BufferedReader<R> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}
