//! The laws of anyrt, checked on the simulator.

use anyrt_conformance::{Subject, System, hold, signal_law};
use anyrt_sim::Sim;

// The checks have threads of their own.
anyrt_conformance::suite!(Sim::new(7).among_threads().backend(), net);

#[test]
fn o1() {
    let sim = Sim::new(7).among_threads().backend();
    let raising = sim.clone();
    let system = System::with_signals(sim.clone(), move |signal| raising.raise(signal));
    hold(&[signal_law()], &Subject::new(sim).with_system(system), "o1");
}
