//! Laws L: semaphores.

mod adding;
mod counting;
mod many;
mod release;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "L1",
            "Never more than the permits at once: rate limit of n over m tasks peaks at exactly \
             n, and all m finish.",
            counting::l1::<B>,
        ),
        Law::new(
            "L2",
            "A release hands the permit to the first waiter; `try_acquire` then fails.",
            release::l2::<B>,
        ),
        Law::new(
            "L3",
            "`acquire_many` takes all or waits, and does not starve behind single ones.",
            many::l3::<B>,
        ),
        Law::new(
            "L4",
            "Adding permits wakes as many waiters as fit, in order; a forgotten permit lowers the \
             total.",
            adding::l4::<B>,
        ),
        Law::new("L5", "A guard dropped by cancellation or panic releases.", release::l5::<B>),
    ]
}
