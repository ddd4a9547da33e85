//! What a worker does.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Work for another process: it goes there, and its output comes back.
///
/// It must not write to the standard output, through which the output goes; the standard error is that
/// of the program.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// What comes back.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Does the work, in the worker.
    ///
    /// A panic is the job's error, and the worker lives on.
    fn run(self) -> Self::Output;
}
