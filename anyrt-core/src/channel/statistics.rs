//! What a channel tells about itself.

/// What a channel tells about itself.
///
/// Both ends agree on it at every step (law H6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelStatistics {
    /// The items in the buffer.
    pub used: usize,
    /// The places that are set aside.
    ///
    /// Permits hold them, or sends that were not polled since.
    pub reserved: usize,
    /// How many items it may hold; `None` is any number.
    pub capacity: Option<usize>,
    /// The open clones of the sender.
    pub senders: usize,
    /// The open clones of the receiver.
    pub receivers: usize,
    /// The sends that wait.
    pub waiting_senders: usize,
    /// The receives that wait.
    pub waiting_receivers: usize,
}
