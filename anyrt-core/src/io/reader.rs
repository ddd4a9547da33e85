//! The reader, and what one may ask of it.
//!
//! # Invariants
//!
//! - `start <= end <= bytes.len()`, and what came and was not handed over is `bytes[start..end]`.
//! - What was read is noted in `end` in the poll that read it, and `start` moves in the poll that hands
//!   over. No future has bytes of its own, so that none can lose any.
//! - The buffer grows with what came, never with what the other end announced.

use std::fmt::{self, Debug};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncRead;
use memchr::memmem;

use crate::error::ReadError;
use crate::{budget, leaf};

/// How much is read at once, at least, and so how much a reader has in memory.
const CAPACITY: usize = 8 * 1024;

/// How long the length of a frame is.
const HEADER: usize = 4;

/// Reads lines, frames and other parts of a stream, each with a limit.
///
/// Each read gives `None` at the end of the stream, if that comes between two parts. It never takes half
/// a part: one that is cut, dropped or fails leaves all that came for the next one (law W11). That is
/// what the `read_line` and `read_exact` of other crates do not do, which begin a part in the future.
///
/// It reads ahead, so whoever reads the stream itself afterwards misses what is in the
/// [`buffer`](Self::buffer). It reads like the stream, too, and writes like it, through the traits of
/// [`futures_io`].
///
/// # Examples
///
/// ```
/// use anyrt_core::error::ReadError;
/// use anyrt_core::io::BufferedReader;
///
/// # futures_executor::block_on(async {
/// let mut reader = BufferedReader::new(&b"one\r\ntwo\nmuch too long\nhalf"[..]);
/// assert_eq!(reader.read_line(10).await?.as_deref(), Some("one"));
/// assert_eq!(reader.read_line(10).await?.as_deref(), Some("two"));
/// let long = reader.read_line(10).await;
/// assert!(matches!(long, Err(ReadError::Limit { limit: 10 })));
/// assert_eq!(reader.read_line(20).await?.as_deref(), Some("much too long"));
/// let half = reader.read_line(10).await;
/// assert!(matches!(half, Err(ReadError::IncompleteRead { available: 4 })));
/// assert_eq!(reader.buffer(), b"half");
/// # Ok::<_, ReadError>(())
/// # }).unwrap();
/// ```
#[doc(alias = "BufReader")]
#[doc(alias = "BufferedByteReceiveStream")]
#[doc(alias = "LengthDelimitedCodec")]
#[doc(alias = "StreamReader")]
#[doc(alias = "Lines")]
pub struct BufferedReader<R> {
    pub(super) inner: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R> BufferedReader<R> {
    /// Reads from a stream, which is read ahead by 8 KiB or more at a time.
    pub fn new(inner: R) -> Self {
        Self { inner, bytes: Vec::new(), start: 0, end: 0 }
    }

    /// Gives the bytes that came and were not handed over.
    pub fn buffer(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Gives the stream, of which some may have been read ahead.
    pub fn get_ref(&self) -> &R {
        &self.inner
    }

    /// Gives the stream, for writing; what is read from it is missing here.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Gives the stream, and the bytes that were read ahead.
    pub fn into_parts(mut self) -> (R, Vec<u8>) {
        self.bytes.truncate(self.end);
        self.bytes.drain(..self.start);
        (self.inner, self.bytes)
    }

    pub(super) fn forget(&mut self, count: usize) {
        self.start += count;
        assert!(self.start <= self.end, "more bytes were consumed than the buffer has");
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    fn take(&mut self, length: usize, with_end: usize) -> Vec<u8> {
        let part = self.buffer()[..length].to_vec();
        self.forget(with_end);
        part
    }
}

impl<R: AsyncRead + Unpin> BufferedReader<R> {
    /// Reads up to a delimiter, and gives what is before it.
    ///
    /// The delimiter is taken, too. `None` is the end of the stream. It is a checkpoint.
    ///
    /// # Panics
    ///
    /// Panics if the delimiter is empty: it would be everywhere.
    ///
    /// # Errors
    ///
    /// [`ReadError::Limit`] if there is no delimiter after at most `limit` bytes;
    /// [`ReadError::IncompleteRead`] if the stream ends before one; [`ReadError::Io`] if it is broken.
    /// Nothing is taken then.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What came without a delimiter is there for the next read (law W11).
    #[doc(alias = "receive_until")]
    #[doc(alias = "readuntil")]
    pub async fn read_until(
        &mut self,
        delimiter: &[u8],
        limit: usize,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        assert!(!delimiter.is_empty(), "an empty delimiter is everywhere: give a byte or more");
        let mut searched = 0;
        self.turn(|reader, cx| {
            let found = ready!(reader.poll_find(cx, delimiter, limit, &mut searched))?;
            let take = |length| reader.take(length, length + delimiter.len());
            Poll::Ready(Ok(found.map(take)))
        })
        .await
    }

    /// Reads a line, and gives it without its end, which is `\n` or `\r\n`.
    ///
    /// `None` is the end of the stream. It is a checkpoint.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotUtf8`] with the bytes of the line, which is taken; [`ReadError::Limit`] if the line
    /// without its end is longer than `limit` bytes; [`ReadError::IncompleteRead`] if the stream ends
    /// before it; [`ReadError::Io`] if it is broken. Nothing is taken in these cases.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What came of a line is there for the next read (law W11).
    #[doc(alias = "readline")]
    #[doc(alias = "next_line")]
    pub async fn read_line(&mut self, limit: usize) -> Result<Option<String>, ReadError> {
        let mut searched = 0;
        self.turn(|reader, cx| {
            let with_return = limit.saturating_add(1);
            let found = ready!(reader.poll_find(cx, b"\n", with_return, &mut searched));
            let found = found.map_err(|error| match error {
                ReadError::Limit { .. } => ReadError::Limit { limit },
                error => error,
            });
            let Some(end) = found? else { return Poll::Ready(Ok(None)) };
            let line = &reader.buffer()[..end];
            let length = line.strip_suffix(b"\r").unwrap_or(line).len();
            if length > limit {
                return Poll::Ready(Err(ReadError::Limit { limit }));
            }
            let line = String::from_utf8(reader.take(length, end + 1));
            Poll::Ready(line.map(Some).map_err(ReadError::NotUtf8))
        })
        .await
    }

    /// Reads exactly so many bytes.
    ///
    /// `None` is the end of the stream. It is a checkpoint. The buffer grows with what comes: a number that
    /// the other end has announced takes no memory before that, but has to be bounded by the caller.
    ///
    /// # Errors
    ///
    /// [`ReadError::IncompleteRead`] if the stream ends before; [`ReadError::Io`] if it is broken. Nothing is
    /// taken then.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What came is there for the next read (law W11).
    #[doc(alias = "receive_exactly")]
    #[doc(alias = "readexactly")]
    pub async fn read_exact(&mut self, length: usize) -> Result<Option<Vec<u8>>, ReadError> {
        self.turn(|reader, cx| {
            let is_there = ready!(reader.poll_have(cx, length))?;
            Poll::Ready(Ok(is_there.then(|| reader.take(length, length))))
        })
        .await
    }

    /// Reads a frame, which has its length before it.
    ///
    /// Four bytes tell how many bytes come, the highest first; it gives those that come. `None` is the end
    /// of the stream. It is a checkpoint.
    ///
    /// # Errors
    ///
    /// [`ReadError::Limit`] if the frame is longer than `limit`, as soon as it is announced;
    /// [`ReadError::IncompleteRead`] if the stream ends before; [`ReadError::Io`] if it is broken. Nothing is
    /// taken then.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What came of a frame, its length too, is there for the next read (law W11).
    pub async fn read_frame(&mut self, limit: usize) -> Result<Option<Vec<u8>>, ReadError> {
        self.turn(|reader, cx| {
            ready!(reader.poll_have(cx, HEADER))?;
            let Some(header) = reader.buffer().first_chunk::<HEADER>() else {
                return Poll::Ready(Ok(None));
            };
            let length = usize::try_from(u32::from_be_bytes(*header)).unwrap_or(usize::MAX);
            if length > limit {
                return Poll::Ready(Err(ReadError::Limit { limit }));
            }
            ready!(reader.poll_have(cx, HEADER.saturating_add(length)))?;
            let mut frame = reader.take(HEADER + length, HEADER + length);
            frame.drain(..HEADER);
            Poll::Ready(Ok(Some(frame)))
        })
        .await
    }

    /// Has its turn before each poll, and spends it on what is ready (laws C1 and F2).
    async fn turn<T>(&mut self, mut poll: impl FnMut(&mut Self, &mut Context<'_>) -> Poll<T>) -> T {
        poll_fn(|cx| {
            ready!(leaf::poll_turn(cx));
            let polled = poll(self, cx);
            if polled.is_ready() {
                budget::spend();
            }
            polled
        })
        .await
    }

    /// Looks for the delimiter; what is before `searched` was looked through.
    fn poll_find(
        &mut self,
        cx: &mut Context<'_>,
        delimiter: &[u8],
        limit: usize,
        searched: &mut usize,
    ) -> Poll<Result<Option<usize>, ReadError>> {
        let most = limit.saturating_add(delimiter.len());
        loop {
            let there = self.buffer();
            let window = &there[*searched..there.len().min(most)];
            if let Some(at) = memmem::find(window, delimiter) {
                return Poll::Ready(Ok(Some(*searched + at)));
            }
            if there.len() >= most {
                return Poll::Ready(Err(ReadError::Limit { limit }));
            }
            // Its beginning may be there.
            *searched = there.len().saturating_sub(delimiter.len() - 1);
            if ready!(self.poll_more(cx))? == 0 {
                return Poll::Ready(self.end().map(|()| None));
            }
        }
    }

    /// Waits for so many bytes; false at the end of the stream.
    fn poll_have(&mut self, cx: &mut Context<'_>, length: usize) -> Poll<Result<bool, ReadError>> {
        while self.buffer().len() < length {
            if ready!(self.poll_more(cx))? == 0 {
                return Poll::Ready(self.end().map(|()| false));
            }
        }
        Poll::Ready(Ok(true))
    }

    fn end(&self) -> Result<(), ReadError> {
        match self.buffer().len() {
            0 => Ok(()),
            available => Err(ReadError::IncompleteRead { available }),
        }
    }

    /// Reads on; 0 is the end of the stream.
    pub(super) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.end == self.bytes.len() {
            if self.start > 0 {
                self.bytes.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            } else {
                self.bytes.resize((2 * self.bytes.len()).max(CAPACITY), 0);
            }
        }
        let room = &mut self.bytes[self.end..];
        let most = room.len();
        let count = ready!(Pin::new(&mut self.inner).poll_read(cx, room))?;
        assert!(count <= most, "the stream says that it read {count} bytes into {most}");
        self.end += count;
        Poll::Ready(Ok(count))
    }
}

impl<R: Debug> Debug for BufferedReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedReader")
            .field("inner", &self.inner)
            .field("buffered", &self.buffer().len())
            .finish()
    }
}
