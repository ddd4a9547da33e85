//! A mutex: one at a time has the value, and the lock is never lost.

use std::sync::Arc;

use loom::thread;

use super::{block_on, model, poll_once};
use crate::sync::Mutex;

#[test]
fn whoever_waits_gets_the_lock_and_what_was_written() {
    model(|| {
        let mutex = Arc::new(Mutex::new(0));
        let threads = [(); 2].map(|()| {
            let mutex = mutex.clone();
            thread::spawn(move || *block_on(mutex.lock()) += 1)
        });
        *block_on(mutex.lock()) += 1;
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*mutex.try_lock().unwrap(), 3);
    });
}

#[test]
fn a_waiter_that_is_dropped_passes_the_lock_on() {
    model(|| {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.clone().try_lock_owned().unwrap();
        let (dropped, waiting) = (mutex.clone(), mutex.clone());
        let dropped = thread::spawn(move || drop(poll_once(dropped.lock())));
        let waiting = thread::spawn(move || *block_on(waiting.lock()) += 1);
        drop(guard);
        dropped.join().unwrap();
        waiting.join().unwrap();
        assert_eq!(*mutex.try_lock().unwrap(), 1);
    });
}
