//! The network in memory, and the handle that disturbs it.

mod datagram;
mod listener;
pub(crate) mod network;
mod pipe;
mod stream;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
mod unix_datagram;

use std::fmt::{self, Debug};
use std::future::pending;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use anyrt_core::NetDriver;

pub use self::datagram::SimUdpSocket;
pub use self::listener::SimTcpListener;
pub use self::stream::SimTcpStream;
#[cfg(unix)]
pub use self::unix::SimUnixListener;
#[cfg(unix)]
pub use self::unix_datagram::SimUnixDatagram;
use crate::backend::SimBackend;
use crate::lock::lock;
use crate::sleep::SimSleep;
use crate::trace::NetEvent;
use crate::world::World;

impl NetDriver for SimBackend {
    type TcpStream = SimTcpStream;
    type TcpListener = SimTcpListener;
    type UdpSocket = SimUdpSocket;
    #[cfg(unix)]
    type UnixStream = SimTcpStream;
    #[cfg(unix)]
    type UnixListener = SimUnixListener;
    #[cfg(unix)]
    type UnixDatagram = SimUnixDatagram;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<SimTcpStream> {
        // There and back.
        let latency = {
            let mut network = lock(&self.world.network);
            network.latency(address.ip()) + network.latency(address.ip())
        };
        if latency > 0 {
            SimSleep::until(self.world.clone(), self.world.offset() + latency).await;
        }
        let is_silent = lock(&self.world.network).silent.contains(&address);
        if is_silent {
            pending::<()>().await;
        }
        let connected = lock(&self.world.network).connect(address);
        let (number, wakers) = connected.inspect_err(|_| {
            self.world.note_net(NetEvent::Refused(address));
        })?;
        let ends = lock(&self.world.network).connections[&number].ends;
        let stream = SimTcpStream::new(self.world.clone(), number, 0, ends);
        self.world.note_net(NetEvent::Connected(ends[0], ends[1]));
        wakers.into_iter().for_each(Waker::wake);
        Ok(stream)
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<SimTcpListener> {
        let address = lock(&self.world.network).listen(address)?;
        self.world.note_net(NetEvent::Listening(address));
        Ok(SimTcpListener { world: self.world.clone(), address })
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<SimUdpSocket> {
        let address = lock(&self.world.network).bind_udp(address)?;
        Ok(SimUdpSocket { world: self.world.clone(), address })
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<SimTcpStream> {
        let address = lock(&self.world.network).find(path)?;
        self.raw_connect(address).await
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<SimUnixListener> {
        let address = lock(&self.world.network).listen_at(path)?;
        self.world.note_net(NetEvent::Listening(address));
        Ok(SimUnixListener(SimTcpListener { world: self.world.clone(), address }))
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, path: Option<&Path>) -> io::Result<SimUnixDatagram> {
        SimUnixDatagram::bind(&self.world, path)
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(&self) -> io::Result<(SimUnixDatagram, SimUnixDatagram)> {
        SimUnixDatagram::pair(&self.world)
    }

    async fn raw_resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let network = lock(&self.world.network);
        let Some(addresses) = network.hosts.get(host) else {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such name in the simulation"));
        };
        Ok(addresses.iter().map(|address| (*address, port).into()).collect())
    }
}

impl SimBackend {
    /// Gives the handle that disturbs the network.
    pub fn net(&self) -> SimNet {
        SimNet { world: self.world.clone() }
    }
}

/// The network of a world, for whoever wants it slow or broken.
///
/// Every address is inside the simulation; nobody else is reached. Connections are made on any address
/// that somebody listens on, come from the loopback address, and take no time, unless it is said
/// otherwise here.
///
/// # Examples
///
/// ```
/// use std::io::ErrorKind;
/// use std::time::Duration;
///
/// use anyrt_core::net::{Net, TcpListener};
/// use anyrt_sim::{Sim, SimBackend};
///
/// Sim::new(7).run(async {
///     let sim = SimBackend::current().unwrap();
///     let address = "10.0.0.1:80".parse().unwrap();
///     let refused = sim.connect(address).await.unwrap_err();
///     assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
///
///     sim.net().set_latency(Duration::from_millis(20)..=Duration::from_millis(30));
///     let listener = sim.listen(address).await.unwrap();
///     let _client = sim.connect(address).await.unwrap();
///     let _server = listener.accept().await.unwrap();
///     assert!(sim.elapsed() >= Duration::from_millis(40));
/// });
/// ```
#[derive(Clone)]
pub struct SimNet {
    world: Arc<World>,
}

impl SimNet {
    /// Says how long whatever is sent is on its way.
    ///
    /// The seed chooses from the range. A connection takes twice as long to be made.
    pub fn set_latency(&self, latency: RangeInclusive<Duration>) {
        lock(&self.world.network).set_latency(None, latency);
    }

    /// Says how long it takes on connections to one address, both ways.
    pub fn set_latency_to(&self, server: IpAddr, latency: RangeInclusive<Duration>) {
        lock(&self.world.network).set_latency(Some(server), latency);
    }

    /// Says what a name means, in the order in which its addresses are tried.
    ///
    /// Only `localhost` has a meaning unless it is said otherwise.
    pub fn set_host(&self, name: impl Into<String>, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses = addresses.into_iter().collect();
        lock(&self.world.network).hosts.insert(name.into(), addresses);
    }

    /// Says how many bytes each direction of a new connection holds.
    ///
    /// It holds 65,536 unless it is said otherwise.
    ///
    /// # Panics
    ///
    /// Panics if it is 0: nothing could ever be sent.
    #[track_caller]
    pub fn set_capacity(&self, bytes: usize) {
        assert!(bytes > 0, "a connection that holds nothing lets nothing through: give 1 or more");
        lock(&self.world.network).capacity = bytes;
    }

    /// Breaks the connections that end at this address.
    ///
    /// It tells how many there were.     /// Both ends get [`ConnectionReset`](io::ErrorKind::ConnectionReset), also those that wait now.
    /// What was on its way is lost.
    pub fn reset(&self, end: SocketAddr) -> usize {
        self.disturb(end, NetEvent::Reset(end), |pipe| pipe.is_reset = true)
    }

    /// Cuts this end off without a word.
    ///
    /// It tells how many connections it had. Their peers are left half open: they read nothing, not even an end, and write until the buffer
    /// is full. New connections to the address wait for ever, until it is [healed](Self::heal).
    pub fn cut(&self, end: SocketAddr) -> usize {
        lock(&self.world.network).silent.insert(end);
        self.disturb(end, NetEvent::Cut(end), |pipe| pipe.is_lost = true)
    }

    /// Lets new connections to an address through again.
    ///
    /// Those that were cut stay so.
    pub fn heal(&self, end: SocketAddr) {
        lock(&self.world.network).silent.remove(&end);
    }

    /// Gives both ends of each connection, in the order of their making.
    ///
    /// The first end is the one that connected.
    pub fn connections(&self) -> Vec<(SocketAddr, SocketAddr)> {
        let network = lock(&self.world.network);
        network.connections.values().map(|connection| connection.ends.into()).collect()
    }

    fn disturb(&self, end: SocketAddr, event: NetEvent, change: impl Fn(&mut pipe::Pipe)) -> usize {
        let (mut count, mut wakers) = (0, Vec::new());
        for connection in lock(&self.world.network).ending_at(end) {
            count += 1;
            connection.pipes.iter_mut().for_each(&change);
            wakers.extend(connection.wakers());
        }
        self.world.note_net(event);
        wakers.into_iter().for_each(Waker::wake);
        count
    }
}

impl Debug for SimNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimNet").field("connections", &self.connections()).finish()
    }
}
