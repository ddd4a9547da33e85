//! hyper over anyrt, as its users have it.
#![forbid(unsafe_code)]

mod backends;
mod bad_input;
mod tower;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyrt::AnyBackend;

type Group = anyrt::TaskGroup<io::Error>;

fn local() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// Runs a test on every backend, the simulation included.
fn each_backend<F: Future<Output = io::Result<()>>>(test: impl Fn() -> F) {
    for name in ["tokio", "smol", "async-std"] {
        run(name.parse().unwrap(), test());
    }
    run(AnyBackend::from(anyrt::sim::Sim::new(7).backend()), test());
}

/// Runs a test, and fails it where it hangs.
fn run(backend: AnyBackend, test: impl Future<Output = io::Result<()>>) {
    let ended = anyrt::run_on(&backend, anyrt::fail_after(Duration::from_secs(30), test));
    let ended = ended.unwrap_or_else(|error| panic!("{}: {error}", backend.name()));
    ended.unwrap_or_else(|error| panic!("{}: {error}", backend.name()));
}
