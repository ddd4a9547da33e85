//! When the next may pass: the generic cell rate algorithm, as arithmetic alone.
//!
//! It is the virtual scheduling form of ITU-T Recommendation I.371, which the ATM Forum's Traffic
//! Management Specification has, too. All there is to remember is one time, the *due* time: when the
//! next would come if all came evenly. Whoever comes earlier than that by no more than the burst allows
//! is let through.
//!
//! # Invariants
//!
//! - Times are counted in ticks since the first use, of which a nanosecond has as many as a period lets
//!   through. So the interval between two is a whole number of ticks, and no rounding adds up.
//! - What is too large for a tick count is later than any clock; nothing wraps round.

use std::time::Duration;

pub(super) type Ticks = u128;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// So many per period, evenly, and so many at once after a time without any.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) count: usize,
    pub(super) period: Duration,
    pub(super) burst: usize,
}

impl Rate {
    #[track_caller]
    pub(super) const fn new(count: usize, period: Duration) -> Self {
        assert!(count > 0, "a rate of 0 lets nobody through: 1 in a longer period is the least");
        assert!(
            !period.is_zero(),
            "a rate has a period that is not 0: where nothing is limited, leave the limiter out"
        );
        Self { count, period, burst: 1 }
    }

    #[track_caller]
    pub(super) const fn with_burst(self, burst: usize) -> Self {
        assert!(burst > 0, "a burst of 0 lets nobody through: 1 is the least, and means none");
        let room = self.interval().checked_mul(burst as u128);
        assert!(room.is_some(), "the burst is too large for so long a period: make either smaller");
        Self { burst, ..self }
    }

    /// The ticks between two that come evenly.
    const fn interval(&self) -> Ticks {
        self.period.as_nanos()
    }

    /// The ticks that `count` take; `None` is longer than any time.
    fn length(&self, count: usize) -> Option<Ticks> {
        self.interval().checked_mul(count as u128)
    }

    pub(super) fn ticks(&self, time: Duration) -> Ticks {
        time.as_nanos().saturating_mul(self.count as u128)
    }

    /// The least duration that is not shorter; `None` is longer than any.
    pub(super) fn duration(&self, ticks: Ticks) -> Option<Duration> {
        let nanos = ticks.div_ceil(self.count as u128);
        let seconds = u64::try_from(nanos / NANOS_PER_SECOND).ok()?;
        Some(Duration::new(seconds, (nanos % NANOS_PER_SECOND) as u32))
    }

    /// When `count` may pass at once; `None` is never.
    ///
    /// More than a burst pass when the last of so many single ones would.
    pub(super) fn earliest(&self, due: Ticks, arrival: Ticks, count: usize) -> Option<Ticks> {
        let end = due.max(arrival).checked_add(self.length(count)?)?;
        Some(end.saturating_sub(self.length(self.burst)?))
    }

    /// The due time after `count` have passed at `now`, which is not before their earliest time.
    pub(super) fn pass(&self, due: Ticks, arrival: Ticks, now: Ticks, count: usize) -> Ticks {
        let add =
            |start: Ticks, count| start.saturating_add(self.length(count).unwrap_or(Ticks::MAX));
        // Who is late has no more at once after it than a burst. By less than a nanosecond nobody is.
        let now = now.saturating_sub(self.count as u128 - 1);
        add(due.max(arrival), count).max(add(now, count.min(self.burst)))
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::time::Duration;

    use super::{Rate, Ticks};

    const SECOND: Duration = Duration::from_secs(1);

    /// When each of `count` that come at once passes.
    fn passes(rate: Rate, count: usize) -> Vec<Duration> {
        let mut due = 0;
        let mut pass = |_| {
            let at = rate.duration(rate.earliest(due, 0, 1).unwrap()).unwrap();
            due = rate.pass(due, 0, rate.ticks(at), 1);
            at
        };
        (0..count).map(&mut pass).collect()
    }

    /// The most that pass in any period.
    fn peak(passes: &[Duration], period: Duration) -> usize {
        let within = |start: &Duration| {
            passes.iter().filter(|at| *start <= **at && **at < *start + period).count()
        };
        passes.iter().map(within).max().unwrap_or(0)
    }

    #[test]
    fn a_period_lets_exactly_so_many_pass_and_a_burst_comes_on_top() {
        for count in [1, 2, 3, 7, 10, 999] {
            let rate = Rate::new(count, SECOND);
            assert_eq!(peak(&passes(rate, 3 * count), SECOND), count, "{count} per second");
            for burst in [2, 5] {
                let peak = peak(&passes(rate.with_burst(burst), 3 * count + burst), SECOND);
                assert_eq!(peak, count + burst - 1, "{count} per second, {burst} at once");
            }
        }
    }

    #[test]
    fn no_rounding_adds_up() {
        // A third of a second is no whole number of nanoseconds.
        let all = passes(Rate::new(3, SECOND), 3_001);
        assert_eq!(all[1], Duration::from_nanos(333_333_334));
        assert_eq!(all[3_000], 1_000 * SECOND);
    }

    #[test]
    fn a_burst_is_saved_up_and_no_more() {
        let rate = Rate::new(1, SECOND).with_burst(3);
        let hour = rate.ticks(3_600 * SECOND);
        let mut due = 0;
        for _ in 0..3 {
            assert!(rate.earliest(due, hour, 1).unwrap() <= hour);
            due = rate.pass(due, hour, hour, 1);
        }
        let fourth = rate.earliest(due, hour, 1).unwrap();
        assert_eq!(rate.duration(fourth).unwrap(), 3_601 * SECOND);
    }

    #[test]
    fn who_is_late_leaves_no_larger_burst_behind() {
        let rate = Rate::new(1, SECOND).with_burst(2);
        for count in [1, 2, 5] {
            let late = rate.ticks(100 * SECOND);
            let due = rate.pass(0, 0, late, count);
            let after = rate.earliest(due, late, 2).unwrap();
            let wait = rate.duration(after - late).unwrap();
            assert_eq!(wait, count.min(2) as u32 * SECOND, "two more after {count}");
        }
    }

    #[test]
    fn many_take_as_long_as_so_many_single_ones() {
        for burst in [1, 2, 4] {
            let rate = Rate::new(10, SECOND).with_burst(burst);
            for count in 1..=9 {
                let alone = passes(rate, count + 1);
                let at = rate.earliest(0, 0, count).unwrap();
                assert_eq!(rate.duration(at).unwrap(), alone[count - 1], "{count}, burst {burst}");
                let due = rate.pass(0, 0, at, count);
                let next = rate.duration(rate.earliest(due, at, 1).unwrap()).unwrap();
                assert_eq!(next, alone[count], "the one after {count}, burst {burst}");
            }
            assert_eq!(
                rate.earliest(0, 7, 0),
                Some(7_u128.saturating_sub(rate.length(burst).unwrap()))
            );
        }
    }

    #[test]
    fn rates_above_one_per_nanosecond() {
        let rate = Rate::new(usize::MAX, Duration::from_nanos(1));
        assert!(passes(rate, 1_000).iter().all(|at| *at <= Duration::from_nanos(1)));
        let rate = Rate::new(3_000_000_000, SECOND);
        assert_eq!(passes(rate, 3_001)[3_000], Duration::from_micros(1));
    }

    #[test]
    fn what_is_too_large_is_never_and_nothing_wraps_round() {
        let slow = Rate::new(1, Duration::MAX);
        let due = slow.pass(0, 0, 0, 1);
        assert_eq!(slow.duration(slow.earliest(due, 0, 1).unwrap()), Some(Duration::MAX));
        let due = slow.pass(0, 0, 0, usize::MAX);
        assert_eq!((due, slow.earliest(due, 0, 1)), (Ticks::MAX, None));
        assert_eq!(slow.earliest(0, 0, usize::MAX), None);
        let twice = slow.earliest(0, 0, 3).unwrap();
        assert_eq!(slow.duration(twice), None, "later than any clock");

        let fast = Rate::new(usize::MAX, Duration::from_nanos(1));
        assert_eq!(fast.ticks(Duration::MAX), Ticks::MAX);
        assert_eq!(fast.pass(Ticks::MAX, 0, Ticks::MAX, 1), Ticks::MAX);
        assert_eq!(fast.earliest(Ticks::MAX, 0, 1), None);

        let slow = Rate::new(1, Duration::MAX).with_burst(1 << 33);
        assert!(slow.earliest(0, 0, (1 << 33) + 1).unwrap() > 0, "not even for a large burst");
    }

    #[test]
    fn senseless_rates_are_refused_with_a_remedy() {
        let message = |make: fn() -> Rate| {
            let panic = catch_unwind(make).expect_err("it is refused");
            panic.downcast_ref::<&str>().expect("a plain message").to_string()
        };
        assert!(message(|| Rate::new(0, SECOND)).contains("1 in a longer period"));
        assert!(message(|| Rate::new(1, Duration::ZERO)).contains("leave the limiter out"));
        assert!(message(|| Rate::new(1, SECOND).with_burst(0)).contains("1 is the least"));
        let vast = || Rate::new(1, Duration::MAX).with_burst(usize::MAX);
        assert!(message(vast).contains("make either smaller"));
    }
}
