//! H7: places that are held.

use std::task::Poll;

use anyrt_core::channel::{bounded, unbounded};
use anyrt_core::error::{ReserveError, SendError, TryReserveError, TrySendError};

use crate::poll::{Bell, poll};

#[test]
fn a_permit_holds_a_place_until_it_is_used_or_dropped() {
    let (sender, receiver) = bounded(1);
    let permit = sender.try_reserve().unwrap();
    assert_eq!(sender.statistics().reserved, 1);
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
    assert_eq!(sender.try_reserve().unwrap_err(), TryReserveError::Full);
    drop(permit);
    let permit = sender.try_reserve().unwrap();
    permit.send(2).unwrap();
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(receiver.statistics().reserved, 0);
}

#[test]
fn a_permit_that_is_dropped_lets_the_first_who_waits_in() {
    let (sender, receiver) = bounded(1);
    let permit = sender.try_reserve().unwrap();
    let (mut first, mut second) = (sender.send(1), sender.reserve());
    let (first_bell, second_bell) = (Bell::new(), Bell::new());
    assert!(first_bell.poll(std::pin::Pin::new(&mut first)).is_pending());
    assert!(second_bell.poll(std::pin::Pin::new(&mut second)).is_pending());
    drop(permit);
    assert_eq!((first_bell.rung(), second_bell.rung()), (1, 0));
    assert_eq!(poll(&mut first), Poll::Ready(Ok(())));
    assert!(poll(&mut second).is_pending(), "the place is taken again");
    assert_eq!(receiver.try_recv(), Ok(1));
    let Poll::Ready(Ok(permit)) = poll(&mut second) else { panic!("a place is free") };
    assert_eq!(permit.send(2), Ok(()));
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[test]
fn a_permit_gives_the_item_back_when_nobody_can_receive_it() {
    let (sender, receiver) = bounded(2);
    let (first, second) = (sender.try_reserve().unwrap(), sender.try_reserve().unwrap());
    let second = second.into_owned();
    drop(receiver);
    assert_eq!(first.send(1), Err(SendError(1)));
    assert_eq!(second.send(2), Err(SendError(2)));
    assert_eq!(sender.statistics().reserved, 0);
    assert_eq!(sender.try_reserve().unwrap_err(), TryReserveError::Closed);
}

#[test]
fn a_permit_does_not_outlive_its_clone_but_an_owned_one_has_its_own() {
    let (sender, receiver) = bounded(2);
    let (first, second) = (sender.try_reserve().unwrap(), sender.try_reserve().unwrap());
    let second = second.into_owned();
    sender.close();
    assert_eq!(first.send(1), Err(SendError(1)));
    assert!(!receiver.is_closed(), "the owned permit is a sender");
    assert_eq!(second.send(2), Ok(()));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert!(receiver.is_closed());
}

#[test]
fn a_rendezvous_has_nothing_to_hold_and_an_unbounded_channel_always_has() {
    let (sender, _receiver) = bounded::<u32>(0);
    assert_eq!(
        poll(&mut sender.reserve()).map(Result::err),
        Poll::Ready(Some(ReserveError::Rendezvous))
    );
    assert_eq!(sender.try_reserve().unwrap_err(), TryReserveError::Full);
    let (sender, receiver) = unbounded();
    let permits: Vec<_> = (0..100).map(|_| sender.try_reserve().unwrap()).collect();
    for (item, permit) in permits.into_iter().enumerate() {
        permit.send(item).unwrap();
    }
    assert_eq!(receiver.len(), 100);
}
