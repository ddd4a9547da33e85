//! Laws P: queues under cancellation.

mod channel;
mod closing;
mod semaphore;
mod stress;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "P1",
            "An operation that is cut consumed nothing, and nothing is handed to a waiter whose \
             scope is already cancelled.",
            p1::<B>,
        ),
        Law::new(
            "P2",
            "Handed over before the cancellation, and polled again: it completes; not polled \
             again: the hand-over passes to the next.",
            p2::<B>,
        ),
        Law::new(
            "P3",
            "A cancelled `send` leaves nothing in the channel; a cancelled `recv` takes nothing.",
            channel::p3::<B>,
        ),
        Law::new("P4", "A cancelled or dropped waiter passes its wake-up on.", p4::<B>),
        Law::new(
            "P5",
            "Exactly once: under any interleaving of send, recv, cancel and drop, sent = received \
             + buffered + handed back.",
            stress::p5::<B>,
        ),
        Law::new("P6", "Closing always closes, also inside a cancelled scope.", closing::p6::<B>),
    ]
}

fn p1<B: Backend + Toplevel>(backend: &B) {
    semaphore::p1(backend);
    channel::p1(backend);
}

fn p2<B: Backend + Toplevel>(backend: &B) {
    semaphore::p2(backend);
    channel::p2(backend);
}

fn p4<B: Backend + Toplevel>(backend: &B) {
    semaphore::p4(backend);
    channel::p4(backend);
}
