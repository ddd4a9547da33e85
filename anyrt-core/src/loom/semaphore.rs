//! A semaphore, and with it the wait list: no permit and no wake-up is lost.

use std::sync::Arc;

use loom::thread;

use super::threads::Threads;
use super::{block_on, in_thread, model, poll_once};
use crate::scope::CancelScope;
use crate::sync::Semaphore;

#[test]
fn a_permit_that_is_given_back_reaches_who_waits() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let threads = [(); 2].map(|()| {
            let semaphore = semaphore.clone();
            thread::spawn(move || drop(block_on(semaphore.acquire())))
        });
        drop(block_on(semaphore.acquire()));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(semaphore.available(), 1);
    });
}

#[test]
fn added_permits_serve_all_who_fit() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let threads = [1, 2].map(|count| {
            let semaphore = semaphore.clone();
            thread::spawn(move || block_on(semaphore.acquire_many(count)).forget())
        });
        semaphore.add_permits(3);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn a_waiter_that_is_dropped_passes_its_grant_on() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.try_acquire().unwrap();
        let (dropped, waiting) = (semaphore.clone(), semaphore.clone());
        let dropped = thread::spawn(move || drop(poll_once(dropped.acquire())));
        let waiting = thread::spawn(move || drop(block_on(waiting.acquire())));
        drop(permit);
        dropped.join().unwrap();
        waiting.join().unwrap();
        assert_eq!(semaphore.available(), 1);
    });
}

#[test]
fn a_waiter_that_is_cancelled_lets_the_next_one_through() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.try_acquire().unwrap();
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let (cancelled, waiting) = (semaphore.clone(), semaphore.clone());
        let cancelled = in_thread(move || scope.run(cancelled.acquire_owned()));
        let waiting = thread::spawn(move || drop(block_on(waiting.acquire())));
        let cancel = thread::spawn(move || handle.cancel());
        drop(permit);
        cancel.join().unwrap();
        drop(cancelled.join().unwrap());
        waiting.join().unwrap();
        assert_eq!(semaphore.available(), 1);
    });
}
