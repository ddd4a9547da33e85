//! The order that a test says.

use std::sync::Arc;

use anyrt_core::prelude::*;
use anyrt_sim::{Cause, Sequencer, SequencerError, Sim};
use futures_util::FutureExt;

use crate::{Group, Log, here};

#[test]
fn steps_come_in_their_order_whoever_asks_first() {
    Sim::explore(0..100, || async {
        let (sim, log, sequencer) = (here(), Log::default(), Arc::new(Sequencer::new()));
        let ended = sim.task_group(async |group: Group| {
            for task in 0..3 {
                let (log, sequencer) = (log.clone(), sequencer.clone());
                group.spawn(async move {
                    for round in 0..4 {
                        let turn = sequencer.turn(round * 3 + task).await.unwrap();
                        anyrt_core::task::yield_now().await;
                        log.note(turn.number());
                    }
                });
            }
        });
        ended.await.unwrap();
        assert_eq!(log.entries(), Vec::from_iter(0..12));
    });
}

#[test]
fn misuse_is_an_error() {
    let sequencer = Sequencer::new();
    let mut later = Box::pin(sequencer.turn(1));
    assert!(later.as_mut().now_or_never().is_none());
    let taken = sequencer.turn(1).now_or_never().unwrap();
    assert_eq!(taken.unwrap_err(), SequencerError::Taken(1));
    let first = sequencer.turn(0).now_or_never().unwrap().unwrap();
    let begun = sequencer.turn(0).now_or_never().unwrap();
    assert_eq!(begun.unwrap_err(), SequencerError::Passed(0));
    drop(first);
    let over = sequencer.turn(0).now_or_never().unwrap();
    assert_eq!(over.unwrap_err(), SequencerError::Passed(0));
    drop(later.now_or_never().unwrap().unwrap());
}

#[test]
fn a_turn_that_was_cut_can_be_asked_for_again() {
    let sequencer = Sequencer::new();
    assert!(sequencer.turn(1).now_or_never().is_none());
    let mut again = Box::pin(sequencer.turn(1));
    assert!(again.as_mut().now_or_never().is_none());
    drop(sequencer.turn(0).now_or_never().unwrap().unwrap());
    // Woken, and dropped without another poll.
    drop(again);
    assert_eq!(sequencer.turn(1).now_or_never().unwrap().unwrap().number(), 1);
}

#[test]
fn a_turn_that_never_comes_is_a_deadlock() {
    let sequencer = Sequencer::new();
    let stuck = Sim::new(1).try_run(async { drop(sequencer.turn(1).await) });
    assert_eq!(stuck.unwrap_err().cause(), Cause::Deadlock);
}
