//! Pairs of runs, and what is read from them.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::args::From;
use crate::works::Work;

/// How works are compared with a baseline.
pub(crate) struct Measurement<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) from: From,
    pub(crate) children: usize,
    pub(crate) rounds: usize,
    pub(crate) settle: usize,
}

/// The seconds of the baseline and of a work that ran one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) baseline: f64,
    pub(crate) work: f64,
}

impl Measurement<'_> {
    /// Gives one pair per round for each work, in the order of the works.
    ///
    /// Every other round turns the pairs round, and a first round does not count.
    pub(crate) fn compare(&self, baseline: &Work, works: &[Work]) -> Vec<Vec<Pair>> {
        let mut pairs = vec![Vec::with_capacity(self.rounds); works.len()];
        for round in 0..=self.rounds {
            for (work, pairs) in works.iter().zip(&mut pairs) {
                let pair = self.pair(baseline, work, round.is_multiple_of(2));
                if round > 0 {
                    pairs.push(pair);
                }
            }
        }
        pairs
    }

    fn pair(&self, baseline: &Work, work: &Work, is_baseline_first: bool) -> Pair {
        if is_baseline_first {
            let baseline = self.time(baseline);
            Pair { baseline, work: self.time(work) }
        } else {
            let work = self.time(work);
            Pair { baseline: self.time(baseline), work }
        }
    }

    /// Times a run in the state in which runs of its own kind leave the heap.
    fn time(&self, work: &Work) -> f64 {
        for _ in 0..self.settle {
            self.run(work);
        }
        self.run(work)
    }

    fn run(&self, work: &Work) -> f64 {
        let (run, children) = (work.run, self.children);
        let timed = async move {
            let start = Instant::now();
            run(children).await;
            start.elapsed()
        };
        let time: Duration = match self.from {
            From::BlockOn => self.runtime.block_on(timed),
            From::Worker => self
                .runtime
                .block_on(self.runtime.spawn(timed))
                .expect("no work panics or is aborted"),
        };
        time.as_secs_f64()
    }
}

/// Gives the lower quartile, the median and the upper quartile.
pub(crate) fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let place = part * (values.len() - 1) as f64;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        low + (high - low) * place.fract()
    };
    [at(0.25), at(0.5), at(0.75)]
}

/// Gives the smallest.
pub(crate) fn best(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::quartiles;

    #[test]
    fn quartiles_of_few_and_many() {
        assert_eq!(quartiles([7.0].into_iter()), [7.0, 7.0, 7.0]);
        assert_eq!(quartiles([5.0, 1.0, 3.0, 2.0, 4.0].into_iter()), [2.0, 3.0, 4.0]);
        assert_eq!(quartiles([1.0, 2.0].into_iter()), [1.25, 1.5, 1.75]);
    }
}
