//! Every law of detection was seen to be broken: its check fails on a detector that breaks it.
#![cfg(feature = "report")]

#[path = "saboteurs/detector.rs"]
mod detector;
#[path = "saboteurs/seen.rs"]
mod seen;

use std::time::Duration;

use anyrt_async_std::AsyncStdBackend;
use anyrt_conformance::{Detect, Outcome, Subject, detection_laws_of};
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;

use self::detector::{
    AmbientFirst, FirstAnswerForEver, ForgetsABackend, HangsOnTheDead, Harmless, KnowsTasksOnly,
    Sabotaged, SaysOnlyTheCause, TakesAnyRuntime,
};

const BACKENDS: [&str; 3] = ["tokio", "smol", "async-std"];

fn subject(name: &str) -> Subject {
    match name {
        "tokio" => Subject::new(TokioBackend::new()),
        "smol" => Subject::new(SmolBackend::new()),
        _ => Subject::new(AsyncStdBackend::new()),
    }
}

/// Gives the backends on which the check of a law fails.
fn broken_on<D: Detect>(id: &str, limit: Duration) -> Vec<&'static str> {
    let is_broken = |name: &&str| {
        println!("on {name}:");
        seen::outcome(detection_laws_of::<D>(), id, limit, &subject(name)) != Outcome::Passed
    };
    BACKENDS.into_iter().filter(is_broken).collect()
}

/// The wrapper is not what fails: without a fault it keeps all laws.
#[test]
fn harmless() {
    for law in detection_laws_of::<Sabotaged<Harmless>>() {
        let broken = broken_on::<Sabotaged<Harmless>>(law.id, law.limit);
        assert!(broken.is_empty(), "{law:?} fails on {broken:?}");
    }
}

/// Makes a test of each fault, and the table of what they break.
macro_rules! faults {
    ($($name:ident: $fault:ident breaks $id:literal on $($backend:literal)+;)*) => {
        $(
            #[test]
            fn $name() {
                // A check that hangs is seen to fail, too, and need not be waited for at length.
                let broken = broken_on::<Sabotaged<$fault>>($id, Duration::from_secs(5));
                assert_eq!(broken, [$($backend),+], "where {} breaks {}", stringify!($fault), $id);
            }
        )*

        const BROKEN: &[&str] = &[$($id),*];
    };
}

faults! {
    n1_knows_tasks_only: KnowsTasksOnly breaks "N1" on "tokio";
    n2_forgets_a_backend: ForgetsABackend breaks "N2" on "tokio" "smol" "async-std";
    n2_takes_any_runtime: TakesAnyRuntime breaks "N2" on "tokio" "smol" "async-std";
    n3_ambient_first: AmbientFirst breaks "N3" on "tokio" "smol" "async-std";
    n4_first_answer_for_ever: FirstAnswerForEver breaks "N4" on "tokio" "smol" "async-std";
    n5_takes_any_runtime: TakesAnyRuntime breaks "N5" on "smol";
    n6_knows_tasks_only: KnowsTasksOnly breaks "N6" on "tokio" "smol" "async-std";
    n7_says_only_the_cause: SaysOnlyTheCause breaks "N7" on "tokio" "smol" "async-std";
    n7_hangs_on_the_dead: HangsOnTheDead breaks "N7" on "tokio" "smol" "async-std";
}

#[test]
fn every_law_of_detection_has_a_saboteur() {
    seen::assert_all_are_broken(&detection_laws_of::<Sabotaged<Harmless>>(), BROKEN);
}
