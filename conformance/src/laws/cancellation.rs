//! Laws C: cancellation.

mod call;
mod committed;
mod condition;
mod exit;
mod level;
mod nesting;
mod reach;
mod resting;
mod sources;
mod unwinding;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "C1",
            "Level-triggered: in a cancelled scope every checkpoint is cut, however many are \
             tried, and also those that would not have to wait. An operation already committed is \
             completed, not cut.",
            level::c1::<B>,
        ),
        Law::new(
            "C2",
            "`cancel` never waits, may be called from any thread, any number of times, and cannot \
             be undone; the first reason stays.",
            call::c2::<B>,
        ),
        Law::new(
            "C3",
            "Cancelled, but no checkpoint follows: the value is returned; `cancel_called`, not \
             `cancelled_caught`.",
            call::c3::<B>,
        ),
        Law::new(
            "C4",
            "Of several cancelled nested scopes the outermost visible one absorbs; the inner ones \
             did not catch.",
            nesting::c4::<B>,
        ),
        Law::new(
            "C5",
            "That is decided at the exit: an outer cancellation during unwinding takes over.",
            exit::c5::<B>,
        ),
        Law::new(
            "C6",
            "Code after the await at which cancellation struck never runs; destructors run, \
             innermost first. Once it has struck in a task, raising a shield there changes \
             nothing.",
            unwinding::c6::<B>,
        ),
        Law::new(
            "C7",
            "A scope cancelled before it runs lets its body run to the first checkpoint.",
            unwinding::c7::<B>,
        ),
        Law::new("C8", "A scope runs once: by its type.", call::c8::<B>),
        Law::new(
            "C9",
            "Cancellation reaches all visible descendants, through tasks and groups, in one call.",
            reach::c9::<B>,
        ),
        Law::new(
            "C10",
            "Nobody spins: a cancelled task under a long shield is polled a bounded number of \
             times.",
            resting::c10::<B>,
        ),
        Law::new(
            "C11",
            "An operation that completed before the cancellation struck delivers its value.",
            committed::c11::<B>,
        ),
        Law::new(
            "C12",
            "A scope cancelled from inside its own body, from a child, and from another thread \
             behaves the same.",
            sources::c12::<B>,
        ),
        Law::new(
            "C13",
            "`move_on_when` cancels its future when the condition has come about, and waits for what \
             holds it open; a future that completes first, or at the same time, gives its value, and \
             the condition is dropped.",
            condition::c13::<B>,
        ),
    ]
}
