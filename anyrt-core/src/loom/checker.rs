//! The checker itself: what it must try, and what no machine does.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use loom::thread;

use super::model;
use crate::sys::atomic::{AtomicUsize, Ordering};

/// All that a program gives in any of its runs.
fn outcomes<T: Ord + Debug + Clone + Send + 'static>(
    program: impl Fn() -> T + Send + Sync + 'static,
) -> Vec<T> {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let all = seen.clone();
    model(move || {
        let outcome = program();
        all.lock().unwrap().insert(outcome);
    });
    let seen = seen.lock().unwrap();
    seen.iter().cloned().collect()
}

/// Each of two threads writes one of two numbers, and then reads the other's.
fn store_and_look(first: Ordering) -> Vec<(usize, usize)> {
    outcomes(move || {
        let [x, y] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let (other_x, other_y) = (x.clone(), y.clone());
        let other = thread::spawn(move || {
            other_y.fetch_add(1, Ordering::SeqCst);
            other_x.load(Ordering::SeqCst)
        });
        x.store(1, first);
        let seen = y.load(Ordering::SeqCst);
        (seen, other.join().unwrap())
    })
}

#[test]
fn a_store_that_follows_a_load_is_tried_before_a_load_elsewhere() {
    let seen = outcomes(|| {
        let x = Arc::new(AtomicUsize::new(0));
        let other = x.clone();
        let other = thread::spawn(move || {
            if other.load(Ordering::SeqCst) == 0 {
                other.store(1, Ordering::SeqCst);
            }
        });
        let seen = x.load(Ordering::SeqCst);
        other.join().unwrap();
        seen
    });
    assert_eq!(seen, [0, 1]);
}

#[test]
fn of_two_that_store_and_look_one_sees_the_other() {
    assert_eq!(store_and_look(Ordering::SeqCst), [(0, 1), (1, 0), (1, 1)]);
}

#[test]
fn of_two_that_store_too_weakly_none_may_see_the_other() {
    assert!(store_and_look(Ordering::Release).contains(&(0, 0)));
}
