//! An open file.
//!
//! # Invariants
//!
//! - What was read and not taken yet is in `buffer[taken..]`; the file's own position is behind it. An
//!   operation that needs the position empties the buffer, and the file notes how far it is ahead: the
//!   next call that begins goes back by so much, whichever it is.
//! - The answer of another operation than the one that waits is that of one which foreign code dropped
//!   after it had begun: of a read it fills the buffer, of a write or a seek it is over and done, and only
//!   its failure is told.

use std::any::Any;
use std::fmt::{self, Debug};
use std::fs;
use std::future::poll_fn;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};

use super::shuttle::Shuttle;
use crate::driver::{Ambient, Driver};
use crate::source::Source;
use crate::{budget, leaf};

/// How much one call reads or writes at most.
const CHUNK: usize = 64 * 1024;

/// An open file, with the traits of futures-io.
///
/// Each operation that the buffer does not answer is one blocking call, which is waited for once it has
/// begun, also in a cancelled scope (law T1): so what is written is written when the write has returned,
/// and there is nothing to flush. Reads are buffered.
///
/// An operation that has begun, and that foreign code drops, is completed all the same. The next one
/// waits for that; a write of the same bytes takes its success for its own (law O4).
pub struct File<D> {
    shuttle: Shuttle<D, Open, Errand, Answer>,
    buffer: Vec<u8>,
    taken: usize,
    /// How many closures were called with the file.
    calls: u64,
}

/// A file of std.
struct Open {
    file: fs::File,
    /// How far its position is ahead of what was taken, apart from what is in the buffer.
    ahead: i64,
}

impl Open {
    /// The file, where its owner believes it to stand.
    fn at_place(&mut self) -> io::Result<&mut fs::File> {
        if self.ahead != 0 {
            self.file.seek(SeekFrom::Current(-self.ahead))?;
            self.ahead = 0;
        }
        Ok(&mut self.file)
    }
}

/// What is asked of the file.
enum Errand {
    Read,
    Write(Arc<[u8]>),
    Seek(SeekFrom),
    Call(u64),
}

/// What a call gives.
enum Answer {
    Read(io::Result<Vec<u8>>),
    Written(io::Result<usize>),
    Sought(io::Result<u64>),
    Called(io::Result<Box<dyn Any + Send>>),
}

impl<D: Driver> File<D> {
    /// Takes an open file, to be read and written on the threads of `driver`.
    pub fn on(driver: D, file: fs::File) -> Self {
        Self::from_source(Source::Given(driver), file)
    }

    fn from_source(source: Source<D>, file: fs::File) -> Self {
        let open = Open { file, ahead: 0 };
        Self { shuttle: Shuttle::new(source, open), buffer: Vec::new(), taken: 0, calls: 0 }
    }

    /// Calls a closure with the file on a blocking thread.
    ///
    /// It is for all that has no method here: `file.with(|file| file.sync_all())`. It sees the position
    /// up to which was read.
    ///
    /// # Panics
    ///
    /// Resumes the panic of the closure; the file is lost then.
    ///
    /// # Errors
    ///
    /// That of an earlier operation which foreign code dropped, or that the file was lost. What the
    /// closure gives is given.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if foreign code drops it: the closure runs to its end and its value is dropped.
    pub async fn with<T, F>(&mut self, f: F) -> io::Result<T>
    where
        F: FnOnce(&mut fs::File) -> T + Send + 'static,
        T: Send + 'static,
    {
        let mut f = Some(f);
        self.calls += 1;
        let number = self.calls;
        poll_fn(|cx| {
            loop {
                let is_own =
                    |errand: &Errand| matches!(errand, Errand::Call(own) if *own == number);
                match ready!(self.shuttle.poll_back(cx, is_own))? {
                    Some((Errand::Call(own), Answer::Called(called))) if own == number => {
                        let Ok(value) = called?.downcast() else {
                            unreachable!("the answer is that of the own closure")
                        };
                        return Poll::Ready(Ok(*value));
                    }
                    Some((_, answer)) => self.settle(answer)?,
                    None => {
                        let Some(f) = f.take() else { unreachable!("the errand is kept") };
                        self.forget_unread();
                        self.shuttle.send(Errand::Call(number), move |open| {
                            Answer::Called(open.at_place().map(|file| Box::new(f(file)) as _))
                        });
                    }
                }
            }
        })
        .await
    }

    /// Gives the file of std, once no operation is under way.
    ///
    /// Its position may be ahead of what was read here, by what is in the buffer.
    ///
    /// # Errors
    ///
    /// That of an earlier operation which foreign code dropped, or that the file was lost.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** when dropped: the file is closed.
    pub async fn into_std(mut self) -> io::Result<fs::File> {
        poll_fn(|cx| self.poll_idle(cx)).await?;
        match self.shuttle.into_inner() {
            Some(open) => Ok(open.file),
            None => unreachable!("it is here when no operation is under way"),
        }
    }

    /// Waits until no operation is under way.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((_, answer)) = ready!(self.shuttle.poll_back(cx, |_| false))? {
            self.settle(answer)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Takes in the answer of an operation that was dropped.
    fn settle(&mut self, answer: Answer) -> io::Result<()> {
        match answer {
            Answer::Read(read) => {
                self.buffer = read?;
                self.taken = 0;
            }
            Answer::Written(written) => written.map(drop)?,
            Answer::Sought(position) => position.map(drop)?,
            Answer::Called(called) => drop(called?),
        }
        Ok(())
    }

    /// Empties the buffer, and has the file go back to where that began.
    fn forget_unread(&mut self) {
        let unread = i64::try_from(self.buffer.len() - self.taken);
        let unread = unread.unwrap_or_else(|_| unreachable!("the buffer is small"));
        self.buffer.clear();
        self.taken = 0;
        self.shuttle.change(|open| open.ahead += unread);
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.taken == self.buffer.len() {
            match ready!(self.shuttle.poll_back(cx, |errand| matches!(errand, Errand::Read)))? {
                Some((_, Answer::Read(read))) => {
                    self.buffer = read?;
                    self.taken = 0;
                    // Also if it is the end of the file.
                    break;
                }
                Some((_, answer)) => self.settle(answer)?,
                None => {
                    let mut buffer = std::mem::take(&mut self.buffer);
                    self.taken = 0;
                    self.shuttle.send(Errand::Read, move |open| {
                        buffer.resize(CHUNK, 0);
                        let read = open.at_place().and_then(|file| file.read(&mut buffer));
                        Answer::Read(read.map(|count| {
                            buffer.truncate(count);
                            buffer
                        }))
                    });
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<D: Ambient> File<D> {
    /// Takes an open file, to be read and written where it is first used.
    pub fn ambient(file: fs::File) -> Self {
        Self::from_source(Source::ambient(), file)
    }
}

impl Errand {
    /// Whether it is the first part of a write of these bytes.
    fn writes(&self, buf: &[u8]) -> bool {
        matches!(self, Self::Write(bytes) if buf.starts_with(bytes))
    }

    fn seeks(&self, to: SeekFrom) -> bool {
        matches!(self, Self::Seek(own) if *own == to)
    }
}

impl<D: Driver> AsyncBufRead for File<D> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        ready!(leaf::poll_turn(cx));
        ready!(this.poll_fill(cx))?;
        budget::spend();
        Poll::Ready(Ok(&this.buffer[this.taken..]))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.taken = (self.taken + amount).min(self.buffer.len());
    }
}

impl<D: Driver> AsyncRead for File<D> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let ready = ready!(self.as_mut().poll_fill_buf(cx))?;
        let count = ready.len().min(buf.len());
        buf[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Poll::Ready(Ok(count))
    }
}

impl<D: Driver> AsyncWrite for File<D> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        loop {
            let is_own = |errand: &Errand| errand.writes(buf);
            match ready!(this.shuttle.poll_back(cx, is_own))? {
                Some((errand, Answer::Written(written))) if errand.writes(buf) => {
                    return Poll::Ready(written);
                }
                Some((_, answer)) => this.settle(answer)?,
                None if buf.is_empty() => return Poll::Ready(Ok(0)),
                None => {
                    let bytes: Arc<[u8]> = Arc::from(&buf[..buf.len().min(CHUNK)]);
                    this.forget_unread();
                    this.shuttle.send(Errand::Write(bytes.clone()), move |open| {
                        Answer::Written(open.at_place().and_then(|file| file.write(&bytes)))
                    });
                }
            }
        }
    }

    /// Waits for operations that foreign code dropped.
    ///
    /// There is nothing else to flush.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_idle(cx)
    }

    /// The file is closed when it is dropped.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_idle(cx)
    }
}

impl<D: Driver> AsyncSeek for File<D> {
    fn poll_seek(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        let this = &mut *self;
        loop {
            let is_own = |errand: &Errand| errand.seeks(to);
            match ready!(this.shuttle.poll_back(cx, is_own))? {
                Some((errand, Answer::Sought(position))) if errand.seeks(to) => {
                    return Poll::Ready(position);
                }
                Some((_, answer)) => this.settle(answer)?,
                None => {
                    this.forget_unread();
                    this.shuttle.send(Errand::Seek(to), move |open| {
                        Answer::Sought(open.at_place().and_then(|file| file.seek(to)))
                    });
                }
            }
        }
    }
}

impl<D: Driver> Debug for File<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("is_idle", &self.shuttle.is_idle())
            .field("buffered", &(self.buffer.len() - self.taken))
            .finish()
    }
}
