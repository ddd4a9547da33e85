//! Laws F: fairness.

mod budget;
mod order;
mod taking_turns;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "F1",
            "Waiters on a semaphore, lock, condition, limiter or channel are served in the order \
             in which they came; nobody barges in.",
            order::f1::<B>,
        ),
        Law::new(
            "F2",
            "A task that loops on operations that are always ready does not starve others (a \
             cooperative budget, on every backend). A yield happens before the commit; `try_` \
             operations never yield; outside a frame the budget is per thread.",
            budget::f2::<B>,
        ),
        Law::new(
            "F3",
            "N tasks alternating on one lock alternate strictly.",
            taking_turns::f3::<B>,
        ),
    ]
}
