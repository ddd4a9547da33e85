//! What only a barrier does.

use std::sync::Arc;
use std::task::Poll;
use std::thread;

use anyrt_core::scope::CancelScope;
use anyrt_core::sync::{Barrier, BarrierWait};
use futures_executor::block_on;

use crate::support::{Alarm, Still, in_time, now};

static STATIC: Barrier = Barrier::new(1);

#[test]
fn one_alone_is_released_at_once_and_leads() {
    assert!(now(STATIC.wait()).is_leader());
    assert!(now(Barrier::new(0).wait()).is_leader());
    let text = "Barrier { size: 1, waiting: 0, released: 0 }";
    assert_eq!(format!("{STATIC:?}"), text);
}

fn poll(wait: &mut BarrierWait<'_>) -> Option<bool> {
    match Arc::<Alarm>::default().poll(wait) {
        Poll::Ready(result) => Some(result.is_leader()),
        Poll::Pending => None,
    }
}

#[test]
fn a_released_one_that_leaves_does_not_take_the_lead_with_it() {
    let barrier = Barrier::new(3);
    let (mut first, mut second) = (barrier.wait(), barrier.wait());
    assert_eq!([poll(&mut first), poll(&mut second)], [None, None]);
    let mut third = barrier.wait();
    assert_eq!(poll(&mut third), Some(true));
    assert_eq!(barrier.statistics().released, 2);
    assert_eq!(poll(&mut second), Some(false));
    drop(first);
    // Two rounds that nobody knows of yet, at once.
    let mut waits: Vec<_> = (0..6).map(|_| barrier.wait()).collect();
    let (early, late) = waits.split_at_mut(3);
    let (last, early) = early.split_last_mut().unwrap();
    assert!(early.iter_mut().all(|wait| poll(wait).is_none()));
    assert!(poll(last).is_some_and(|leads| leads));
    let (last, late) = late.split_last_mut().unwrap();
    assert!(late.iter_mut().all(|wait| poll(wait).is_none()));
    assert_eq!(poll(last), Some(true));
    assert!(early.iter_mut().chain(late).all(|wait| poll(wait) == Some(false)));
    assert_eq!(barrier.statistics().released, 0);
}

#[test]
fn threads_go_round_by_round() {
    const ROUNDS: usize = 500;
    in_time(|| {
        let barrier = Barrier::new(3);
        let leaders: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        block_on(async {
                            let mut leads = 0;
                            for _ in 0..ROUNDS {
                                leads += usize::from(barrier.wait().await.is_leader());
                            }
                            leads
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(leaders, ROUNDS);
    });
}

#[test]
fn a_round_that_others_released_is_led_by_one_that_is_left() {
    let barrier = Barrier::new(2);
    let (outer, inner) = (CancelScope::on(Still), CancelScope::on(Still));
    let (cancel, shield) = (outer.handle(), inner.handle());
    let mut first = Box::pin(outer.run(inner.run(barrier.wait())));
    assert!(Arc::<Alarm>::default().poll(&mut first).is_pending());
    cancel.cancel();
    let mut second = barrier.wait();
    assert_eq!(poll(&mut second), None, "the first is cancelled, and does not count");
    shield.set_shield(true);
    let mut third = barrier.wait();
    assert_eq!(poll(&mut third), None, "the first counts again, and came before");
    assert_eq!(barrier.statistics().released, 2);
    drop(first);
    assert_eq!(poll(&mut second), Some(true));
}
