//! What can go wrong on a network, besides what the system says.

/// The connection was hung up at this end.
///
/// It is inside the [`io::Error`](std::io::Error) of whoever reads or writes then (law W4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this end of the connection was hung up: nothing more can be read or written")]
#[non_exhaustive]
pub struct HungUp {}

impl HungUp {
    pub(crate) fn new() -> Self {
        Self {}
    }
}
