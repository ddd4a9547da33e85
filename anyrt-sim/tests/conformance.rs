//! The laws of anyrt, checked on the simulator.

use anyrt_sim::Sim;

// The checks have threads of their own.
anyrt_conformance::suite!(Sim::new(7).among_threads().backend(), net);
