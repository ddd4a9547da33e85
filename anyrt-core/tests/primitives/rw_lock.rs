//! What only a read-write lock does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyrt_core::sync::{OwnedRwLockWriteGuard, RwLock, RwLockWriteGuard};

use crate::support::{Alarm, in_time, message, now};

static STATIC: RwLock<Vec<u8>> = RwLock::new(Vec::new());

#[test]
fn a_lock_fits_into_a_static() {
    now(STATIC.write()).push(1);
    let (one, other) = (now(STATIC.read()), now(STATIC.read()));
    assert_eq!([&*one, &*other], [&[1], &[1]]);
}

#[test]
fn data_goes_from_hand_to_hand() {
    let lock = Arc::new(RwLock::new(String::from("a")));
    now(lock.write()).push('b');
    assert_eq!(*now(lock.read()), "ab");
    // From here on it is shared.
    now(lock.clone().write_owned()).push('c');
    assert_eq!(format!("{}", now(lock.clone().read_owned())), "abc");
    let text = r#"RwLock { data: "abc", readers: 0, is_writing: false, waiting: 0 }"#;
    assert_eq!(format!("{lock:?}"), text);
    let mut lock = Arc::into_inner(lock).unwrap();
    lock.get_mut().push('d');
    assert_eq!(lock.into_inner(), "abcd");
}

#[test]
fn a_reader_does_not_overtake_a_writer_that_waits() {
    let lock = RwLock::new(0);
    let alarms: [Arc<Alarm>; 2] = Default::default();
    let (mut write, mut read) = (lock.write(), lock.read());
    let first = now(lock.read());
    assert!(alarms[0].poll(&mut write).is_pending());
    assert!(alarms[1].poll(&mut read).is_pending());
    assert!(lock.try_read().is_err(), "a writer waits");
    drop(write);
    assert!(alarms[1].has_rung(), "the writer has left, so the reader need not wait");
    assert!(alarms[1].poll(&mut read).is_ready());
    drop(first);
    assert_eq!(lock.statistics().readers, 0);
}

#[test]
fn a_writer_that_becomes_a_reader_lets_readers_in_and_no_writer() {
    let lock = Arc::new(RwLock::new(0));
    let alarms: [Arc<Alarm>; 3] = Default::default();
    let mut guard = now(lock.write());
    let (mut first, mut write, mut last) = (lock.read(), lock.write(), lock.read());
    assert!(alarms[0].poll(&mut first).is_pending());
    assert!(alarms[1].poll(&mut write).is_pending());
    assert!(alarms[2].poll(&mut last).is_pending());
    *guard = 1;
    let guard = RwLockWriteGuard::downgrade(guard);
    assert_eq!(alarms.each_ref().map(|alarm| alarm.has_rung()), [true, false, false]);
    assert_eq!(*guard, 1);
    drop((guard, first, write, last));
    let guard = OwnedRwLockWriteGuard::downgrade(now(lock.clone().write_owned()));
    assert_eq!(*guard + *lock.try_read().unwrap(), 2);
}

#[test]
fn a_panic_under_a_guard_unlocks_and_keeps_the_data() {
    let lock = RwLock::new(1);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let mut guard = now(lock.write());
        *guard = 2;
        panic!("on purpose");
    }));
    assert!(panic.is_err());
    assert_eq!(*lock.try_write().unwrap(), 2);
}

#[test]
fn a_leaked_guard_keeps_others_out() {
    let mut lock = RwLock::new(1);
    std::mem::forget(now(lock.read()));
    assert!(lock.try_write().is_err());
    assert_eq!(*lock.try_read().unwrap(), 1);
    let panic = catch_unwind(AssertUnwindSafe(|| *lock.get_mut())).unwrap_err();
    assert!(message(&*panic).contains("leaked"));
    let lock = RwLock::new(1);
    std::mem::forget(now(lock.write()));
    assert!(lock.try_read().is_err());
    let panic = catch_unwind(AssertUnwindSafe(|| lock.into_inner())).unwrap_err();
    assert!(message(&*panic).contains("leaked"));
}

#[test]
fn readers_on_many_threads_see_whole_writes() {
    in_time(|| {
        let lock = RwLock::new((0, 0));
        std::thread::scope(|scope| {
            for writes in [true, false, true, false] {
                let lock = &lock;
                scope.spawn(move || {
                    futures_executor::block_on(async {
                        for _ in 0..5_000 {
                            if writes {
                                let mut pair = lock.write().await;
                                pair.0 += 1;
                                pair.1 += 1;
                            } else {
                                let pair = lock.read().await;
                                assert_eq!(pair.0, pair.1);
                            }
                        }
                    });
                });
            }
        });
        assert_eq!(lock.into_inner(), (10_000, 10_000));
    });
}
