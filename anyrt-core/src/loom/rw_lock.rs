//! A read-write lock: readers and writers in one queue, and nobody writes what another reads.

use std::sync::Arc;

use loom::thread;

use super::{block_on, model, poll_once};
use crate::sync::RwLock;

#[test]
fn a_writer_gets_the_lock_when_the_last_reader_is_gone() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let (reading, writing) = (lock.clone(), lock.clone());
        let reading = thread::spawn(move || {
            let guard = block_on(reading.read());
            thread::yield_now();
            *guard
        });
        let writing = thread::spawn(move || *block_on(writing.write()) += 1);
        let first = *block_on(lock.read());
        let second = reading.join().unwrap();
        writing.join().unwrap();
        assert!(first <= 1 && second <= 1);
        assert_eq!(*lock.try_write().unwrap(), 1);
    });
}

#[test]
fn a_writer_that_is_dropped_lets_in_the_readers_behind_it() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let first = lock.clone().try_read_owned().unwrap();
        let (dropped, reading) = (lock.clone(), lock.clone());
        let dropped = thread::spawn(move || drop(poll_once(dropped.write())));
        let reading = thread::spawn(move || *block_on(reading.read()));
        dropped.join().unwrap();
        assert_eq!(reading.join().unwrap(), *first);
    });
}

#[test]
fn a_reader_that_is_dropped_lets_in_the_writer_behind_it() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let first = lock.clone().try_write_owned().unwrap();
        let (dropped, writing) = (lock.clone(), lock.clone());
        let dropped = thread::spawn(move || drop(poll_once(dropped.read())));
        let writing = thread::spawn(move || *block_on(writing.write()) += 1);
        drop(first);
        dropped.join().unwrap();
        writing.join().unwrap();
        assert_eq!(*lock.try_read().unwrap(), 1);
    });
}
