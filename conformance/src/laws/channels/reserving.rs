//! H7: places that are held for items that come later.

use anyrt_core::error::{ReserveError, SendError, TryRecvError, TrySendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, attempt, step};

pub(super) fn h7<B: Backend + Toplevel>(backend: &B) {
    backend.run(a_place_is_held(backend));
    backend.run(what_is_dropped_gives_its_place_back(backend));
    backend.run(who_reserves_waits_in_line(backend));
    backend.run(a_reserve_that_is_dropped_or_cut(backend));
    backend.run(what_is_closed_gives_the_item_back(backend));
    backend.run(channels_without_places(backend));
}

async fn a_place_is_held<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(2);
    let permit = sender.reserve().await.expect("an empty channel");
    assert_eq!(sender.try_send(1), Ok(()), "one of 2 places is held");
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)), "one is held, one is used");
    assert!(attempt(sender.send(2)).await.is_none(), "took the place that is held");
    assert!(attempt(sender.reserve()).await.is_none(), "held one place twice");
    assert_eq!(permit.send(3), Ok(()), "its place is there");
    // The order is that of the items, not of the places.
    assert_eq!(receiver.recv().await, Ok(1), "what was sent first");
    assert_eq!(receiver.recv().await, Ok(3), "what was sent into the place");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty), "nothing else was sent");
    let both = [sender.try_send(4), sender.try_send(5)];
    assert_eq!(both, [Ok(()), Ok(())], "2 places are free again");
}

async fn what_is_dropped_gives_its_place_back<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(1);
    for item in 0..3 {
        let permit = sender.reserve().await.expect("an empty channel");
        assert!(sender.try_send(item).is_err(), "the only place is held");
        let alarm = Alarm::new();
        let mut waiting = Box::pin(sender.send(item));
        assert!(alarm.step(&mut waiting).await.is_pending(), "the only place is held");
        drop(permit);
        assert!(alarm.rung() > 0, "the place was given back, and the next was not woken");
        assert!(sender.try_send(9).is_err(), "the place is that of the one who waits");
        assert_eq!(attempt(waiting).await, Some(Ok(())), "the place was given back");
        assert_eq!(receiver.recv().await, Ok(item), "what was sent");
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty), "a permit without an item");
}

async fn who_reserves_waits_in_line<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(0), Ok(()), "an empty channel");
    let mut first = Box::pin(sender.reserve());
    let mut second = Box::pin(sender.send(2));
    assert!(step(&mut first).await.is_pending(), "a full channel");
    assert!(step(&mut second).await.is_pending(), "a full channel");
    assert_eq!(receiver.recv().await, Ok(0), "what was sent");
    assert!(step(&mut second).await.is_pending(), "overtook the one who reserves");
    let Some(Ok(permit)) = attempt(first).await else { panic!("a place is free, for the first") };
    assert!(step(&mut second).await.is_pending(), "took the place that is held");
    assert_eq!(permit.send(1), Ok(()), "its place is there");
    assert_eq!(receiver.recv().await, Ok(1), "what was sent into the place");
    assert_eq!(attempt(second).await, Some(Ok(())), "a place is free, for the second");
    assert_eq!(receiver.recv().await, Ok(2), "what was sent");
}

async fn a_reserve_that_is_dropped_or_cut<B: Backend>(backend: &B) {
    for is_cut in [false, true] {
        for has_place in [false, true] {
            let context = &format!("cut: {is_cut}, has a place: {has_place}");
            let (sender, receiver) = backend.bounded(1);
            assert_eq!(sender.try_send(0), Ok(()), "an empty channel");
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let mut gone = Box::pin(scope.run(sender.reserve()));
            let mut next = Box::pin(sender.send(1));
            assert!(step(&mut gone).await.is_pending(), "{context}: a full channel");
            assert!(step(&mut next).await.is_pending(), "{context}: a full channel");
            if has_place {
                assert_eq!(receiver.try_recv(), Ok(0), "{context}: what was sent");
            }
            handle.cancel();
            if is_cut {
                // A place that it was given before is its own: then it has completed.
                let ended = attempt(&mut gone).await;
                assert!(ended.is_some(), "{context}: neither cut nor complete");
            }
            drop(gone);
            if !has_place {
                assert_eq!(receiver.try_recv(), Ok(0), "{context}: what was sent");
            }
            assert_eq!(attempt(next).await, Some(Ok(())), "{context}: the place is the next one's");
            assert_eq!(receiver.recv().await, Ok(1), "{context}: the next one's item");
        }
    }
}

async fn what_is_closed_gives_the_item_back<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(1);
    let permit = sender.reserve().await.expect("an empty channel");
    receiver.close();
    assert_eq!(permit.send(1), Err(SendError(1)), "nobody will receive it");
    let refused = sender.reserve().await.err();
    assert_eq!(refused, Some(ReserveError::Closed), "nobody will receive anything");

    let (sender, _receiver) = backend.bounded::<i32>(1);
    sender.close();
    assert_eq!(sender.reserve().await.err(), Some(ReserveError::Closed), "this clone is closed");
}

async fn channels_without_places<B: Backend>(backend: &B) {
    let (sender, _receiver) = backend.bounded::<i32>(0);
    let refused = attempt(sender.reserve()).await;
    let refused = refused.expect("a rendezvous has no places, however long one waits").err();
    assert_eq!(refused, Some(ReserveError::Rendezvous), "a rendezvous has no places");

    let (sender, receiver) = backend.unbounded();
    let held = [sender.reserve().await, sender.reserve().await];
    assert_eq!(sender.try_send(0), Ok(()), "there is always one more place");
    for (item, permit) in held.into_iter().enumerate() {
        assert_eq!(permit.expect("there is always a place").send(item + 1), Ok(()), "its place");
    }
    for item in 0..3 {
        assert_eq!(receiver.recv().await, Ok(item), "the items in the order of their sends");
    }
}
