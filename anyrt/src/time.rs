//! Waiting, and the clock.

use std::time::{Duration, Instant};

use anyrt_core::{Ambient, Driver};

use crate::Sleep;
use crate::backend::AnyBackend;

/// Waits for `timeout`, counted from the first poll.
///
/// It never ends early; `Duration::MAX` never ends. It is a checkpoint, also with a timeout of
/// zero (law C1).
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]).
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let before = anyrt::now();
///     anyrt::sleep(Duration::from_millis(5)).await;
///     assert!(anyrt::now() - before >= Duration::from_millis(5));
/// });
/// ```
pub fn sleep(timeout: Duration) -> Sleep {
    Sleep::ambient_after(timeout)
}

/// Waits until `deadline`, an instant of [`now`]'s clock.
///
/// It never ends early; a deadline that has passed ends at the first poll. It is a checkpoint.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]).
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let deadline = anyrt::now() + Duration::from_millis(5);
///     anyrt::sleep_until(deadline).await;
///     assert!(anyrt::now() >= deadline);
/// });
/// ```
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep::ambient_until(deadline)
}

/// Waits until it is cancelled.
///
/// # Cancel safety
///
/// **Safe.** It holds nothing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let ended = anyrt::move_on_after(Duration::from_millis(1), anyrt::sleep_forever()).await;
///     assert_eq!(ended, None);
/// });
/// ```
pub fn sleep_forever() -> Sleep {
    Sleep::forever()
}

/// Reads the backend's clock, by which all deadlines are measured.
///
/// Under virtual time it is not the clock of `Instant::now`: take deadlines from here.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Examples
///
/// ```
/// anyrt::run(async {
///     let before = anyrt::now();
///     assert!(anyrt::now() >= before);
/// });
/// ```
#[track_caller]
pub fn now() -> Instant {
    match AnyBackend::with_current(Driver::now) {
        Ok(now) => now,
        Err(error) => panic!("{error}"),
    }
}
