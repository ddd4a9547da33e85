//! Laws D: deadlines.

mod clock;
mod groups;
mod nested;
mod striking;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new("D1", "A relative timeout counts from the first poll.", clock::d1::<B>),
        Law::new(
            "D2",
            "A deadline moves both ways while the scope runs; once struck, it stays struck.",
            clock::d2::<B>,
        ),
        Law::new(
            "D3",
            "The effective deadline is the earliest of the visible scopes; \"cancelled\" is in the \
             past; a shield hides outer ones.",
            nested::d3::<B>,
        ),
        Law::new(
            "D4",
            "`fail_after` gives `TimedOut` exactly when its own scope absorbed; finishing late \
             without a checkpoint gives the value.",
            striking::d4::<B>,
        ),
        Law::new(
            "D5",
            "Inner deadline later than the outer, or the same: the outer fires, the inner did not \
             catch. Sooner: only the inner fires.",
            nested::d5::<B>,
        ),
        Law::new(
            "D6",
            "A deadline that already passed: runs to the first checkpoint.",
            striking::d6::<B>,
        ),
        Law::new(
            "D7",
            "A deadline strikes when its scope is next polled, or at the budget's next yield: a \
             loop of always-ready operations does not outrun it.",
            striking::d7::<B>,
        ),
        Law::new(
            "D8",
            "A group's deadline cancels its body and its children, also while it waits for these; it \
             moves both ways, its children see it, and a body that has ended gives its value.",
            groups::d8::<B>,
        ),
    ]
}
