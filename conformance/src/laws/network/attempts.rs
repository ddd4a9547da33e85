//! W7: one attempt after the other, and none left behind. It needs a driver, of which some addresses hang.

use std::future::{Future, pending};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyrt_core::net::ATTEMPT_DELAY;
use anyrt_core::{Backend, Driver, Net, NetDriver, Toplevel};

use crate::laws::tools::wire::local;
use crate::laws::tools::{both, lock};
use crate::net_policies::NetPolicies;
use crate::support::Count;

pub(super) fn w7<D: NetDriver + Toplevel, P: NetPolicies>(driver: &D) {
    driver.run(one_after_another::<D, P>(driver));
    driver.run(a_slow_one_goes_on::<D, P>(driver));
    driver.run(none_is_left_of_a_cut::<D, P>(driver));
}

/// Nobody ever answers there.
const HANGS: u16 = 1;

/// Nobody listens there.
const REFUSES: u16 = 2;

fn at(last: u8, port: u16) -> SocketAddr {
    ([127, 0, 0, last], port).into()
}

/// A driver of whose addresses some hang and some refuse.
#[derive(Clone)]
struct Staged<D> {
    driver: D,
    /// How many attempts there are now.
    open: Count,
    /// When each of them began.
    begun: Arc<Mutex<Vec<(SocketAddr, Instant)>>>,
    /// It answers late.
    slow: Option<SocketAddr>,
}

impl<D: NetDriver> Staged<D> {
    fn new(driver: &D) -> Self {
        Self { driver: driver.clone(), open: Count::new(), begun: Arc::default(), slow: None }
    }

    fn begun(&self) -> Vec<(SocketAddr, Instant)> {
        lock(&self.begun).clone()
    }
}

impl<D: Driver> Driver for Staged<D> {
    type Sleep = D::Sleep;

    fn name(&self) -> &'static str {
        self.driver.name()
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        self.driver.spawn(future);
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        self.driver.spawn_blocking(f);
    }

    fn now(&self) -> Instant {
        self.driver.now()
    }

    fn sleep_until(&self, deadline: Instant) -> D::Sleep {
        self.driver.sleep_until(deadline)
    }
}

impl<D: NetDriver> NetDriver for Staged<D> {
    type TcpStream = D::TcpStream;
    type TcpListener = D::TcpListener;
    type UdpSocket = D::UdpSocket;
    #[cfg(unix)]
    type UnixStream = D::UnixStream;
    #[cfg(unix)]
    type UnixListener = D::UnixListener;
    #[cfg(unix)]
    type UnixDatagram = D::UnixDatagram;

    async fn raw_connect(&self, address: SocketAddr) -> io::Result<D::TcpStream> {
        let _open = self.open.guard();
        lock(&self.begun).push((address, self.driver.now()));
        match address.port() {
            HANGS => pending().await,
            REFUSES => Err(ErrorKind::ConnectionRefused.into()),
            _ if self.slow == Some(address) => {
                self.driver.sleep(3 * ATTEMPT_DELAY).await;
                self.driver.raw_connect(address).await
            }
            _ => self.driver.raw_connect(address).await,
        }
    }

    async fn raw_listen(&self, address: SocketAddr) -> io::Result<D::TcpListener> {
        self.driver.raw_listen(address).await
    }

    async fn raw_bind_udp(&self, address: SocketAddr) -> io::Result<D::UdpSocket> {
        self.driver.raw_bind_udp(address).await
    }

    #[cfg(unix)]
    async fn raw_connect_unix(&self, path: &Path) -> io::Result<D::UnixStream> {
        self.driver.raw_connect_unix(path).await
    }

    #[cfg(unix)]
    async fn raw_listen_unix(&self, path: &Path) -> io::Result<D::UnixListener> {
        self.driver.raw_listen_unix(path).await
    }

    #[cfg(unix)]
    async fn raw_unix_datagram(&self, path: Option<&Path>) -> io::Result<D::UnixDatagram> {
        self.driver.raw_unix_datagram(path).await
    }

    #[cfg(unix)]
    async fn raw_unix_datagram_pair(&self) -> io::Result<(D::UnixDatagram, D::UnixDatagram)> {
        self.driver.raw_unix_datagram_pair().await
    }
}

async fn one_after_another<D: NetDriver, P: NetPolicies>(driver: &D) {
    let staged = Staged::new(driver);
    let listener = staged.listen(local()).await.expect("one may listen on the loopback address");
    let address = listener.local_addr().expect("a listener has an address");
    let tried = [at(1, HANGS), at(2, REFUSES), at(3, HANGS), address];
    let never = at(4, HANGS);
    let addresses = [&tried[..], &[never]].concat();
    let connect = P::connect_any(&staged, &addresses);
    let (connected, _) = both(connect, listener.accept()).await;
    assert_eq!(staged.open.get(), 0, "so many attempts are there beside the one that was given");
    let peer = connected.map(|stream| stream.peer_addr().ok());
    assert_eq!(peer.ok().flatten(), Some(address), "of five addresses the fourth one answers");
    let begun = staged.begun();
    let order: Vec<_> = begun.iter().map(|(address, _)| *address).collect();
    assert!(order.starts_with(&tried), "the order of trying was {order:?}");
    let pause = |before: usize| begun[before + 1].1.duration_since(begun[before].1);
    for before in [0, 2] {
        let pause = pause(before);
        // From where its task began, which is a little after the delay did.
        assert!(pause >= ATTEMPT_DELAY / 2, "attempt {before} was alone for {pause:?} only");
    }
}

async fn a_slow_one_goes_on<D: NetDriver, P: NetPolicies>(driver: &D) {
    let mut staged = Staged::new(driver);
    let listener = staged.listen(local()).await.expect("one may listen on the loopback address");
    let address = listener.local_addr().expect("a listener has an address");
    staged.slow = Some(address);
    let addresses = [address, at(2, REFUSES)];
    let connected = P::connect_any(&staged, &addresses).await;
    let peer = connected.map(|stream| stream.peer_addr().ok());
    assert_eq!(peer.ok().flatten(), Some(address), "the first answers, but late");
}

async fn none_is_left_of_a_cut<D: NetDriver, P: NetPolicies>(driver: &D) {
    let staged = Staged::new(driver);
    let addresses = [at(1, HANGS), at(2, REFUSES), at(3, HANGS)];
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let waiting = scope.run(P::connect_any(&staged, &addresses));
    let cancelling = async {
        while staged.begun().len() < addresses.len() {
            driver.sleep(ATTEMPT_DELAY).await;
        }
        assert_eq!(staged.open.get(), 2, "so many of three attempts hang, and one was refused");
        handle.cancel();
    };
    let (cut, ()) = both(waiting, cancelling).await;
    assert!(cut.is_err(), "nobody answers, and it was cancelled");
    assert_eq!(staged.open.get(), 0, "so many attempts are there after they were cancelled");
}
