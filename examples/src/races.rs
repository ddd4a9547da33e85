//! Two faults that show in some orders only, and the same code without them.
//!
//! The code names no runtime. On a real one these faults hide for months; a simulation tries the orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyrt::TaskGroup;
use anyrt::sync::Mutex;

/// How many clerks write into one book.
const CLERKS: u32 = 2;

/// How many things the second has to look up before it begins, so that it mostly comes after the first.
const LATER: u32 = 9;

/// Something else that one has to wait for.
async fn look_up(things: u32) {
    for _ in 0..things {
        anyrt::yield_now().await;
    }
}

/// Counts what each clerk adds; some of it may be lost.
///
/// Each clerk reads the balance, waits for something else, and writes what it has become.
///
/// # Panics
///
/// Panics if an update was lost.
pub async fn lost_update() {
    let balance = Arc::new(AtomicU32::new(0));
    let clerks = anyrt::task_group(async |group: TaskGroup| {
        for clerk in 0..CLERKS {
            let balance = balance.clone();
            group.spawn(async move {
                look_up(LATER * clerk).await;
                let read = balance.load(Ordering::SeqCst);
                look_up(1).await;
                balance.store(read + 1, Ordering::SeqCst);
            });
        }
    });
    clerks.await.expect("no clerk fails");
    let balance = balance.load(Ordering::SeqCst);
    assert_eq!(balance, CLERKS, "an update was lost");
}

/// Counts what each clerk adds, with the book locked meanwhile.
///
/// # Panics
///
/// Panics if an update was lost.
pub async fn locked_update() {
    let balance = Arc::new(Mutex::new(0));
    let clerks = anyrt::task_group(async |group: TaskGroup| {
        for clerk in 0..CLERKS {
            let balance = balance.clone();
            group.spawn(async move {
                look_up(LATER * clerk).await;
                let mut balance = balance.lock().await;
                let read = *balance;
                look_up(1).await;
                *balance = read + 1;
            });
        }
    });
    clerks.await.expect("no clerk fails");
    assert_eq!(*balance.lock().await, CLERKS, "an update was lost");
}

/// In which order a transfer locks its two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockOrder {
    /// First the one from which the money comes: two transfers the other way round may wait for each
    /// other.
    FromFirst,
    /// First the one with the smaller number, whichever way the money goes.
    SmallerFirst,
}

/// Moves money both ways between two accounts at once.
///
/// # Panics
///
/// Panics if money was lost.
pub async fn transfers(order: LockOrder) {
    let accounts = Arc::new([Mutex::new(100), Mutex::new(100)]);
    let both = anyrt::task_group(async |group: TaskGroup| {
        for (name, from, to) in [("there", 0, 1), ("and back", 1, 0)] {
            let accounts = accounts.clone();
            group.named(name).spawn(async move {
                look_up(LATER * from as u32).await;
                transfer(&accounts, from, to, order).await;
            });
        }
    });
    both.await.expect("no transfer fails");
    let sum = *accounts[0].lock().await + *accounts[1].lock().await;
    assert_eq!(sum, 200, "money was lost");
}

async fn transfer(accounts: &[Mutex<i32>; 2], from: usize, to: usize, order: LockOrder) {
    let is_swapped = order == LockOrder::SmallerFirst && to < from;
    let (first, second) = if is_swapped { (to, from) } else { (from, to) };
    let first = accounts[first].lock().await;
    look_up(1).await;
    let second = accounts[second].lock().await;
    let (mut paying, mut paid) = if is_swapped { (second, first) } else { (first, second) };
    *paying -= 10;
    *paid += 10;
}
