//! L9: so many in each period, in order.
//!
//! Time is the backend's. What must not come too early is measured from before the one to after the
//! other, so that a slow machine never looks like a fault; what must come at once is seen with a period
//! of an hour.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Driver, Toplevel};

use crate::kit::AnyRateLimiter;
use crate::laws::tools::{Alarm, HOUR, attempt, step};
use crate::support::Group;

const COUNT: usize = 4;
const PERIOD: Duration = Duration::from_millis(40);

pub(super) fn l9<D: Driver + Toplevel, R: AnyRateLimiter<D>>(driver: &D) {
    driver.run(async {
        no_period_sees_more::<D, R>(driver).await;
        in_the_order_of_coming::<D, R>(driver).await;
        a_burst_and_no_more::<D, R>(driver).await;
        for way in [Way::Dropped, Way::Cut] {
            the_first_goes::<D, R>(driver, way).await;
            another_one_goes::<D, R>(driver, way).await;
        }
        a_turn_that_is_left_passes_on::<D, R>(driver).await;
        nobody_passes_in_a_cancelled_scope::<D, R>(driver).await;
        a_crowd_of_which_some_give_up::<D, R>(driver).await;
    });
}

/// Also not where two periods meet, and not after a rest.
async fn no_period_sees_more<D: Driver, R: AnyRateLimiter<D>>(driver: &D) {
    for burst in [1, 3] {
        let limiter = R::on(driver, COUNT, PERIOD, burst);
        let mut times = Vec::new();
        for rest in [Duration::ZERO, PERIOD * 3 / 4, PERIOD * 2] {
            driver.sleep(rest).await;
            for _ in 0..COUNT + burst {
                let before = driver.now();
                limiter.acquire_many(1).await;
                times.push((before, driver.now()));
                let most = COUNT + burst - 1;
                let Some(first) = times.len().checked_sub(most + 1) else { continue };
                let elapsed = times[first + most].1 - times[first].0;
                let number = first + most;
                assert!(
                    elapsed >= PERIOD,
                    "burst {burst}: from number {first} to number {number} passed in {elapsed:?} of \
                     {PERIOD:?}"
                );
            }
        }
    }
}

/// All wait in one task, which asks the last one first.
async fn in_the_order_of_coming<D: Driver, R: AnyRateLimiter<D>>(driver: &D) {
    const WAITERS: usize = 6;
    let limiter = R::on(driver, COUNT, PERIOD, 1);
    limiter.acquire_many(1).await;
    let mut waiting: Vec<_> = (0..WAITERS).map(|_| Some(boxed(&limiter, 1))).collect();
    for one in waiting.iter_mut().flatten() {
        assert!(step(one).await.is_pending(), "passed, and it is too early");
    }
    let mut passed = Vec::new();
    poll_fn(|cx| {
        for (number, one) in waiting.iter_mut().enumerate().rev() {
            if one.as_mut().is_some_and(|one| one.as_mut().poll(cx).is_ready()) {
                *one = None;
                passed.push(number);
            }
        }
        if passed.len() == WAITERS { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    assert!(
        passed.is_sorted(),
        "the order of passing, in numbers of the order of coming: {passed:?}"
    );
}

async fn a_burst_and_no_more<D: Driver, R: AnyRateLimiter<D>>(driver: &D) {
    for burst in [1, 3] {
        let limiter = R::on(driver, 1, HOUR, burst);
        for number in 1..=burst {
            let passed = attempt(limiter.acquire_many(1)).await.is_some();
            assert!(passed, "number {number} of a burst of {burst} has to wait");
        }
        assert!(
            attempt(limiter.acquire_many(1)).await.is_none(),
            "more than {burst} passed at once"
        );
        assert!(!limiter.try_acquire(), "more than {burst} passed at once");
    }
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Dropped,
    Cut,
}

/// A waiter, and how it goes away.
struct Waiter {
    way: Way,
    run: Pin<Box<dyn Future<Output = bool> + Send>>,
    cancel: Box<dyn Fn() + Send>,
}

impl Waiter {
    fn new<D, R>(driver: &D, limiter: &R, count: usize, way: Way) -> Self
    where
        D: Driver,
        R: AnyRateLimiter<D>,
    {
        let scope = driver.cancel_scope();
        let handle = scope.handle();
        let acquire = boxed(limiter, count);
        let run = Box::pin(async move { scope.run(acquire).await.is_ok() });
        Self { way, run, cancel: Box::new(move || handle.cancel()) }
    }

    async fn waits(&mut self) {
        assert!(step(&mut self.run).await.is_pending(), "{:?}: passed too early", self.way);
    }

    async fn goes(mut self) {
        if let Way::Cut = self.way {
            (self.cancel)();
            assert_eq!(step(&mut self.run).await, Poll::Ready(false), "it was cut as it waited");
        }
    }
}

/// One that waits for more than the burst goes; the next one need not wait any longer.
async fn the_first_goes<D: Driver, R: AnyRateLimiter<D>>(driver: &D, way: Way) {
    let limiter = R::on(driver, 1, HOUR, 2);
    let mut large = Waiter::new(driver, &limiter, 3, way);
    large.waits().await;
    let alarm = Alarm::new();
    let mut next = boxed(&limiter, 1);
    let waits = alarm.step(&mut next).await.is_pending();
    assert!(waits, "{way:?}: passed somebody who came before it");
    assert!(!limiter.try_acquire(), "{way:?}: passed two who came before it");
    large.goes().await;
    assert!(alarm.rung() > 0, "{way:?}: nobody told the next one");
    assert!(attempt(next).await.is_some(), "{way:?}: the first cost the next one its place");
    assert!(limiter.try_acquire(), "{way:?}: the first cost a place, and did not pass");
    assert!(!limiter.try_acquire(), "{way:?}: a third one of a burst of 2");
}

/// One in the middle of the queue goes.
async fn another_one_goes<D: Driver, R: AnyRateLimiter<D>>(driver: &D, way: Way) {
    let limiter = R::on(driver, 1, HOUR, 3);
    let mut large = Waiter::new(driver, &limiter, 4, way);
    large.waits().await;
    let mut middle = Waiter::new(driver, &limiter, 2, way);
    middle.waits().await;
    let mut last = boxed(&limiter, 2);
    assert!(step(&mut last).await.is_pending(), "{way:?}: passed two who came before it");
    middle.goes().await;
    assert!(step(&mut last).await.is_pending(), "{way:?}: passed one who came before it");
    large.goes().await;
    assert!(attempt(last).await.is_some(), "{way:?}: they cost those behind them a place");
    assert!(limiter.try_acquire(), "{way:?}: they cost a place, and did not pass");
    assert!(!limiter.try_acquire(), "{way:?}: a fourth one of a burst of 3");
}

/// One that was told to pass, and is dropped before it does.
async fn a_turn_that_is_left_passes_on<D: Driver, R: AnyRateLimiter<D>>(driver: &D) {
    let limiter = R::on(driver, 1, HOUR, 1);
    let alarms = [(); 2].map(|()| Alarm::new());
    let mut large = boxed(&limiter, 2);
    assert!(step(&mut large).await.is_pending(), "two of a burst of one");
    let [mut told, mut next] = [(); 2].map(|()| boxed(&limiter, 1));
    assert!(alarms[0].step(&mut told).await.is_pending(), "passed one who came before it");
    assert!(alarms[1].step(&mut next).await.is_pending(), "passed two who came before it");
    drop(large);
    assert!(alarms[0].rung() > 0, "nobody told the next one");
    drop(told);
    assert!(alarms[1].rung() > 0, "the turn is lost with the one that had it");
    assert!(attempt(next).await.is_some(), "a place is lost with the one that did not take it");
}

async fn nobody_passes_in_a_cancelled_scope<D: Driver, R: AnyRateLimiter<D>>(driver: &D) {
    let limiter = R::on(driver, 1, HOUR, 1);
    let scope = driver.cancel_scope();
    scope.handle().cancel();
    let cut = attempt(scope.run(limiter.acquire_many(1))).await;
    assert!(cut.is_some_and(|ended| ended.is_err()), "passed in a cancelled scope");
    assert!(limiter.try_acquire(), "one that was cut cost a place");
}

/// All come to an end, and so many passes take their time.
async fn a_crowd_of_which_some_give_up<D: Driver, R: AnyRateLimiter<D>>(driver: &D) {
    const CHILDREN: u32 = 16;
    let interval = PERIOD / COUNT as u32;
    let limiter = R::on(driver, COUNT, PERIOD, 1);
    let start = driver.now();
    let result = driver
        .task_group(async |group: Group<D>| {
            let mut stayed = Vec::new();
            for child in 0..CHILDREN {
                let (driver, limiter) = (driver.clone(), limiter.clone());
                let handle = group.spawn(async move {
                    let scope = driver.cancel_scope();
                    let gives_up = child % 2 == 1;
                    let scope = if gives_up { scope.with_timeout(interval) } else { scope };
                    Ok(scope.run(limiter.acquire_many(1)).await.is_ok())
                });
                stayed.push(handle);
            }
            let mut passed = 0;
            for one in stayed {
                passed += u32::from(matches!(one.await, Ok(true)));
            }
            Ok(passed)
        })
        .await;
    let passed = result.expect("nobody cancels the group");
    assert!(passed >= CHILDREN / 2, "{passed} passed, and half of {CHILDREN} did not give up");
    let elapsed = driver.now() - start;
    assert!(elapsed >= interval * (passed - 1), "{passed} passed in {elapsed:?}");
}

fn boxed<D: Driver, R: AnyRateLimiter<D>>(
    limiter: &R,
    count: usize,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let limiter = limiter.clone();
    Box::pin(async move { limiter.acquire_many(count).await })
}
