//! Every law was seen to be broken: each check fails on a backend that breaks its law.

#[path = "saboteurs/sabotaged.rs"]
mod sabotaged;

use std::env;
use std::process::Command;
use std::time::Duration;

use anyrt_conformance::{CoreKit, Law, Outcome, kit_laws_of, laws, run_law};
use anyrt_tokio::TokioBackend;

use self::sabotaged::{Fault, Sabotaged};

type Saboteur = Sabotaged<TokioBackend>;

/// A check that hangs is seen to fail, too, and need not be waited for at length.
const LIMIT: Duration = Duration::from_secs(5);

/// The wrapper is not what fails: without a fault it keeps all laws.
mod harmless {
    use super::{Fault, Sabotaged, TokioBackend};

    anyrt_conformance::suite!(backend: Sabotaged::new(TokioBackend::new(), Fault::None));
}

fn assert_breaks(fault: Fault, ids: &[&str]) {
    for id in ids {
        let law: Law<Saboteur> = laws()
            .into_iter()
            .find(|law| law.id == *id)
            .unwrap_or_else(|| panic!("there is no law {id}"));
        let law = Law { limit: LIMIT, ..law };
        let outcome = run_law(&law, &Sabotaged::new(TokioBackend::new(), fault));
        println!("{fault:?} {id}: {outcome:?}");
        assert_ne!(outcome, Outcome::Passed, "{fault:?} should break {law:?}");
    }
}

/// Makes a test of each fault, and the table of what they break.
macro_rules! faults {
    ($($name:ident: $fault:ident breaks $($id:literal)+;)*) => {
        $(
            #[test]
            fn $name() {
                assert_breaks(Fault::$fault, &[$($id),+]);
            }
        )*

        const BROKEN: &[&str] = &[$($($id),+),*];
    };
}

faults! {
    child_waits_for_joiner: ChildWaitsForJoiner breaks "B1";
    panicked_is_cancelled: PanickedIsCancelled breaks "B2";
    panicked_never_joins: PanickedNeverJoins breaks "B2";
    handle_drop_cancels: HandleDropCancels breaks "B3" "G9";
    sleeps_early: SleepsEarly breaks "B4";
    max_is_zero: MaxIsZero breaks "B5";
    deaf_to_threads: DeafToThreads breaks "B6";
    blocks_the_task: BlocksTheTask breaks "B7";
    blocking_panic_replaced: BlockingPanicReplaced breaks "B7";
    nested_run_goes_ahead: NestedRunGoesAhead breaks "B8";
    nested_run_refused: NestedRunRefused breaks "B8";
    sleeps_in_tasks_only: SleepsInTasksOnly breaks "B9";
    spawn_panics_elsewhere: SpawnPanicsElsewhere breaks "B10";
    spawned_elsewhere: SpawnedElsewhere breaks "B10";

    children_detached: ChildrenDetached breaks "G1" "G3";
    group_returns_early: GroupReturnsEarly breaks "G2" "E8";
    spawn_polls: SpawnPolls breaks "G4";
    closed_with_body: ClosedWithBody breaks "G5";
    never_closes: NeverCloses breaks "G5";
    cancelled_child_never_begins: CancelledChildNeverBegins breaks "G6";
    children_shielded: ChildrenShielded breaks "G6" "C9";
    child_inherits_spawner: ChildInheritsSpawner breaks "G7";
    run_returns_early: RunReturnsEarly breaks "G8";
    handle_cancels_group: HandleCancelsGroup breaks "G9";
    empty_group_yields: EmptyGroupYields breaks "G10";
    crowd_leaks: CrowdLeaks breaks "G11";
    background_keeps_open: BackgroundKeepsOpen breaks "G12";
    background_ends_with_body: BackgroundEndsWithBody breaks "G12";
    background_not_joined: BackgroundNotJoined breaks "G12";
    one_child_too_many: OneChildTooMany breaks "G13";
    place_free_before_the_end: PlaceFreeBeforeTheEnd breaks "G13";
    place_lost_by_failure: PlaceLostByFailure breaks "G13";
    limit_serves_the_last: LimitServesTheLast breaks "G14";
    limit_loses_a_turn: LimitLosesATurn breaks "G14";
    names_forgotten: NamesForgotten breaks "G15";
    ids_of_one_group: IdsOfOneGroup breaks "G15";

    failure_cancels_nobody: FailureCancelsNobody breaks "E1";
    second_failure_swallowed: SecondFailureSwallowed breaks "E2" "E3";
    cancelled_sleep_ends: CancelledSleepEnds breaks "E4" "C6";
    panic_swallowed: PanicSwallowed breaks "E5";
    cancel_loses_value: CancelLosesValue breaks "E6";
    cancel_beats_failures: CancelBeatsFailures breaks "E7";
    supervisor_cancels: SupervisorCancels breaks "E9";
    supervisor_keeps_the_last: SupervisorKeepsTheLast breaks "E9";
    supervisor_reports_itself: SupervisorReportsItself breaks "E10";
    supervisor_swallows_panics: SupervisorSwallowsPanics breaks "E10";
    value_unwraps: ValueUnwraps breaks "E11";
    value_waits_for_ever: ValueWaitsForEver breaks "E11";
    panic_not_caught: PanicNotCaught breaks "E12";
    caught_too_soon: CaughtTooSoon breaks "E12";

    start_waits_for_end: StartWaitsForEnd breaks "R1";
    start_failure_cancels: StartFailureCancels breaks "R2";
    start_waits_for_ever: StartWaitsForEver breaks "R3";
    start_ignores_caller: StartIgnoresCaller breaks "R4" "R5";
    start_ignores_group: StartIgnoresGroup breaks "R6";

    edge_triggered: EdgeTriggered breaks "C1";
    last_reason_stays: LastReasonStays breaks "C2";
    late_cancel_loses_value: LateCancelLosesValue breaks "C3" "C11";
    innermost_absorbs: InnermostAbsorbs breaks "C4" "C5" "D5";
    cancelled_never_begins: CancelledNeverBegins breaks "C7";
    shield_spins: ShieldSpins breaks "C10";
    cancels_in_tasks_only: CancelsInTasksOnly breaks "C12";
    condition_drops: ConditionDrops breaks "C13";
    condition_first: ConditionFirst breaks "C13";

    timeout_from_construction: TimeoutFromConstruction breaks "D1";
    set_deadline_ignored: SetDeadlineIgnored breaks "D2";
    no_effective_deadline: NoEffectiveDeadline breaks "D3";
    late_is_timed_out: LateIsTimedOut breaks "D4";
    deadline_ignored: DeadlineIgnored breaks "D5" "D6" "S6";
    group_deadline_ignored: GroupDeadlineIgnored breaks "D8";
    group_deadline_stays: GroupDeadlineStays breaks "D8";

    shield_ignored: ShieldIgnored breaks "S1" "S3";
    shield_forgives: ShieldForgives breaks "S2";
    cleanup_skipped: CleanupSkipped breaks "S5";
    shield_stays_up: ShieldStaysUp breaks "S4";
    abandoned_shield_holds: AbandonedShieldHolds breaks "S7";

    dropped_group_leaks: DroppedGroupLeaks breaks "X1" "X2";
    forgotten_group_holds: ForgottenGroupHolds breaks "X4";

    cancelled_acquires: CancelledAcquires breaks "P1";
    wake_up_lost: WakeUpLost breaks "P2" "P4" "X3";
    recv_eager: RecvEager breaks "P5" "X3";
    cancelled_sends: CancelledSends breaks "P3";

    cancelled_closes: CancelledCloses breaks "P6";

    last_waiter_first: LastWaiterFirst breaks "F1" "F3";
    nobody_yields: NobodyYields breaks "F2" "D7";

    close_drops_items: CloseDropsItems breaks "H1";
    send_to_nobody_is_fine: SendToNobodyIsFine breaks "H2";
    close_closes_clones: CloseClosesClones breaks "H3";
    rendezvous_buffers_one: RendezvousBuffersOne breaks "H4";
    clone_loses_items: CloneLosesItems breaks "H5";
    receiver_sees_no_sends: ReceiverSeesNoSends breaks "H6";
    permit_holds_nothing: PermitHoldsNothing breaks "H7";
    permit_keeps_its_place: PermitKeepsItsPlace breaks "H7";
    stream_never_ends: StreamNeverEnds breaks "H8";

    one_permit_too_many: OnePermitTooMany breaks "L1";
    try_acquire_barges: TryAcquireBarges breaks "L2";
    many_one_by_one: ManyOneByOne breaks "L3";
    many_stands_in_no_line: ManyStandsInNoLine breaks "L3";
    adds_only_one: AddsOnlyOne breaks "L4";
    forgotten_comes_back: ForgottenComesBack breaks "L4";
    permit_not_released: PermitNotReleased breaks "L5";

    inline_one_by_one: InlineOneByOne breaks "I1";
    inline_leaks: InlineLeaks breaks "I2";
    inline_failure_cancels_nobody: InlineFailureCancelsNobody breaks "I2";
    inline_swallows_panics: InlineSwallowsPanics breaks "I2";
    inline_shielded: InlineShielded breaks "I2";
    dropped_inline_group_leaks: DroppedInlineGroupLeaks breaks "I3";
}

/// B11 needs a runtime that drops tasks, below what the saboteur is around.
mod aborting {
    use super::{Fault, LIMIT, Law, Outcome, Sabotaged, TokioBackend, run_law};
    use anyrt_conformance::{Aborting, abort_law_of};

    fn outcome(fault: Fault) -> Outcome {
        let law = Law { limit: LIMIT, ..abort_law_of() };
        run_law(&law, &Sabotaged::new(Aborting::new(TokioBackend::new()), fault))
    }

    #[test]
    fn harmless() {
        assert_eq!(outcome(Fault::None), Outcome::Passed);
    }

    #[test]
    fn aborted_is_fine() {
        let outcome = outcome(Fault::AbortedIsFine);
        println!("AbortedIsFine B11: {outcome:?}");
        assert_ne!(outcome, Outcome::Passed);
    }
}

/// Where a stack overflows the process ends, and so it is another one than that of the tests.
#[test]
fn groups_ask_upwards() {
    const INSIDE: &str = "ANYRT_STACK_OVERFLOWS";
    if env::var_os(INSIDE).is_some() {
        let law = laws().into_iter().find(|law| law.id == "G11").expect("there is this law");
        let saboteur = Sabotaged::new(TokioBackend::new(), Fault::GroupsAskUpwards);
        println!("{:?}", run_law(&law, &saboteur));
        return;
    }
    let program = env::current_exe().expect("a test has a program");
    let run = Command::new(program)
        .args(["groups_ask_upwards", "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("the program of the tests starts");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() && said.contains("overflowed its stack"), "{run:?}");
}

/// A law without a saboteur would be a check that was never seen to fail.
///
/// C8, that a scope runs once, is kept by a type: what breaks it does not compile. B11 and the
/// overflow of G11 have their saboteurs above; what no backend brings along has those of
/// `kit_saboteurs.rs`.
#[test]
fn every_law_has_a_saboteur() {
    let kit = kit_laws_of::<Saboteur, CoreKit>();
    let is_of_kit = |id: &str| kit.iter().any(|law| law.id == id);
    let laws = laws::<Saboteur>();
    let unbroken = laws.iter().map(|law| law.id).filter(|id| !BROKEN.contains(id));
    let unbroken: Vec<_> = unbroken.filter(|id| !is_of_kit(id)).collect();
    assert_eq!(unbroken, ["C8"], "no saboteur breaks these laws");
}
