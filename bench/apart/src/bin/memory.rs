//! The works of `memory`, with every allocation counted.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_bench_apart::memory::works;
use anyrt_bench_apart::order::Order;

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

fn main() -> ExitCode {
    let _counting = dhat::Profiler::builder().testing().build();
    Order::obey_on_tokio(&works())
}
