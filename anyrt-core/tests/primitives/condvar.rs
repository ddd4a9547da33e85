//! What only a condition variable does.

use std::sync::Arc;

use anyrt_core::scope::CancelScope;
use anyrt_core::sync::{Condvar, Mutex};
use futures_executor::block_on;

use crate::support::{Alarm, Still, in_time, now};

static JOBS: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static ADDED: Condvar = Condvar::new();

#[test]
fn a_condition_fits_into_a_static_and_gives_the_guard_back() {
    in_time(|| {
        let worker = std::thread::spawn(|| {
            block_on(async {
                let mut jobs = ADDED.wait_while(JOBS.lock().await, |jobs| jobs.is_empty()).await;
                assert!(JOBS.try_lock().is_err());
                jobs.pop()
            })
        });
        block_on(JOBS.lock()).push(7);
        ADDED.notify_one();
        assert_eq!(worker.join().unwrap(), Some(7));
        assert!(now(JOBS.lock()).is_empty());
    });
}

#[test]
fn a_wait_gives_up_the_lock_and_takes_it_again() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let alarm = Arc::<Alarm>::default();
    let mut wait = condvar.wait(now(mutex.lock()));
    assert!(mutex.try_lock().is_err(), "it was not polled");
    assert!(alarm.poll(&mut wait).is_pending());
    *mutex.try_lock().expect("the wait has given it up") = 1;
    let guard = now(mutex.lock());
    condvar.notify_one();
    assert!(alarm.has_rung());
    assert!(alarm.poll(&mut wait).is_pending(), "somebody else holds the lock");
    assert_eq!(format!("{wait:?}"), "CondvarWait(locking)");
    drop(guard);
    assert!(alarm.has_rung());
    drop(now(wait));
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn a_notification_before_anybody_waits_is_gone() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    condvar.notify_one();
    condvar.notify_all();
    let mut wait = condvar.wait(now(mutex.lock()));
    assert!(Arc::<Alarm>::default().poll(&mut wait).is_pending());
}

/// Two waiters, of which the first was notified and waits for the lock.
fn with_one_that_locks(check: impl FnOnce(&Mutex<u8>, &Condvar, Box<dyn FnOnce()>, &Alarm)) {
    let (mutex, condvar) = (Arc::new(Mutex::new(0)), Arc::new(Condvar::new()));
    let alarms: [Arc<Alarm>; 2] = Default::default();
    let wait = |mutex: Arc<Mutex<u8>>, condvar: Arc<Condvar>| {
        let scope = CancelScope::on(Still);
        let handle = scope.handle();
        let body = async move { drop(condvar.wait(mutex.lock_owned().await).await) };
        (Box::pin(scope.run(body)), handle)
    };
    let (mut first, handle) = wait(mutex.clone(), condvar.clone());
    let (mut second, _) = wait(mutex.clone(), condvar.clone());
    assert!(alarms[0].poll(&mut first).is_pending());
    assert!(alarms[1].poll(&mut second).is_pending());
    let guard = now(mutex.lock());
    condvar.notify_one();
    assert!(alarms[0].poll(&mut first).is_pending());
    assert_eq!(mutex.statistics().waiting, 1);
    let alarm = alarms[0].clone();
    let cut = Box::new(move || {
        handle.cancel();
        assert!(alarm.poll(&mut first).is_ready(), "the scope gives its error");
    });
    check(&mutex, &condvar, cut, &alarms[1]);
    assert_eq!(mutex.statistics().waiting, 0);
    drop(guard);
    assert!(alarms[1].poll(&mut second).is_ready());
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn one_that_is_cut_while_it_locks_again_passes_its_notification_on() {
    with_one_that_locks(|_, condvar, cut, next| {
        assert!(!next.has_rung());
        cut();
        assert!(next.has_rung(), "the notification goes to the next");
        assert_eq!(condvar.statistics().waiting, 1);
    });
}

#[test]
fn one_that_is_dropped_while_it_locks_again_passes_its_notification_on() {
    with_one_that_locks(|_, _, cut, next| {
        drop(cut);
        assert!(next.has_rung(), "the notification goes to the next");
    });
}

#[test]
fn all_that_wait_are_woken_and_nobody_who_comes_later() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let mut waits: Vec<_> = (0..3)
        .map(|_| (Arc::<Alarm>::default(), condvar.wait(now(mutex.lock()))))
        .map(|(alarm, mut wait)| {
            assert!(alarm.poll(&mut wait).is_pending());
            (alarm, wait)
        })
        .collect();
    condvar.notify_all();
    let late = Arc::<Alarm>::default();
    let mut wait = condvar.wait(now(mutex.lock()));
    assert!(late.poll(&mut wait).is_pending());
    // That all were notified is not passed on.
    drop(waits.remove(1));
    for (alarm, wait) in &mut waits {
        assert!(alarm.has_rung());
        assert!(alarm.poll(wait).is_ready());
    }
    assert!(!late.has_rung());
    condvar.notify_one();
    assert!(late.poll(&mut wait).is_ready());
}

#[test]
fn one_that_was_cut_and_is_polled_outside_looks_at_the_data_again() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let alarm = Arc::<Alarm>::default();
    let mut wait = condvar.wait(now(mutex.lock()));
    let scope = CancelScope::on(Still);
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(&mut wait));
    assert!(alarm.poll(&mut run).is_pending());
    handle.cancel();
    assert!(alarm.poll(&mut run).is_ready());
    drop(run);
    // It may have missed a notification meanwhile.
    assert!(alarm.poll(&mut wait).is_ready());
    drop(wait);
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn one_that_is_cut_and_kept_keeps_no_notification() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let alarms: [Arc<Alarm>; 2] = Default::default();
    let mut first = condvar.wait(now(mutex.lock()));
    assert!(alarms[0].poll(&mut first).is_pending());
    let mut second = condvar.wait(now(mutex.lock()));
    assert!(alarms[1].poll(&mut second).is_pending());
    let guard = now(mutex.lock());
    condvar.notify_one();
    let scope = CancelScope::on(Still);
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(&mut first));
    assert!(alarms[0].poll(&mut run).is_pending());
    handle.cancel();
    assert!(alarms[0].poll(&mut run).is_ready());
    assert!(alarms[1].has_rung(), "the first is there, and has nothing");
    drop(guard);
    assert!(alarms[1].poll(&mut second).is_ready());
}
