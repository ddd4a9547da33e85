//! The W laws: what holds on every wire.

mod accepting;
mod attempts;
mod connecting;
mod datagrams;
mod ends;
mod halves;
mod lines;
#[cfg(unix)]
mod local;
#[cfg(unix)]
mod local_datagrams;
mod peers;
mod reading;

use anyrt_core::{Backend, Net, NetDriver, Toplevel};

use crate::law::Law;
use crate::net_policies::NetPolicies;

pub(super) fn laws<B: Backend + Toplevel + Net, P: NetPolicies>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "W1",
            "A read that is cut or dropped has taken no bytes: the next one gets them.",
            reading::w1,
        ),
        Law::new(
            "W2",
            "The end of a stream comes after all its bytes, is a read of 0, and stays; a connection that \
             broke is an error for whoever reads or writes, also for those that wait.",
            ends::w2,
        ),
        Law::new(
            "W3",
            "Closing a connection sends the end, after which nothing can be written; what the other end \
             sends is still read.",
            ends::w3,
        ),
        Law::new(
            "W4",
            "Hanging up on one half ends whoever reads or writes on either, then and later, with `HungUp`.",
            halves::w4::<B, P>,
        ),
        Law::new(
            "W5",
            "Of two that read from one half at once, the second gets `BusyResource`, and the first goes on.",
            halves::w5::<B, P>,
        ),
        Law::new(
            "W6",
            "Each of many connections at once is accepted exactly once, however many accepts are cut or \
             dropped.",
            accepting::w6,
        ),
        Law::new(
            "W8",
            "If no address answers, the error has each attempt, in the order of trying, with what came of \
             it; a name that is not found is an error of its own.",
            connecting::w8,
        ),
        Law::new(
            "W9",
            "A datagram is received whole, and once; a wait for one that is cut or dropped has taken none.",
            datagrams::w9,
        ),
        Law::new(
            "W10",
            "Of Unix sockets W1 to W3 hold, too; a path that is missing, taken or deserted is an error.",
            w10,
        ),
        Law::new(
            "W11",
            "A line or a frame is read whole, whatever was cut or dropped before; one that is longer than its \
             limit, and an end in the middle, are errors that take nothing.",
            lines::w11::<B, P>,
        ),
        Law::new(
            "W12",
            "A UDP socket that is connected sends to its peer, and hears nobody else; sending without a peer is \
             an error.",
            peers::w12,
        ),
        Law::new(
            "W13",
            "Of Unix datagrams W9 holds, too, by path, to a peer and in pairs; a path that is missing, taken or \
             deserted is an error.",
            w13,
        ),
    ]
}

/// Gives law W7, for any [`NetPolicies`]; it needs a driver.
pub fn connect_law_of<D: NetDriver + Toplevel, P: NetPolicies>() -> Law<D> {
    Law::new(
        "W7",
        "Of several addresses each is tried a little after the one before, or at once when that failed; \
         the first that answers is given, or the whole is cut, once no other attempt is left.",
        attempts::w7::<D, P>,
    )
}

/// Elsewhere there is nothing to be checked.
fn w10<B: Backend + Toplevel + Net>(backend: &B) {
    #[cfg(unix)]
    local::w10(backend);
    #[cfg(not(unix))]
    let _ = backend;
}

fn w13<B: Backend + Toplevel + Net>(backend: &B) {
    #[cfg(unix)]
    local_datagrams::w13(backend);
    #[cfg(not(unix))]
    let _ = backend;
}
