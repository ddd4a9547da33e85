//! Pairs of runs, and what is read from them.

use std::io;

use crate::site::Site;
use crate::works::{BASELINE, Work};

/// The seconds of the baseline and of a work that ran one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) baseline: f64,
    pub(crate) work: f64,
}

/// Gives one pair per round for each work, in the order of the works.
///
/// Every other round turns the pairs round, and a first round does not count.
pub(crate) fn compare(site: &Site, rounds: usize, works: &[Work]) -> io::Result<Vec<Vec<Pair>>> {
    let mut pairs = vec![Vec::with_capacity(rounds); works.len()];
    for round in 0..=rounds {
        for (work, pairs) in works.iter().zip(&mut pairs) {
            let pair = pair(site, work, round.is_multiple_of(2))?;
            if round > 0 {
                pairs.push(pair);
            }
        }
    }
    Ok(pairs)
}

fn pair(site: &Site, work: &Work, is_baseline_first: bool) -> io::Result<Pair> {
    Ok(if is_baseline_first {
        let baseline = site.time(&BASELINE)?;
        Pair { baseline, work: site.time(work)? }
    } else {
        let work = site.time(work)?;
        Pair { baseline: site.time(&BASELINE)?, work }
    })
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
