//! O1: signals reach whoever listens.

use std::collections::BTreeSet;
use std::io;
use std::pin::pin;
use std::sync::Mutex;

use anyrt_core::Toplevel;
use anyrt_core::signal::{Signal, Signals};

use crate::laws::tools::{Source, attempt, in_time, lock, step};
use crate::subject::Subject;
use crate::support::on_unknown_thread;

/// Signals are the process's: two checks at once would hear each other.
static ALONE: Mutex<()> = Mutex::new(());

pub(super) fn o1(driver: &Subject) {
    let _alone = lock(&ALONE);
    driver.run(each_gets_each(driver));
    driver.run(nobody_waits(driver));
    for source in Source::ALL {
        driver.run(a_wait_is_cut(driver, source));
    }
    driver.run(on_a_thread_of_no_runtime(driver));
    let none = Signals::on(driver, []).map(drop).map_err(|error| error.kind());
    assert_eq!(none, Err(io::ErrorKind::InvalidInput), "a stream of no signals");
}

fn listen<const N: usize>(driver: &Subject, signals: [Signal; N]) -> Signals {
    Signals::on(driver, signals).expect("the driver has signals")
}

async fn next(signals: &mut Signals) -> Signal {
    // No broken listener keeps the others from being checked.
    let came = in_time("a signal that was raised comes", &mut Box::pin(signals.recv())).await;
    came.expect("the runtime listens")
}

async fn assert_silent(signals: &mut Signals, when: &str) {
    let early = attempt(signals.recv()).await.map(|signal| signal.map_err(|error| error.kind()));
    assert_eq!(early, None, "a signal that nobody raised, {when}");
}

async fn each_gets_each(driver: &Subject) {
    let mut first = listen(driver, [Signal::User1, Signal::User2]);
    let mut second = listen(driver, [Signal::User1, Signal::User1]);
    assert_silent(&mut first, "at the start").await;
    assert_silent(&mut second, "at the start").await;
    driver.raise(Signal::User1);
    assert_eq!(next(&mut first).await, Signal::User1, "the first of two streams");
    assert_eq!(next(&mut second).await, Signal::User1, "the second of two streams");
    driver.raise(Signal::User2);
    assert_eq!(next(&mut first).await, Signal::User2, "the other signal of a stream");
    assert_silent(&mut second, "but for others").await;
    drop(first);
    driver.raise(Signal::User1);
    assert_eq!(next(&mut second).await, Signal::User1, "a stream whose neighbour is gone");
}

async fn nobody_waits(driver: &Subject) {
    let mut signals = listen(driver, [Signal::User1, Signal::User2]);
    // Made later, and so told later.
    let mut witness = listen(driver, [Signal::User1, Signal::User2]);
    assert_silent(&mut witness, "at the start").await;
    for round in 0..3 {
        driver.raise(Signal::User1);
        driver.raise(Signal::User2);
        let _ = (next(&mut witness).await, next(&mut witness).await);
        let seen = BTreeSet::from([next(&mut signals).await, next(&mut signals).await]);
        let raised = BTreeSet::from([Signal::User1, Signal::User2]);
        assert_eq!(seen, raised, "round {round}: what was raised before anybody waited");
    }
    assert_silent(&mut signals, "after each was taken").await;
}

async fn a_wait_is_cut(driver: &Subject, source: Source) {
    use anyrt_core::Backend as _;

    let mut signals = listen(driver, [Signal::User1]);
    // Made later, and so told later.
    let mut witness = listen(driver, [Signal::User1]);
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    {
        let mut waiting = pin!(scope.run(signals.recv()));
        assert!(step(&mut waiting).await.is_pending(), "a signal that nobody raised");
        source.cancel(driver, &handle).await;
        let ended = waiting.await.map(|signal| signal.map_err(|error| error.kind()));
        assert!(ended.is_err(), "a wait that was cancelled from {source:?} gave {ended:?}");
    }
    driver.raise(Signal::User1);
    next(&mut witness).await;
    let scope = driver.cancel_scope();
    scope.handle().cancel();
    let ended = scope.run(signals.recv()).await.map(|signal| signal.map_err(|error| error.kind()));
    assert!(ended.is_err(), "a wait in a cancelled scope gave {ended:?}");
    assert_eq!(next(&mut signals).await, Signal::User1, "the signal after a wait that was cut");
}

async fn on_a_thread_of_no_runtime(driver: &Subject) {
    let mut signals = on_unknown_thread(driver, |driver| listen(driver, [Signal::User2])).await;
    driver.raise(Signal::User2);
    assert_eq!(next(&mut signals).await, Signal::User2, "a stream that an unknown thread made");
}
