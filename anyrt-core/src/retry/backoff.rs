//! Delays that grow, or stay the same.

use std::iter::FusedIterator;
use std::time::Duration;

/// Delays that grow up to a limit, for `retry`: an iterator.
///
/// Without [`attempts`](Self::attempts) it never ends. Where many clients retry at once,
/// [`jitter`](Self::jitter) spreads them.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt_core::retry::Backoff;
///
/// let millis = |backoff: Backoff| backoff.map(|delay| delay.as_millis()).collect::<Vec<_>>();
/// let (first, most) = (Duration::from_millis(100), Duration::from_millis(500));
///
/// // Five attempts, and so four delays between them.
/// let backoff = Backoff::exponential(first, most).attempts(5);
/// assert_eq!(millis(backoff.clone()), [100, 200, 400, 500]);
/// assert_eq!(millis(backoff.factor(3)), [100, 300, 500, 500]);
///
/// // Always the same delay, three times.
/// assert_eq!(Backoff::constant(first).attempts(4).collect::<Vec<_>>(), [first; 3]);
///
/// let random = || 0.5; // in [0, 1), from a generator, such as `fastrand::f64`
/// let mut jittered = Backoff::exponential(first, most).jitter(random);
/// assert_eq!(jittered.next(), Some(Duration::from_millis(75)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a back-off is an iterator, and does nothing by itself"]
pub struct Backoff {
    next: Duration,
    most: Duration,
    factor: u32,
    /// How many delays are left, if they are limited.
    left: Option<usize>,
}

impl Backoff {
    /// Starts with the delay `first`, and doubles it each time up to `most`.
    ///
    /// A `first` above `most` counts as `most`.
    pub fn exponential(first: Duration, most: Duration) -> Self {
        Self { next: first.min(most), most, factor: 2, left: None }
    }

    /// Waits for the same time before each attempt.
    pub fn constant(delay: Duration) -> Self {
        Self { next: delay, most: delay, factor: 1, left: None }
    }

    /// Multiplies each time by `factor` instead of 2.
    ///
    /// With 1 the delay stays the same.
    ///
    /// # Panics
    ///
    /// Panics if `factor` is 0, with which all delays but the first would be none.
    #[track_caller]
    pub fn factor(self, factor: u32) -> Self {
        assert!(factor > 0, "a back-off by factor 0 would not wait: 1 keeps the delay as it is");
        Self { factor, ..self }
    }

    /// Ends after so many attempts in all, the first call among them.
    ///
    /// So there is one delay less; 0 attempts count as 1, since `retry` calls at least once.
    pub fn attempts(self, attempts: usize) -> Self {
        Self { left: Some(attempts.saturating_sub(1)), ..self }
    }

    /// Takes between half of each delay and all of it, as `random` says.
    ///
    /// `random` gives numbers from 0 up to 1; others count as 0 or 1. It is yours, so that a simulation
    /// can repeat it.
    pub fn jitter(self, mut random: impl FnMut() -> f64) -> impl Iterator<Item = Duration> {
        self.map(move |delay| {
            let (half, random) = (delay / 2, random());
            let share = if random > 0.0 { random.min(1.0) } else { 0.0 };
            half.saturating_add(half.mul_f64(share))
        })
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1)?;
        }
        let delay = self.next;
        self.next = delay.saturating_mul(self.factor).min(self.most);
        Some(delay)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.unwrap_or(usize::MAX), self.left)
    }
}

impl FusedIterator for Backoff {}
