//! Laws R: a caller that waits until a new child is ready.

mod caller;
mod ended;
mod group;
mod ready;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "R1",
            "`start` returns exactly when the child says `started(value)`, with that value; from \
             then on the child is the group's.",
            ready::r1::<B>,
        ),
        Law::new(
            "R2",
            "A failure before that goes to the caller of `start`, unwrapped, and does not cancel \
             the group.",
            ended::r2::<B>,
        ),
        Law::new(
            "R3",
            "Ending without it is `StartError::NeverStarted`, reported after the child ended; \
             saying it twice is unrepresentable or an error.",
            ended::r3::<B>,
        ),
        Law::new(
            "R4",
            "Cancelling the caller of `start` cancels and joins the child that is not ready; \
             dropped by foreign code: cancelled, and the group waits for it and takes its failure.",
            caller::r4::<B>,
        ),
        Law::new(
            "R5",
            "Before readiness the caller's scopes govern the child, afterwards the group's.",
            ready::r5::<B>,
        ),
        Law::new(
            "R6",
            "A pending `start` keeps the group open, and cancelling the group cancels it too: \
             `StartError::Cancelled` (Trio deadlocks here).",
            group::r6::<B>,
        ),
    ]
}
