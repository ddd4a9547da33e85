//! Every law of networks was seen to be broken: its check fails on sockets that break it.
#![cfg(unix)]

mod datagrams;
mod faulty;
mod policies;
#[path = "../saboteurs/seen.rs"]
mod seen;

use std::time::Duration;

use anyrt_conformance::{Engine, NetPolicies, Outcome, Subject, connect_law_of, net_laws_of};
use anyrt_tokio::TokioBackend;

use faulty::{Fault, Faulty};
use policies::{
    AllAtOnce, GivesUpOnEach, HangsUpInSilence, IgnoresTheLimit, LeavesTheOthers, LosesHalfLines,
    OneAfterAnother, TakesHalfForWhole, WaitsForTheFirst,
};

const LIMIT: Duration = Duration::from_secs(5);

/// Runs the check of W7.
fn connecting<P: NetPolicies>() -> Outcome {
    let subject = Subject::with_net(TokioBackend::new());
    seen::outcome(vec![connect_law_of::<Subject, P>()], "W7", LIMIT, &subject)
}

#[test]
fn faults_in_connecting_break_w7() {
    assert_eq!(connecting::<Engine>(), Outcome::Passed);
    assert_ne!(connecting::<OneAfterAnother>(), Outcome::Passed);
    assert_ne!(connecting::<LeavesTheOthers>(), Outcome::Passed);
    assert_ne!(connecting::<AllAtOnce>(), Outcome::Passed);
    assert_ne!(connecting::<GivesUpOnEach>(), Outcome::Passed);
}

/// Runs the check of a law.
fn outcome<P: NetPolicies>(id: &str, fault: Fault) -> Outcome {
    let subject = Faulty { driver: TokioBackend::new(), fault };
    seen::outcome(net_laws_of::<Faulty, P>(), id, LIMIT, &subject)
}

/// Makes a test of each fault, and the table of what they break.
macro_rules! faults {
    ($($name:ident: $fault:ident, $policies:ty, breaks $id:literal;)*) => {
        $(
            #[test]
            fn $name() {
                assert_ne!(outcome::<$policies>($id, Fault::$fault), Outcome::Passed);
            }
        )*

        const BROKEN: &[&str] = &[$($id),*];
    };
}

faults! {
    reads_and_is_cut: ReadsAndIsCut, Engine, breaks "W1";
    breaks_cleanly: BreaksCleanly, Engine, breaks "W2";
    ends_once: EndsOnce, Engine, breaks "W2";
    closes_all: ClosesAll, Engine, breaks "W3";
    flushes_only: FlushesOnly, Engine, breaks "W3";
    hangs_up_in_silence: None, HangsUpInSilence, breaks "W4";
    waits_for_the_first: None, WaitsForTheFirst, breaks "W5";
    tells_the_last: TellsTheLast, Engine, breaks "W8";
    tries_the_first: TriesTheFirst, Engine, breaks "W8";
    receives_and_is_cut: ReceivesAndIsCut, Engine, breaks "W9";
    unix_reads_and_is_cut: ReadsAndIsCut, Engine, breaks "W10";
    unix_flushes_only: FlushesOnly, Engine, breaks "W10";
    loses_half_lines: None, LosesHalfLines, breaks "W11";
    ignores_the_limit: None, IgnoresTheLimit, breaks "W11";
    takes_half_for_whole: None, TakesHalfForWhole, breaks "W11";
    hears_everybody: HearsEverybody, Engine, breaks "W12";
    sends_to_nobody: SendsToNobody, Engine, breaks "W12";
    unix_receives_and_is_cut: ReceivesAndIsCut, Engine, breaks "W13";
    unix_sends_to_nobody: SendsToNobody, Engine, breaks "W13";
    accepts_and_is_cut: AcceptsAndIsCut, Engine, breaks "W6";
}

#[test]
fn every_law_of_networks_has_a_saboteur() {
    seen::assert_all_are_broken(&net_laws_of::<Faulty, Engine>(), BROKEN);
}

#[test]
fn what_has_no_fault_is_harmless() {
    for law in net_laws_of::<Faulty, Engine>() {
        assert_eq!(outcome::<Engine>(law.id, Fault::None), Outcome::Passed, "{}", law.id);
    }
}
