//! Laws H: channels.

mod broadcast;
mod closing;
mod delivery;
mod oneshot;
mod queue;
mod reserving;
mod statistics;
mod stream;
mod watch;

use anyrt_core::{Backend, Toplevel};

use crate::kit::Kit;
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

/// The laws of what no backend brings along.
pub(crate) fn kit_laws<B: Backend + Toplevel, K: Kit>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "H9",
            "A `oneshot` value reaches its receiver, whichever comes first, or comes back to the \
             sender; a wait that is cut takes nothing, and each side sees that the other is gone.",
            oneshot::h9::<B, K::Oneshot>,
        ),
        Law::new(
            "H10",
            "A `broadcast` receiver sees all that is sent after it came, in order, or is told how \
             much it missed, and as a `Stream` ends when closed; the sender waits for nobody.",
            broadcast::h10::<B, K::Broadcast>,
        ),
        Law::new(
            "H11",
            "A `watch` receiver sees the latest value, and none after a later one, also as a \
             `Stream`; the last change is seen before the end, and a wait that is cut sees none.",
            watch::h11::<B, K::Watch>,
        ),
        Law::new(
            "H12",
            "A queue's `join` waits until all that was put is done, and one mark too many is an \
             error; shut down, it takes nothing in, and gives what is left.",
            queue::h12::<B, K::Queue>,
        ),
    ]
}
