//! Laws H: channels.

mod closing;
mod delivery;
mod reserving;
mod statistics;
mod stream;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "H1",
            "First in, first out; after the last sender closes, drain, then `Closed` for ever.",
            delivery::h1::<B>,
        ),
        Law::new(
            "H2",
            "After the last receiver closes, waiting and later sends fail and hand the item back.",
            closing::h2::<B>,
        ),
        Law::new(
            "H3",
            "Closing one clone affects the waiters on that clone only.",
            closing::h3::<B>,
        ),
        Law::new(
            "H4",
            "`bounded(0)` is a rendezvous: `send` completes only when a receiver has the item.",
            delivery::h4::<B>,
        ),
        Law::new("H5", "Several receivers: each item to exactly one.", delivery::h5::<B>),
        Law::new(
            "H6",
            "`statistics` agrees on both ends at every step: used, capacity, senders, receivers, \
             waiting on each side.",
            statistics::h6::<B>,
        ),
        Law::new(
            "H7",
            "`reserve` holds a place, and gives it back when dropped.",
            reserving::h7::<B>,
        ),
        Law::new("H8", "`Receiver` as a `Stream` ends when closed.", stream::h8::<B>),
    ]
}
