//! L7: a limiter that knows its borrowers.

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::AnyLimiter;
use crate::laws::tools::{Alarm, Random, attempt, seed, step};
use crate::support::{Count, Group, turns};

pub(super) fn l7<B: Backend + Toplevel, L: AnyLimiter>(backend: &B) {
    backend.run(one_for_each_borrower::<L>());
    backend.run(more_tokens::<L>());
    backend.run(fewer_tokens::<L>());
    backend.run(none_and_any_number::<L>());
    backend.run(who_is_cut_may_come_again::<B, L>(backend));
    let seed = seed();
    for round in 0..3 {
        backend.run(resized_while_many_borrow::<B, L>(backend, seed.wrapping_add(round)));
    }
}

async fn one_for_each_borrower<L: AnyLimiter>() {
    let limiter = L::new(3);
    let first = limiter.acquire(1).await;
    assert!(first.is_some(), "nobody has a token");
    assert!(limiter.try_acquire(1).is_none(), "a second token for one borrower");
    let again = attempt(limiter.acquire(1)).await;
    assert!(matches!(again, Some(None)), "a borrower that has a token waits for itself");
    assert_eq!(limiter.borrowed(), 1, "one borrower, one token");
    let second = limiter.try_acquire(2);
    assert!(second.is_some(), "two tokens are free");
    assert_eq!(limiter.borrowed(), 2, "two borrowers");
    drop(first);
    assert_eq!(limiter.borrowed(), 1, "one gave its token back");
    assert!(limiter.try_acquire(1).is_some(), "it gave its token back, and comes again");
}

async fn more_tokens<L: AnyLimiter>() {
    let limiter = L::new(1);
    let held = limiter.acquire(0).await;
    let alarms = [(); 3].map(|()| Alarm::new());
    let mut waiting = [1, 2, 3].map(|borrower| Box::pin(limiter.acquire(borrower)));
    for (alarm, one) in alarms.iter().zip(&mut waiting) {
        assert!(alarm.step(one).await.is_pending(), "the only token is lent");
    }
    limiter.set_total(3);
    let rung = alarms.each_ref().map(|alarm| alarm.rung() > 0);
    assert_eq!(rung, [true, true, false], "two more tokens for three that wait");
    assert_eq!(limiter.borrowed(), 3, "what was promised is lent");
    assert!(limiter.try_acquire(9).is_none(), "took a token that was promised to another one");
    let [first, second, mut third] = waiting;
    assert!(step(&mut third).await.is_pending(), "the tokens are for those before it");
    let tokens = (attempt(first).await.flatten(), attempt(second).await.flatten());
    assert!(tokens.0.is_some() && tokens.1.is_some(), "the two that came first");
    drop(held);
    assert!(attempt(third).await.flatten().is_some(), "a token came back");
}

async fn fewer_tokens<L: AnyLimiter>() {
    let limiter = L::new(3);
    let mut held = Vec::new();
    for borrower in 0..3 {
        held.push(limiter.acquire(borrower).await);
    }
    let mut waiting = Box::pin(limiter.acquire(3));
    assert!(step(&mut waiting).await.is_pending(), "all tokens are lent");
    limiter.set_total(1);
    assert_eq!(limiter.borrowed(), 3, "those that are lent stay lent");
    for lent in [2, 1] {
        drop(held.pop());
        assert_eq!(limiter.borrowed(), lent, "a token came back, which is one too many");
        assert!(step(&mut waiting).await.is_pending(), "{lent} of 1 tokens are lent");
    }
    drop(held);
    assert!(attempt(waiting).await.flatten().is_some(), "1 token, and nobody else has one");
    assert_eq!(limiter.borrowed(), 0, "all came back");
}

async fn none_and_any_number<L: AnyLimiter>() {
    let limiter = L::new(0);
    assert!(limiter.try_acquire(1).is_none(), "there are no tokens");
    let mut waiting = Box::pin(limiter.acquire(1));
    assert!(step(&mut waiting).await.is_pending(), "there are no tokens");
    limiter.set_total(usize::MAX);
    assert!(attempt(waiting).await.flatten().is_some(), "there is no limit");
    let many: Vec<_> = (0..100).map(|borrower| limiter.try_acquire(borrower)).collect();
    assert!(many.iter().all(Option::is_some), "there is no limit");
    limiter.set_total(0);
    assert!(limiter.try_acquire(1000).is_none(), "there are no tokens any more");
    drop(many);
    assert!(limiter.try_acquire(1000).is_none(), "what came back is one too many");
}

async fn who_is_cut_may_come_again<B: Backend, L: AnyLimiter>(backend: &B) {
    for is_promised in [false, true] {
        let limiter = L::new(1);
        let held = limiter.acquire(0).await;
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut cut = Box::pin(scope.run(limiter.acquire(1)));
        assert!(step(&mut cut).await.is_pending(), "the only token is lent");
        if is_promised {
            drop(held);
            drop(cut);
        } else {
            handle.cancel();
            assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
            drop(held);
        }
        let again = attempt(limiter.acquire(1)).await.flatten();
        assert!(again.is_some(), "promised: {is_promised}: the borrower has no token");
        drop(again);
        assert_eq!(limiter.borrowed(), 0, "promised: {is_promised}: all came back");
    }
}

/// Never more at once than the greatest total, and at rest as many as there are.
async fn resized_while_many_borrow<B: Backend, L: AnyLimiter>(backend: &B, seed: u64) {
    const MOST: usize = 5;
    let (limiter, inside) = (L::new(1), Count::new());
    let mut random = Random::new(seed);
    let result = backend
        .task_group(|group: Group<B>| {
            let limiter = limiter.clone();
            for borrower in 0..20 {
                let (limiter, inside) = (limiter.clone(), inside.clone());
                let mut chance = Random::new(random.next());
                group.spawn(async move {
                    for _ in 0..10 {
                        let mut acquiring = Box::pin(limiter.acquire(borrower));
                        if chance.below(4) == 0 {
                            let _ = step(&mut acquiring).await;
                            continue;
                        }
                        let token = acquiring.await;
                        assert!(token.is_some(), "ANYRT_SEED={seed}: {borrower} has no token yet");
                        let counted = inside.guard();
                        let count = inside.get();
                        assert!(count <= MOST, "ANYRT_SEED={seed}: {count} of {MOST} at once");
                        turns(chance.below(3)).await;
                        // Who gives its token back is not counted any more when the next one comes.
                        drop(counted);
                        drop(token);
                    }
                });
            }
            async move {
                for _ in 0..50 {
                    limiter.set_total(random.below(MOST + 1));
                    turns(2).await;
                }
                limiter.set_total(MOST);
            }
        })
        .await;
    assert_eq!(result, Ok(()), "ANYRT_SEED={seed}: the group");
    assert_eq!(limiter.borrowed(), 0, "ANYRT_SEED={seed}: all came back");
}
