//! What only a limiter does.

use std::sync::Arc;
use std::task::Poll;

use anyrt_core::error::TryBorrowError;
use anyrt_core::group::{RunGroup, TaskGroup};
use anyrt_core::sync::{Borrower, CapacityLimiter, Token};

use crate::support::{Alarm, Still, now};

static STATIC: CapacityLimiter = CapacityLimiter::new(0);

#[test]
fn a_limiter_of_none_lends_when_it_is_given_some() {
    assert_eq!(STATIC.try_acquire().unwrap_err(), TryBorrowError::NoToken);
    let alarm = Arc::<Alarm>::default();
    let mut first = STATIC.acquire();
    assert!(alarm.poll(&mut first).is_pending());
    STATIC.set_total(CapacityLimiter::UNLIMITED);
    assert!(alarm.has_rung());
    let tokens: Vec<_> = (0..100_u64).map(|of| now(STATIC.acquire_on_behalf_of(of))).collect();
    assert!(tokens.iter().all(Result::is_ok));
    assert_eq!(STATIC.borrowed(), 101);
    drop((first, tokens));
    assert_eq!(STATIC.borrowed(), 0);
}

#[test]
fn a_borrower_has_one_token_at_a_time() {
    let limiter = CapacityLimiter::new(2);
    let ann = Borrower::new();
    let token = now(limiter.acquire_on_behalf_of(ann)).unwrap();
    assert_eq!(token.borrower(), ann);
    let error = now(limiter.acquire_on_behalf_of(ann)).unwrap_err();
    assert_eq!(error.borrower(), ann);
    let again = limiter.try_acquire_on_behalf_of(ann).unwrap_err();
    assert_eq!(again, TryBorrowError::AlreadyBorrowing(error));
    assert_eq!(limiter.statistics().borrowers, [ann]);
    drop(token);
    assert!(limiter.try_acquire_on_behalf_of(ann).is_ok());
}

#[test]
fn one_that_has_a_token_is_refused_also_while_others_wait() {
    let limiter = CapacityLimiter::new(1);
    let token = now(limiter.acquire_on_behalf_of(1)).unwrap();
    let alarm = Arc::<Alarm>::default();
    let mut other = limiter.acquire_on_behalf_of(2);
    assert!(alarm.poll(&mut other).is_pending());
    assert!(now(limiter.acquire_on_behalf_of(1)).is_err());
    drop(token);
}

#[test]
fn two_that_wait_for_one_borrower_do_not_get_two_tokens() {
    let limiter = CapacityLimiter::new(0);
    let alarms: [Arc<Alarm>; 3] = Default::default();
    let mut waits = [1, 1, 2].map(|borrower| limiter.acquire_on_behalf_of(borrower));
    for (alarm, wait) in alarms.iter().zip(&mut waits) {
        assert!(alarm.poll(wait).is_pending());
    }
    limiter.set_total(2);
    assert_eq!(alarms.each_ref().map(|alarm| alarm.has_rung()), [true; 3]);
    assert_eq!(limiter.borrowed(), 2);
    let got = waits.each_mut().map(|wait| match alarms[0].poll(wait) {
        Poll::Ready(token) => token.is_ok(),
        Poll::Pending => panic!("it was woken, and waits"),
    });
    assert_eq!(got, [true, false, true]);
    assert_eq!(limiter.borrowed(), 0);
}

#[test]
fn a_limit_that_is_lowered_takes_nothing_away_and_gives_nothing_until_it_is_kept() {
    let limiter = CapacityLimiter::new(3);
    let mut tokens: Vec<Token<'_>> =
        (0..3_u64).map(|of| limiter.try_acquire_on_behalf_of(of).unwrap()).collect();
    limiter.set_total(1);
    assert_eq!((limiter.borrowed(), limiter.available(), limiter.total()), (3, 0, 1));
    let alarm = Arc::<Alarm>::default();
    let mut wait = limiter.acquire_on_behalf_of(9);
    for left in [2, 1, 0] {
        assert!(alarm.poll(&mut wait).is_pending());
        tokens.pop();
        assert_eq!(alarm.has_rung(), left == 0, "{left} tokens are lent, of one");
    }
    assert!(alarm.poll(&mut wait).is_ready());
}

#[test]
fn the_borrower_is_the_task_and_the_bodies_of_its_groups_belong_to_it() {
    async fn in_body(limiter: &CapacityLimiter) -> Result<Borrower, String> {
        let token = limiter.acquire().await.unwrap();
        let inner = |_: TaskGroup<Still, String>| async {
            assert!(limiter.acquire().await.is_err(), "the task has a token");
        };
        RunGroup::on(Still, inner).await.unwrap();
        Ok(token.borrower())
    }
    let limiter = CapacityLimiter::new(9);
    let mut borrowers = [0, 1].map(|_| {
        let body = |_: TaskGroup<Still, String>| in_body(&limiter);
        now(RunGroup::on(Still, body)).unwrap()
    });
    borrowers.sort();
    assert_ne!(borrowers[0], borrowers[1]);
    // Outside, everybody is somebody else.
    assert_ne!(Borrower::current(), Borrower::current());
    let tokens = [now(limiter.acquire()), now(limiter.acquire())];
    assert!(tokens.iter().all(Result::is_ok));
}
