//! One direction of a connection: bytes on their way.
//!
//! # Invariants
//!
//! - Bytes arrive in the order in which they were sent: none is due before the one in front of it.
//! - What was sent and not read counts against the capacity, also on its way, so that a reader that does
//!   not read stops the writer.
//! - A pipe that is lost delivers nothing any more and takes what fits; nobody is told.

use std::collections::VecDeque;
use std::io;
use std::task::{Poll, Waker};

/// What a reader finds.
pub(crate) enum Found {
    /// So many bytes; 0 is the end of the stream.
    Bytes(usize),
    /// Nothing before this moment.
    Later(u64),
    Nothing,
}

pub(crate) struct Pipe {
    chunks: VecDeque<Chunk>,
    /// How many bytes are in it.
    used: usize,
    capacity: usize,
    /// When the last that was sent arrives.
    last: u64,
    /// When the reader sees the end of the stream.
    end: Option<u64>,
    pub(crate) is_reset: bool,
    pub(crate) is_lost: bool,
    pub(crate) has_no_reader: bool,
    /// Whether the connection breaks where the stream ends.
    pub(crate) ends_broken: bool,
    pub(crate) reader: Option<Waker>,
    pub(crate) writer: Option<Waker>,
}

struct Chunk {
    due: u64,
    bytes: Vec<u8>,
    read: usize,
}

impl Pipe {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            chunks: VecDeque::new(),
            used: 0,
            capacity,
            last: 0,
            end: None,
            is_reset: false,
            is_lost: false,
            has_no_reader: false,
            ends_broken: false,
            reader: None,
            writer: None,
        }
    }

    /// Takes as many bytes as there is room for.
    pub(crate) fn write(&mut self, bytes: &[u8], due: u64) -> Poll<io::Result<usize>> {
        if self.is_reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if self.end.is_some() || (self.has_no_reader && !self.is_lost) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = bytes.len().min(self.capacity - self.used);
        if count == 0 && !bytes.is_empty() {
            return Poll::Pending;
        }
        self.used += count;
        self.last = self.last.max(due);
        self.chunks.push_back(Chunk { due: self.last, bytes: bytes[..count].to_vec(), read: 0 });
        Poll::Ready(Ok(count))
    }

    /// Takes what has arrived.
    pub(crate) fn read(&mut self, buf: &mut [u8], now: u64) -> io::Result<Found> {
        if self.is_reset {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if self.is_lost {
            return Ok(Found::Nothing);
        }
        let mut count = 0;
        while let Some(chunk) = self.chunks.front_mut().filter(|chunk| chunk.due <= now) {
            let part = (chunk.bytes.len() - chunk.read).min(buf.len() - count);
            buf[count..count + part].copy_from_slice(&chunk.bytes[chunk.read..chunk.read + part]);
            chunk.read += part;
            count += part;
            if chunk.read < chunk.bytes.len() {
                break;
            }
            self.chunks.pop_front();
        }
        self.used -= count;
        if count > 0 || buf.is_empty() {
            return Ok(Found::Bytes(count));
        }
        Ok(match (self.chunks.front(), self.end) {
            (Some(chunk), _) => Found::Later(chunk.due),
            (None, Some(end)) if end <= now && self.ends_broken => {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            (None, Some(end)) if end <= now => Found::Bytes(0),
            (None, Some(end)) => Found::Later(end),
            (None, None) => Found::Nothing,
        })
    }

    /// Sends the end of the stream.
    pub(crate) fn close(&mut self, due: u64) {
        self.end.get_or_insert(self.last.max(due));
    }

    pub(crate) fn has_unread(&self) -> bool {
        self.used > 0
    }

    pub(crate) fn wakers(&mut self) -> impl Iterator<Item = Waker> + use<> {
        self.reader.take().into_iter().chain(self.writer.take())
    }
}
