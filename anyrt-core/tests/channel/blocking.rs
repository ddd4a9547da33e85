//! The blocking twins.

use std::thread;
use std::time::Duration;

use anyrt_core::channel::bounded;
use anyrt_core::error::{Closed, RecvTimeoutError, SendError, SendTimeoutError};

/// Blocking twins wait for each other, so a fault would hang: the watchdog ends the process.
fn in_time(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    let waited = is_done.recv_timeout(Duration::from_secs(20));
    assert_ne!(waited, Err(std::sync::mpsc::RecvTimeoutError::Timeout), "it hangs");
    thread.join().expect("the test has its own message");
}

#[test]
fn threads_hand_every_item_over() {
    for capacity in [0, 1, 3] {
        in_time(move || {
            let (sender, receiver) = bounded(capacity);
            let senders: Vec<_> = (0..3)
                .map(|from| {
                    let sender = sender.clone();
                    thread::spawn(move || {
                        (0..50).try_for_each(|item| sender.send_blocking(from * 50 + item))
                    })
                })
                .collect();
            drop(sender);
            let mut items: Vec<_> = std::iter::from_fn(|| receiver.recv_blocking().ok()).collect();
            items.sort_unstable();
            assert!(items.into_iter().eq(0..150), "capacity {capacity}");
            for sender in senders {
                assert_eq!(sender.join().expect("it does not panic"), Ok(()));
            }
        });
    }
}

#[test]
fn the_end_wakes_a_thread() {
    in_time(|| {
        let (sender, receiver) = bounded::<u32>(0);
        let receiving = thread::spawn(move || receiver.recv_blocking());
        drop(sender);
        assert_eq!(receiving.join().expect("it does not panic"), Err(Closed));
        let (sender, receiver) = bounded::<u32>(0);
        let sending = thread::spawn(move || sender.send_blocking(1));
        drop(receiver);
        assert_eq!(sending.join().expect("it does not panic"), Err(SendError(1)));
    });
}

#[test]
fn a_timeout_gives_the_item_back_and_leaves_the_queue() {
    in_time(|| {
        let soon = Duration::from_millis(1);
        let (sender, receiver) = bounded(1);
        assert_eq!(receiver.recv_timeout_blocking(soon), Err(RecvTimeoutError::TimedOut));
        assert_eq!(sender.send_timeout_blocking(1, soon), Ok(()));
        assert_eq!(sender.send_timeout_blocking(2, soon), Err(SendTimeoutError::TimedOut(2)));
        let statistics = sender.statistics();
        assert_eq!((statistics.waiting_senders, statistics.waiting_receivers), (0, 0));
        assert_eq!(receiver.recv_timeout_blocking(Duration::MAX), Ok(1));
        sender.close();
        assert_eq!(sender.send_timeout_blocking(3, soon), Err(SendTimeoutError::Closed(3)));
        assert_eq!(receiver.recv_timeout_blocking(soon), Err(RecvTimeoutError::Closed));
    });
}
