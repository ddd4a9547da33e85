//! Calls of the facade, which has to find its backend, against those of the backend itself.
//!
//! The rows whose job ends in `one` come from a program that has tokio alone; in those that end in
//! `all` tokio is one of three backends.

use anyrt_bench_apart::ambient::{Call, RawSpawn, calls, raw_spawn};

use crate::backend::Backend;
use crate::work::{Contest, Place};

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    let of_call = |call: Call| {
        let one = of_call(call, call.of_one, Place::OneBackend, 1.05);
        let all = of_call(call, call.of_all, Place::Own(Backend::Tokio), 1.15);
        [one, all].concat()
    };
    calls(scale).into_iter().flat_map(of_call).chain(through_what_stands_for_it(scale)).collect()
}

fn of_call(call: Call, job: &'static str, place: Place, most: f64) -> [Contest; 3] {
    let Call { ambient, explicit, native, amount, .. } = call;
    // A sleep has a target beside tokio's own, too.
    let most_native = (native.name == "tokio::time::sleep").then_some(1.1);
    [
        Contest::noise(job, explicit, amount),
        Contest::new(job, ambient, explicit, amount).at_most(most),
        Contest::new(job, ambient, native, amount).at_most(most_native),
    ]
    .map(|contest| contest.at(place))
}

fn through_what_stands_for_it(scale: usize) -> [Contest; 4] {
    let RawSpawn { any, erased, driver, native, amount } = raw_spawn(scale);
    let contest = |ours, peer| Contest::new("raw-spawn", ours, peer, amount);
    [
        Contest::noise("raw-spawn", driver, amount),
        contest(any, driver).at_most(1.05),
        contest(erased, driver),
        contest(driver, native),
    ]
    .map(|contest| contest.at(Place::Own(Backend::Tokio)))
}
