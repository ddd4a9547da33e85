//! What is in a folder, and below it.
//!
//! # Invariants
//!
//! - Entries are read some at a time, by calls that stop when they are cancelled; what was read is kept
//!   here until it is given.
//! - The folders that are open are those on the way to where the walk is: as many as it is deep.

use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::fs::{self, FileType, ReadDir};
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::shuttle::Shuttle;
use crate::blocking;
use crate::driver::{Ambient, Driver};
use crate::source::Source;
use crate::{budget, leaf};

/// How many entries one call reads at most.
const BATCH: usize = 64;

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Where it is: the path of the walk, and its own below that.
    pub path: PathBuf,
    /// Whether it is a file, a folder, a link, or something else.
    ///
    /// Links are not followed.
    pub file_type: FileType,
    /// How deep it lies: what is in the folder of the walk has 1.
    pub depth: usize,
}

/// Something that a walk could not look at; it goes on with the rest.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
#[non_exhaustive]
pub struct WalkError {
    /// The folder, or the entry.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl From<WalkError> for io::Error {
    fn from(error: WalkError) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// The entries of a folder and of all folders below it.
///
/// Each folder comes before what is in it, and else they come in the system's order. Links are not
/// followed. What cannot be looked at is an error, after which the walk goes on.
///
/// # Cancel safety
///
/// **Safe.** What was read and not given is kept for the next call.
pub struct Walk<D> {
    shuttle: Shuttle<D, Steps, (), Vec<Result<Entry, WalkError>>>,
    read: VecDeque<Result<Entry, WalkError>>,
    is_over: bool,
}

/// Where a walk is.
struct Steps {
    /// Folders that are not open yet, and their depth.
    next: Option<(PathBuf, usize)>,
    open: Vec<(PathBuf, ReadDir, usize)>,
    max_depth: usize,
}

impl<D: Driver> Walk<D> {
    /// Walks through `folder`, on the threads of `driver`.
    pub fn on(driver: D, folder: impl AsRef<Path>) -> Self {
        Self::from_source(Source::Given(driver), folder.as_ref(), usize::MAX)
    }

    /// Walks through `folder` at most so deep; 1 is the folder alone.
    pub fn with_max_depth_on(driver: D, folder: impl AsRef<Path>, max_depth: usize) -> Self {
        Self::from_source(Source::Given(driver), folder.as_ref(), max_depth)
    }

    fn from_source(source: Source<D>, folder: &Path, max_depth: usize) -> Self {
        let next = (max_depth > 0).then(|| (folder.to_owned(), 1));
        let steps = Steps { next, open: Vec::new(), max_depth };
        Self { shuttle: Shuttle::new(source, steps), read: VecDeque::new(), is_over: false }
    }

    /// Gives the next entry; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// [`WalkError`] for what cannot be looked at; the walk goes on after it.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What was read and not given is kept for the next call.
    pub async fn next(&mut self) -> Option<Result<Entry, WalkError>> {
        poll_fn(|cx| self.poll_entry(cx)).await
    }

    fn poll_entry(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Entry, WalkError>>> {
        ready!(leaf::poll_turn(cx));
        loop {
            if let Some(entry) = self.read.pop_front() {
                budget::spend();
                return Poll::Ready(Some(entry));
            }
            if self.is_over {
                return Poll::Ready(None);
            }
            match ready!(self.shuttle.poll_back(cx, |()| true)) {
                Ok(Some(((), batch))) => {
                    self.is_over = batch.is_empty();
                    self.read.extend(batch);
                }
                Ok(None) => self.shuttle.send((), Steps::read),
                Err(source) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(WalkError { path: PathBuf::new(), source })));
                }
            }
        }
    }
}

impl<D: Ambient> Walk<D> {
    /// Walks through `folder` at most so deep, where it is first polled.
    pub fn ambient(folder: impl AsRef<Path>, max_depth: usize) -> Self {
        Self::from_source(Source::ambient(), folder.as_ref(), max_depth)
    }
}

impl Steps {
    /// Reads some entries; none at the end.
    fn read(&mut self) -> Vec<Result<Entry, WalkError>> {
        let mut batch = Vec::new();
        // One at least: an empty batch is the end.
        while batch.is_empty() || (batch.len() < BATCH && !blocking::is_cancelled()) {
            match self.step() {
                Some(entry) => batch.push(entry),
                None => break,
            }
        }
        batch
    }

    fn step(&mut self) -> Option<Result<Entry, WalkError>> {
        loop {
            if let Some((path, depth)) = self.next.take() {
                match fs::read_dir(&path) {
                    Ok(entries) => self.open.push((path, entries, depth)),
                    Err(source) => return Some(Err(WalkError { path, source })),
                }
            }
            let (path, entries, depth) = self.open.last_mut()?;
            let depth = *depth;
            let Some(entry) = entries.next() else {
                self.open.pop();
                continue;
            };
            let entry = match entry {
                Ok(entry) => entry,
                Err(source) => return Some(Err(WalkError { path: path.clone(), source })),
            };
            let path = entry.path();
            let file_type = match entry.file_type() {
                Ok(file_type) => file_type,
                Err(source) => return Some(Err(WalkError { path, source })),
            };
            if file_type.is_dir() && depth < self.max_depth {
                self.next = Some((path.clone(), depth + 1));
            }
            return Some(Ok(Entry { path, file_type, depth }));
        }
    }
}

impl<D: Driver> Stream for Walk<D> {
    type Item = Result<Entry, WalkError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_entry(cx)
    }
}

impl<D> Debug for Walk<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("read", &self.read.len())
            .field("is_over", &self.is_over)
            .finish()
    }
}
