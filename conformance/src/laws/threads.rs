//! T: blocking calls, and async code for who blocks.

mod abandoned;
mod asked;
mod called;
mod kept;
mod limited;

use anyrt_core::{Driver, Toplevel};

use crate::law::Law;
use crate::threads::Threads;

/// Gives the T laws, checked on calls that may have a fault.
pub fn thread_laws_of<P: Threads, D: Driver + Toplevel>() -> Vec<Law<D>> {
    vec![
        Law::new(
            "T1",
            "A blocking call is not abandoned by default: cancellation waits for it and its value is \
             delivered.",
            kept::t1::<P, D>,
        ),
        Law::new(
            "T2",
            "Abandonable by choice: returns at once, keeps its limiter token until the thread really \
             ends.",
            abandoned::t2::<P, D>,
        ),
        Law::new("T3", "The closure can ask whether it is cancelled.", asked::t3::<P, D>),
        Law::new(
            "T4",
            "From a blocking thread one can run async code on the backend it came from; misuse is an \
             error.",
            called::t4::<P, D>,
        ),
        Law::new(
            "T5",
            "As many closures run at once as their limiter has tokens, in the order of coming; a \
             call that is cut while it waits for a token runs nothing.",
            limited::t5::<P, D>,
        ),
    ]
}
