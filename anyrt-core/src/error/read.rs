//! What can go wrong with a line or a frame.

use std::io;
use std::string::FromUtf8Error;

/// A line, a frame or a part of a stream could not be read (law W11).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is longer than its limit.
    ///
    /// Nothing was taken: a longer limit finds it from its beginning.
    #[error(
        "what was to be read is longer than its limit of {limit} bytes: close the connection, for its \
         next part cannot be found, or allow more"
    )]
    Limit {
        /// How many bytes it might have had.
        limit: usize,
    },
    /// The stream ended in the middle of it.
    ///
    /// What came is still in the reader's [`buffer`](crate::io::BufferedReader::buffer).
    #[error(
        "the stream ended in the middle of what was to be read, of which {available} bytes came: the \
         other end has broken off; the reader's buffer still has them"
    )]
    IncompleteRead {
        /// How many bytes of it there are.
        available: usize,
    },
    /// The line is no UTF-8; these are its bytes.
    ///
    /// It was taken, and the next line comes after it.
    #[error("the line is no UTF-8: {0}; its bytes are in the error, and read_until takes any")]
    NotUtf8(#[source] FromUtf8Error),
    /// The stream is broken.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        let kind = match error {
            ReadError::Io(error) => return error,
            ReadError::IncompleteRead { .. } => io::ErrorKind::UnexpectedEof,
            ReadError::Limit { .. } | ReadError::NotUtf8(_) => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}
