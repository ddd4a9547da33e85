//! A way and the one that it is compared with.

pub(crate) use anyrt_bench_apart::work::{Running, Work, must_succeed, part, whole, yield_once};

use crate::backend::Backend;

/// A way and the one that it is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Contest {
    /// What both do.
    pub(crate) job: &'static str,
    pub(crate) ours: Work,
    pub(crate) peer: Work,
    /// How often each run does it.
    pub(crate) amount: usize,
    pub(crate) place: Place,
    pub(crate) unit: Unit,
    target: Option<Target>,
}

/// The largest ratio that is good enough, on one thread and on more.
#[derive(Clone, Copy)]
struct Target {
    one: f64,
    more: f64,
}

/// Where the runs take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On tokio, in the process of this program, one run after the other.
    Here,
    /// Each in a process of its own.
    Own(Backend),
    /// Each in a process of its own, on tokio, of a program that has no other backend.
    OneBackend,
    /// Each in a process of its own, which counts what is allocated.
    Memory,
    /// On no runtime: the work brings its own, and is done in one poll.
    Bare,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nanoseconds for each child, pass or item.
    Nanoseconds,
    /// Seconds for all of it.
    Seconds,
    /// Bytes for each child, group or scope.
    Bytes,
}

impl Contest {
    pub(crate) fn new(job: &'static str, ours: Work, peer: Work, amount: usize) -> Self {
        let (place, unit, target) = (Place::Here, Unit::Nanoseconds, None);
        Self { job, ours, peer, amount, place, unit, target }
    }

    /// Pairs a work with itself: the row that shows the noise.
    pub(crate) fn noise(job: &'static str, work: Work, amount: usize) -> Self {
        Self::new(job, work, work, amount)
    }

    /// The first peer with itself, then ours with each; the numbers are targets.
    pub(crate) fn with_each(
        job: &'static str,
        amount: usize,
        ours: Work,
        peers: &[(Work, Option<f64>)],
    ) -> Vec<Self> {
        let noise = Self::noise(job, peers[0].0, amount);
        let against =
            peers.iter().map(|&(peer, most)| Self::new(job, ours, peer, amount).at_most(most));
        [noise].into_iter().chain(against).collect()
    }

    pub(crate) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    pub(crate) fn counted_in(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    pub(crate) fn at_most(self, ratio: impl Into<Option<f64>>) -> Self {
        let target = ratio.into().map(|ratio| Target { one: ratio, more: ratio });
        Self { target, ..self }
    }

    pub(crate) fn at_most_by_threads(self, one: f64, more: f64) -> Self {
        Self { target: Some(Target { one, more }), ..self }
    }

    /// The largest ratio that is good enough, if one was set.
    pub(crate) fn target(&self, threads: usize) -> Option<f64> {
        self.target.map(|target| if threads == 1 { target.one } else { target.more })
    }
}

impl Place {
    /// Whether it makes a difference there how many worker threads there are.
    pub(crate) fn has_workers(self) -> bool {
        match self {
            Self::Here | Self::Own(_) | Self::OneBackend => true,
            Self::Memory | Self::Bare => false,
        }
    }

    /// Whether another program does it.
    pub(crate) fn is_apart(self) -> bool {
        matches!(self, Self::OneBackend | Self::Memory)
    }

    pub(crate) fn backend(self) -> &'static str {
        match self {
            Self::Here | Self::OneBackend | Self::Memory => Backend::Tokio.name(),
            Self::Own(backend) => backend.name(),
            Self::Bare => "sim",
        }
    }
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Seconds => "s",
            Self::Bytes => "B",
        }
    }

    /// What a run took in this unit, if it did its work so many times.
    pub(crate) fn of(self, taken: f64, amount: usize) -> f64 {
        match self {
            Self::Nanoseconds => taken * 1e9 / amount as f64,
            Self::Seconds => taken,
            Self::Bytes => taken / amount as f64,
        }
    }
}
