//! J: what becomes of many futures that run at once, and of one that is tried again.

mod completed;
mod gathered;
mod race;
mod retried;

use anyrt_core::{Driver, Toplevel};

use crate::law::Law;
use crate::policies::Policies;

/// Gives the J laws, checked on join policies that may have a fault.
pub fn join_laws_of<P: Policies, D: Driver + Toplevel>() -> Vec<Law<D>> {
    vec![
        Law::new(
            "J1",
            "`gather` gives all outputs in the order of the call, whichever came first, and takes \
             failures for outputs.",
            gathered::j1::<P, D>,
        ),
        Law::new(
            "J2",
            "`try_gather` gives all values in the order of the call; or cancels the rest at the \
             first failure, and gives all failures in completion order.",
            gathered::j2::<P, D>,
        ),
        Law::new(
            "J3",
            "`race` gives the first success when all others have been cancelled and have ended; or \
             all failures, if none succeeds.",
            race::j3::<P, D>,
        ),
        Law::new(
            "J4",
            "`as_completed` gives each output once, in completion order, while others run; a `next` \
             that is cut or dropped takes nothing.",
            completed::j4::<P, D>,
        ),
        Law::new(
            "J5",
            "`retry` calls again after a failure and the next delay, with nothing left of the call \
             before; it gives the first success, or the failure after the last delay.",
            retried::j5::<P, D>,
        ),
    ]
}
