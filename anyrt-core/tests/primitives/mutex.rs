//! What only a mutex does.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::sync::{Mutex, MutexGuard, OwnedMutexGuard};

use crate::support::{Alarm, in_time, message, now};

static STATIC: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[test]
fn a_mutex_fits_into_a_static() {
    now(STATIC.lock()).push(1);
    assert_eq!(*now(STATIC.lock()), [1]);
}

#[test]
fn a_guard_leads_to_the_data_and_back_to_the_mutex() {
    let mutex = Arc::new(Mutex::new(String::from("a")));
    let mut guard = now(mutex.lock());
    guard.push('b');
    assert!(std::ptr::eq(MutexGuard::mutex(&guard), &*mutex));
    assert_eq!(
        format!("{guard} {guard:?} {mutex:?}"),
        r#"ab "ab" Mutex { data: <locked>, waiting: 0 }"#
    );
    drop(guard);
    assert_eq!(format!("{mutex:?}"), r#"Mutex { data: "ab", waiting: 0 }"#);
    let mut guard = now(mutex.clone().lock_owned());
    guard.push('c');
    assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&guard), &mutex));
    assert!(mutex.try_lock().is_err());
    drop(guard);
    let mut mutex = Arc::into_inner(mutex).unwrap();
    mutex.get_mut().push('d');
    assert_eq!(mutex.into_inner(), "abcd");
}

#[test]
fn a_panic_under_a_guard_unlocks_and_keeps_the_data() {
    let mutex = Mutex::new(1);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        *now(mutex.lock()) = 2;
        let _guard = now(mutex.lock());
        panic!("on purpose");
    }));
    assert!(panic.is_err());
    assert_eq!(*mutex.try_lock().unwrap(), 2);
}

#[test]
fn a_leaked_guard_keeps_the_mutex_locked() {
    let mut mutex = Mutex::new(1);
    std::mem::forget(now(mutex.lock()));
    assert!(mutex.try_lock().is_err());
    let alarm = Arc::<Alarm>::default();
    assert!(alarm.poll(&mut mutex.lock()).is_pending());
    assert_eq!(mutex.statistics().waiting, 0);
    let panic = catch_unwind(AssertUnwindSafe(|| *mutex.get_mut())).unwrap_err();
    assert!(message(&*panic).contains("leaked"), "{}", message(&*panic));
}

#[test]
fn tasks_that_lock_in_a_loop_alternate_strictly() {
    in_time(|| {
        let mutex = Arc::new(Mutex::new(Vec::new()));
        let task = |name: usize| {
            let mutex = mutex.clone();
            Box::pin(async move {
                for _ in 0..100 {
                    let mut order = mutex.lock().await;
                    order.push(name);
                    // Others come meanwhile.
                    let mut has_yielded = false;
                    std::future::poll_fn(|cx| {
                        if std::mem::replace(&mut has_yielded, true) {
                            return Poll::Ready(());
                        }
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    })
                    .await;
                }
            })
        };
        let tasks: Vec<_> = (0..3).map(task).collect();
        run_all(tasks);
        let order = Arc::into_inner(mutex).unwrap().into_inner();
        assert_eq!(order, (0..300).map(|turn| turn % 3).collect::<Vec<_>>());
    });
}

/// Polls all in turn until all have ended.
fn run_all<F: Future<Output = ()> + Unpin>(mut tasks: Vec<F>) {
    let alarm = Arc::<Alarm>::default();
    while !tasks.is_empty() {
        tasks.retain_mut(|task| alarm.poll_once(task).is_pending());
    }
}

#[test]
fn threads_count_without_losing_one() {
    in_time(|| {
        let mutex = Mutex::new(0_usize);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    futures_executor::block_on(async {
                        for _ in 0..10_000 {
                            *mutex.lock().await += 1;
                        }
                    });
                });
            }
        });
        assert_eq!(mutex.into_inner(), 40_000);
    });
}
