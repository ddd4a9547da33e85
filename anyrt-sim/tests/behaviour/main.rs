//! What the simulator does beyond the laws.

mod blocking;
mod clock;
mod determinism;
mod explored;
mod network;
mod sequencer;
mod stuck;

use std::sync::{Arc, Mutex};

use anyrt_core::group::TaskGroup;
use anyrt_sim::SimBackend;

pub(crate) type Group<E = std::convert::Infallible> = TaskGroup<SimBackend, E>;

/// The world that the code runs in.
pub(crate) fn here() -> SimBackend {
    SimBackend::current().expect("the test runs in a simulation")
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Log<T> {
    pub(crate) fn note(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
}
