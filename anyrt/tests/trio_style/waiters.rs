//! Waiters on channels and semaphores that are cancelled lose nothing.

use std::sync::Arc;

use anyrt::channel::Closed;
use anyrt::sync::Semaphore;
use anyrt::{CancelScope, TaskGroup, channel};

use crate::support::{Event, HOUR, MOMENT, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_receive_takes_nothing() {
    let (sender, receiver) = channel::bounded(1);
    assert_eq!(in_time(anyrt::move_on_after(MOMENT, receiver.recv())).await, None);
    in_time(sender.send("item")).await.unwrap();
    assert_eq!(in_time(receiver.recv()).await, Ok("item"));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_send_leaves_nothing_behind() {
    for capacity in [0, 1] {
        let (sender, receiver) = channel::bounded(capacity);
        for _ in 0..capacity {
            sender.try_send("first").unwrap();
        }
        let late = anyrt::move_on_after(MOMENT, sender.send("late"));
        assert!(in_time(late).await.is_none());
        for _ in 0..capacity {
            assert_eq!(receiver.try_recv(), Ok("first"));
        }
        assert!(receiver.try_recv().is_err());
        assert_eq!(sender.statistics(), receiver.statistics());
    }
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_waiter_is_passed_over_and_the_order_of_the_others_stays() {
    let permits = Arc::new(Semaphore::new(0));
    let (order, ordered) = channel::unbounded();
    let group = anyrt::task_group(|group: TaskGroup| {
        let permits = permits.clone();
        async move {
            let mut children = Vec::new();
            for number in 0..5 {
                let (permits, order) = (permits.clone(), order.clone());
                let waiting = permits.statistics().waiting;
                let in_child = permits.clone();
                children.push(group.spawn(async move {
                    in_child.acquire().await.forget();
                    order.try_send(number).unwrap();
                }));
                while permits.statistics().waiting == waiting {
                    anyrt::yield_now().await;
                }
            }
            for middle in [1, 3] {
                children[middle].cancel();
            }
            permits.add_permits(3);
        }
    });
    assert_eq!(in_time(group).await, Ok(()));
    let mut got: Vec<u32> = std::iter::from_fn(|| ordered.try_recv().ok()).collect();
    got.sort_unstable(); // The tasks run on several threads once they have their permits.
    assert_eq!(got, [0, 2, 4]);
    assert_eq!(permits.available(), 0);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_large_request_that_gives_up_lets_the_small_ones_through() {
    let permits = Arc::new(Semaphore::new(1));
    let group = anyrt::task_group(|group: TaskGroup| {
        let permits = permits.clone();
        async move {
            let large = permits.clone();
            let large = group.spawn(async move {
                drop(large.acquire_many(2).await);
            });
            while permits.statistics().waiting == 0 {
                anyrt::yield_now().await;
            }
            let small = permits.clone();
            let small = group.spawn(async move {
                drop(small.acquire().await);
                Ok("small")
            });
            while permits.statistics().waiting < 2 {
                anyrt::yield_now().await;
            }
            assert!(!small.is_finished());
            large.cancel();
            Ok(small.await.unwrap())
        }
    });
    assert_eq!(in_time(group).await, Ok("small"));
    assert_eq!(permits.available(), 1);
}

#[anyrt::test(sim, seeds = 10)]
async fn permits_of_cancelled_holders_come_back() {
    let permits = Arc::new(Semaphore::new(4));
    let group = anyrt::task_group(|group: TaskGroup| {
        let permits = permits.clone();
        async move {
            for _ in 0..10 {
                let permits = permits.clone();
                group.spawn(async move {
                    let _permit = permits.acquire().await;
                    anyrt::sleep(HOUR).await;
                });
            }
            while permits.statistics().waiting < 6 {
                anyrt::yield_now().await;
            }
            group.cancel();
        }
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(permits.available(), 4);
    assert_eq!(permits.statistics().waiting, 0);
}

#[anyrt::test(sim, seeds = 10)]
async fn items_meet_receivers_that_are_cancelled_at_the_same_time_and_none_is_lost() {
    const ITEMS: u32 = 200;
    let (sender, receiver) = channel::bounded(0);
    let (deliver, delivered) = channel::unbounded();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        for _ in 0..4 {
            let (receiver, deliver) = (receiver.clone(), deliver.clone());
            group.spawn(async move {
                loop {
                    let scope = CancelScope::new();
                    let handle = scope.handle();
                    let canceller = std::thread::spawn(move || handle.cancel());
                    let received = scope.run(receiver.recv()).await;
                    canceller.join().unwrap();
                    match received {
                        Ok(Ok(item)) => deliver.try_send(item).unwrap(),
                        Ok(Err(Closed)) => break,
                        Err(_) => anyrt::yield_now().await,
                    }
                    if receiver.statistics().senders == 0 {
                        break;
                    }
                }
            });
        }
        for item in 0..ITEMS {
            sender.send(item).await.unwrap();
        }
    });
    assert_eq!(in_time(group).await, Ok(()));
    let mut items: Vec<u32> = std::iter::from_fn(|| delivered.try_recv().ok()).collect();
    items.sort_unstable();
    assert_eq!(items, (0..ITEMS).collect::<Vec<_>>());
}

#[anyrt::test(sim, seeds = 10)]
async fn closing_works_in_a_cancelled_scope() {
    let (sender, receiver) = channel::bounded(0);
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let waiting = Event::new();
        let is_waiting = waiting.clone();
        let child = group.spawn(async move {
            waiting.set();
            Ok(receiver.recv().await)
        });
        is_waiting.wait().await;
        let scope = CancelScope::new();
        scope.handle().cancel();
        scope.run(async { sender.close() }).await.unwrap();
        let sent = sender.send("late").await;
        assert!(sent.is_err());
        Ok(child.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok(Err(Closed)));
}
