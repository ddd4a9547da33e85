//! Pairs of runs, and what is read from them.

use std::io;

use crate::site::Sites;
use crate::work::Contest;

/// What our work and the peer's took that ran one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) ours: f64,
    pub(crate) peer: f64,
}

/// Gives one pair per round for each contest, in their order.
///
/// Every other round turns the pairs round, and a first round does not count.
pub(crate) fn compare(
    sites: &Sites<'_>,
    rounds: usize,
    contests: &[Contest],
) -> io::Result<Vec<Vec<Pair>>> {
    let mut pairs = vec![Vec::with_capacity(rounds); contests.len()];
    for round in 0..=rounds {
        for (contest, pairs) in contests.iter().zip(&mut pairs) {
            let pair = pair(sites, contest, round.is_multiple_of(2))?;
            if round > 0 {
                pairs.push(pair);
            }
        }
    }
    Ok(pairs)
}

fn pair(sites: &Sites<'_>, contest: &Contest, is_peer_first: bool) -> io::Result<Pair> {
    let run = |work| sites.run(contest, work);
    Ok(if is_peer_first {
        let peer = run(&contest.peer)?;
        Pair { ours: run(&contest.ours)?, peer }
    } else {
        let ours = run(&contest.ours)?;
        Pair { ours, peer: run(&contest.peer)? }
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
