//! What happened, in order.

use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::time::Duration;

/// What happened in a simulation, in order.
///
/// Its `Display` has one line for each event: the time since the start, the task, and what happened.
/// Two runs with one seed have the same trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    events: Vec<Event>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When, since the start.
    pub at: Duration,
    /// Which task or blocking call, as they are counted in the simulation.
    pub task: Option<u64>,
    /// What.
    pub what: What,
}

/// What may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A task was made, and can run.
    Spawned,
    /// A task that waited can run again.
    Woken,
    /// A task was picked and polled.
    Polled,
    /// A task ended.
    Ended,
    /// A timer came to its end.
    TimerFired,
    /// The clock went on to this moment.
    ClockMoved,
    /// A blocking call began.
    BlockingBegan,
    /// A blocking call ended.
    BlockingEnded,
    /// Something happened in the network.
    Net(NetEvent),
}

/// What may happen in the network.
///
/// Of two ends the first is the one that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetEvent {
    /// Somebody listens.
    Listening(SocketAddr),
    /// A connection was made.
    Connected(SocketAddr, SocketAddr),
    /// Nobody listened.
    Refused(SocketAddr),
    /// An end of a connection was dropped.
    Closed(SocketAddr, SocketAddr),
    /// The connections of this end were broken.
    Reset(SocketAddr),
    /// The connections of this end fell silent.
    Cut(SocketAddr),
}

impl Display for NetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening(address) => write!(f, "listening on {address}"),
            Self::Connected(from, to) => write!(f, "connected {from} to {to}"),
            Self::Refused(address) => write!(f, "refused by {address}"),
            Self::Closed(from, to) => write!(f, "closed {from} to {to}"),
            Self::Reset(end) => write!(f, "reset {end}"),
            Self::Cut(end) => write!(f, "cut {end}"),
        }
    }
}

impl Trace {
    pub(crate) fn note(&mut self, at: Duration, task: Option<u64>, what: What) {
        self.events.push(Event { at, task, what });
    }

    /// Gives the events, the first one first.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

impl Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.events.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = format!("{:?}", self.at);
        write!(f, "{at:>12} ")?;
        match self.task {
            Some(task) => write!(f, "{task:>4} ")?,
            None => f.write_str("   - ")?,
        }
        match self.what {
            What::Spawned => f.write_str("spawned"),
            What::Woken => f.write_str("woken"),
            What::Polled => f.write_str("polled"),
            What::Ended => f.write_str("ended"),
            What::TimerFired => f.write_str("timer fired"),
            What::ClockMoved => f.write_str("clock moved"),
            What::BlockingBegan => f.write_str("blocking call began"),
            What::Net(event) => Display::fmt(&event, f),
            What::BlockingEnded => f.write_str("blocking call ended"),
        }
    }
}
