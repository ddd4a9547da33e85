//! The hottest paths by the clock, for whoever works on one of them.
#![forbid(unsafe_code)]

use anyrt_bench_guard::{PATHS, Path, runtime};
use divan::counter::ItemsCount;
use divan::{Bencher, Divan};

/// How often a sample does it.
const TIMES: usize = 1_000;

fn main() {
    Divan::from_args().main();
}

#[divan::bench(args = PATHS)]
fn path(bencher: Bencher<'_, '_>, path: &Path) {
    let runtime = runtime();
    bencher.counter(ItemsCount::new(TIMES)).bench_local(|| path.run(&runtime, TIMES));
}
