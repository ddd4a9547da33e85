//! Laws S: shields and cleanup.

mod abandoned;
mod after;
mod blocking;
mod bracket;
mod cleanup;
mod groups;
mod moving;
mod racing;

use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Driver, Toplevel};

use crate::law::Law;
use crate::laws::tools::both;
use crate::policies::Policies;
use crate::support::turns;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "S1",
            "A shield blocks outer cancellation only: its own `cancel` and deadline work, and so \
             do scopes inside it.",
            blocking::s1::<B>,
        ),
        Law::new(
            "S2",
            "A cancellation that came during a shield strikes at the first checkpoint after it.",
            after::s2::<B>,
        ),
        Law::new(
            "S3",
            "Groups and children opened inside a shield are shielded; a child's shield keeps its \
             group waiting.",
            groups::s3::<B>,
        ),
        Law::new(
            "S4",
            "Raising a shield protects checkpoints not yet struck; lowering strikes and wakes at \
             once.",
            moving::s4::<B>,
        ),
        Law::new(
            "S5",
            "`finally` runs its cleanup exactly once after value, error, panic or cancellation, \
             shielded, before the scope returns; dropped by foreign code, it cannot.",
            cleanup::s5::<B>,
        ),
        Law::new("S6", "A shield with a deadline bounds a cleanup that hangs.", cleanup::s6::<B>),
        Law::new(
            "S7",
            "A shield, group or `finally` that its owner no longer polls does not hold a \
             cancelled scope open; it is dropped, its children adopted.",
            abandoned::s7::<B>,
        ),
    ]
}

/// Gives S8, checked on a bracket that may have a fault.
pub fn bracket_law_of<P: Policies, D: Driver + Toplevel>() -> Law<D> {
    Law::new(
        "S8",
        "`bracket` gives its resource, which it has lent to the work, to the release exactly once, \
         after the work was dropped: after value, error, panic or cancellation, shielded, before the \
         scope returns; dropped by foreign code, it drops the resource.",
        bracket::s8::<P, D>,
    )
}

/// Uses every kind of operation, with and without a wait.
async fn work<B: Backend>(backend: &B) {
    assert!(!backend.is_cancelled(), "what is shielded says that it is cancelled");
    let permits = backend.semaphore(1);
    let (sender, receiver) = backend.bounded(1);
    let (meets, met) = backend.bounded(0);
    for item in 0..3 {
        backend.checkpoint().await;
        drop(permits.acquire().await);
        assert_eq!(sender.send(item).await, Ok(()), "a channel with room");
        assert_eq!(receiver.recv().await, Ok(item), "a channel with an item");
        let exchange = both(meets.send(item), met.recv());
        assert_eq!(exchange.await, (Ok(()), Ok(item)), "a rendezvous");
        turns(2).await;
    }
    backend.sleep(Duration::from_millis(1)).await;
}
