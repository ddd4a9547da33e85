//! Any mix of coming, waiting and going away, next to a model that knows no queue.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::clock::Clock;
use crate::crowd::Crowd;
use crate::{ms, ten_per_second};

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn seed() -> u64 {
    let given = std::env::var("ANYRT_SEED").ok().and_then(|text| text.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos());
    given.unwrap_or_else(|| clock() as u64 | 1)
}

/// A waiter as the model sees it; all times in ms.
struct Seen {
    count: u64,
    arrival: u64,
    gone: Option<u64>,
}

const INTERVAL: u64 = 100;

/// When each passes who does not go away: as if those who went had never come, but not before they went.
fn model(seen: &[Seen], burst: u64) -> Vec<(usize, u128)> {
    let (mut due, mut before, mut passes) = (0, 0, Vec::new());
    for (id, Seen { count, arrival, gone }) in seen.iter().enumerate() {
        let end = due.max(*arrival) + count * INTERVAL;
        let at = end.saturating_sub(burst * INTERVAL).max(before).max(*arrival);
        if let Some(gone) = gone.filter(|gone| *gone < at) {
            before = before.max(gone);
            continue;
        }
        before = at;
        due = end.max(at + count.min(&burst) * INTERVAL);
        passes.push((id, u128::from(at)));
    }
    passes
}

#[test]
fn everybody_passes_when_a_model_says() {
    let seed = seed();
    for round in 0..500 {
        let mut random = Random(seed.wrapping_add(round).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let burst = 1 + random.below(3);
        let clock = Clock::new();
        let limiter = ten_per_second(&clock).with_burst(burst as usize);
        let mut crowd = Crowd::new(&clock);
        let mut seen: Vec<Seen> = Vec::new();
        let mut now = 0;
        for _ in 0..40 {
            if random.below(3) == 0 && !seen.is_empty() {
                let id = random.below(seen.len() as u64) as usize;
                if !crowd.is_done(id) {
                    crowd.drop_waiter(id);
                    seen[id].gone = Some(now);
                }
            } else {
                let count = 1 + random.below(4);
                crowd.join(limiter.acquire_many(count as usize));
                seen.push(Seen { count, arrival: now, gone: None });
            }
            now += 1 + random.below(150);
            crowd.run_to(ms(now));
        }
        crowd.run_to(ms(100_000));
        let expected = model(&seen, burst);
        assert_eq!(crowd.done(), expected, "ANYRT_SEED={seed}, round {round}");
        assert_eq!(limiter.statistics().waiting, 0, "ANYRT_SEED={seed}, round {round}");
    }
}
