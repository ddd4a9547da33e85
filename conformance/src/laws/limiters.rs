//! Laws L: semaphores.

mod counting;
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
        Law::new("L5", "A guard dropped by cancellation or panic releases.", release::l5::<B>),
    ]
}
