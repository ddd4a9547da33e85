//! Laws L: semaphores, locks, limiters.

mod adding;
mod condition;
mod counting;
mod many;
mod meeting;
mod passing;
mod release;
mod tokens;

use anyrt_core::{Backend, Driver, Toplevel};

use crate::kit::{AnyRateLimiter, Kit};
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

/// The laws of what no backend brings along.
pub(crate) fn kit_laws<B: Backend + Toplevel, K: Kit>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "L6",
            "`Condvar::wait` takes the guard and gives it back; cut or dropped, it holds nothing, \
             and its notification goes to the next.",
            condition::l6::<B, K::Condition>,
        ),
        Law::new(
            "L7",
            "A `CapacityLimiter` holds one token per borrower, can be resized either way, and \
             never over-grants.",
            tokens::l7::<B, K::Limiter>,
        ),
        Law::new(
            "L8",
            "`Event` has no lost wake-up; set stays set. `Barrier` releases exactly n, again and \
             again, also if one waiter was cancelled.",
            meeting::l8::<B, K::Event, K::Barrier>,
        ),
    ]
}

/// Gives law L9, checked on a rate limiter that may have a fault.
pub fn rate_law_of<D: Driver + Toplevel, R: AnyRateLimiter<D>>() -> Law<D> {
    Law::new(
        "L9",
        "A `RateLimiter` lets its waiters pass in order: in no period more than its count, and a \
         burst on top where one was allowed; who is cut or dropped did not pass, and costs nobody \
         behind it anything.",
        passing::l9::<D, R>,
    )
}
