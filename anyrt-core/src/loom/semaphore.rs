//! A semaphore: no permit and no wake-up is lost.

use std::sync::Arc;

use loom::thread;

use super::{block_on, model};
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
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(semaphore.available(), 1);
    });
}
