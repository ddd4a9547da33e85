//! The calls of `ambient` in a program whose one backend is tokio.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_bench_apart::ambient::of_one_backend;
use anyrt_bench_apart::order::Order;

fn main() -> ExitCode {
    if anyrt::AnyBackend::available().len() != 1 {
        eprintln!("this program has more backends than one: build its package alone");
        return ExitCode::FAILURE;
    }
    Order::obey_on_tokio(&of_one_backend())
}
