//! What all sockets of a world share: who listens, who is connected, how long things take.
//!
//! # Invariants
//!
//! - Wakers are called and dropped after the lock of the network is released; so are timers polled.
//! - All chance is the network's own, drawn in the order of the calls: what tasks do between them does
//!   not change it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::PathBuf;
use std::task::Waker;
use std::time::Duration;

use super::pipe::Pipe;
use crate::random::Random;
use crate::world::nanos;

/// The first port that is given to whoever asks for any.
const FIRST_PORT: u16 = 49_152;

/// How many bytes one direction of a connection holds.
const CAPACITY: usize = 65_536;

pub(crate) struct Network {
    random: Random,
    latency: RangeInclusive<Duration>,
    /// Of connections to this address.
    latencies: BTreeMap<IpAddr, RangeInclusive<Duration>>,
    pub(crate) capacity: usize,
    next_port: u16,
    pub(crate) listeners: BTreeMap<SocketAddr, Listening>,
    next_connection: u64,
    pub(crate) connections: BTreeMap<u64, Connection>,
    /// Ends that nothing reaches and nothing leaves.
    pub(crate) silent: BTreeSet<SocketAddr>,
    pub(crate) mailboxes: BTreeMap<SocketAddr, Mailbox>,
    /// Where the listener of a Unix socket is.
    #[cfg(unix)]
    pub(crate) paths: BTreeMap<PathBuf, SocketAddr>,
    /// What names mean.
    pub(crate) hosts: BTreeMap<String, Vec<IpAddr>>,
}

/// A listener, and the connections that it has not accepted.
#[derive(Default)]
pub(crate) struct Listening {
    pub(crate) queue: VecDeque<u64>,
    pub(crate) wakers: Vec<Waker>,
}

/// A UDP socket: datagrams that are due at a time, and who waits for one.
#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) letters: VecDeque<(u64, SocketAddr, Vec<u8>)>,
    /// Whom it is connected to, and alone hears from then on.
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) wakers: Vec<Waker>,
}

/// A connection; its first end is the one that connected.
pub(crate) struct Connection {
    pub(crate) ends: [SocketAddr; 2],
    /// What the end of this number sends.
    pub(crate) pipes: [Pipe; 2],
    pub(crate) open_ends: usize,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed ^ 0x6e65_7477_6f72_6b21),
            latency: Duration::ZERO..=Duration::ZERO,
            latencies: BTreeMap::new(),
            capacity: CAPACITY,
            next_port: FIRST_PORT,
            listeners: BTreeMap::new(),
            next_connection: 0,
            connections: BTreeMap::new(),
            silent: BTreeSet::new(),
            mailboxes: BTreeMap::new(),
            #[cfg(unix)]
            paths: BTreeMap::new(),
            hosts: BTreeMap::from([(
                "localhost".to_owned(),
                vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
            )]),
        }
    }

    pub(crate) fn set_latency(&mut self, to: Option<IpAddr>, latency: RangeInclusive<Duration>) {
        match to {
            Some(to) => drop(self.latencies.insert(to, latency)),
            None => self.latency = latency,
        }
    }

    /// Nanoseconds that something needs on a connection to this address.
    pub(crate) fn latency(&mut self, server: IpAddr) -> u64 {
        let range = self.latencies.get(&server).unwrap_or(&self.latency);
        let (least, most) = (nanos(*range.start()), nanos(*range.end()));
        match most.saturating_sub(least) {
            0 => least,
            span => least + self.random.below(span + 1),
        }
    }

    /// Takes an address to listen on.
    pub(crate) fn listen(&mut self, mut address: SocketAddr) -> io::Result<SocketAddr> {
        if address.port() == 0 {
            address.set_port(self.free_port());
        }
        if self.listeners.contains_key(&address) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        self.listeners.insert(address, Listening::default());
        Ok(address)
    }

    /// Takes an address for a UDP socket.
    pub(crate) fn bind_udp(&mut self, mut address: SocketAddr) -> io::Result<SocketAddr> {
        if address.port() == 0 {
            address.set_port(self.free_port());
        }
        if self.mailboxes.contains_key(&address) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        self.mailboxes.insert(address, Mailbox::default());
        Ok(address)
    }

    fn free_port(&mut self) -> u16 {
        loop {
            let port = self.next_port;
            self.next_port = port.checked_add(1).unwrap_or(FIRST_PORT);
            let mut taken = self.listeners.keys().chain(self.mailboxes.keys());
            if !taken.any(|address| address.port() == port) {
                return port;
            }
        }
    }

    /// The listener that takes connections to this address.
    fn listening_on(&self, address: SocketAddr) -> Option<SocketAddr> {
        let any: IpAddr = match address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let any = SocketAddr::new(any, address.port());
        [address, any].into_iter().find(|address| self.listeners.contains_key(address))
    }

    /// Puts a connection into the queue of the listener, and gives who waits there.
    pub(crate) fn connect(&mut self, address: SocketAddr) -> io::Result<(u64, Vec<Waker>)> {
        let Some(listener) = self.listening_on(address) else {
            return Err(io::ErrorKind::ConnectionRefused.into());
        };
        let from: IpAddr = match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let ends = [SocketAddr::new(from, self.free_port()), address];
        let pipes = [Pipe::new(self.capacity), Pipe::new(self.capacity)];
        let number = self.next_connection;
        self.next_connection += 1;
        self.connections.insert(number, Connection { ends, pipes, open_ends: 2 });
        let listening = self.listeners.entry(listener).or_default();
        listening.queue.push_back(number);
        Ok((number, std::mem::take(&mut listening.wakers)))
    }

    /// The connections that end at this address.
    pub(crate) fn ending_at(&mut self, end: SocketAddr) -> impl Iterator<Item = &mut Connection> {
        self.connections.values_mut().filter(move |connection| connection.ends.contains(&end))
    }
}

impl Connection {
    pub(crate) fn wakers(&mut self) -> Vec<Waker> {
        self.pipes.iter_mut().flat_map(Pipe::wakers).collect()
    }
}
