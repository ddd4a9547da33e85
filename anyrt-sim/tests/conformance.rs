//! The laws of anyrt, checked on the simulator.

use std::time::Duration;

use anyrt_sim::{Sim, SimBackend};

fn world() -> SimBackend {
    Sim::new(7).patience(Duration::from_millis(20)).grace(Duration::from_secs(8)).backend()
}

anyrt_conformance::suite!(world());
