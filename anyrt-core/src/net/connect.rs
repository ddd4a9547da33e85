//! Connecting to whichever of several addresses answers: happy eyeballs, as RFC 8305 has it.
//!
//! # Invariants
//!
//! - The winner is noted before the group is cancelled, and never replaced: who succeeds later, maybe
//!   while being cancelled, closes its connection.
//! - The attempts are children of an inline group, so that none is left when a connection is given.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use super::checked::waiting;
use super::{CheckedStream, NetDriver};
use crate::backend::Backend;
use crate::channel::oneshot;
use crate::error::{Attempt, ConnectError};
use crate::inline::{InlineGroup, RunInlineGroup};
use crate::leaf;
use crate::lock::lock;
use crate::sync::Event;
use crate::sys::Mutex;

/// How long an attempt is alone before the next one begins.
///
/// It is RFC 8305's "Connection Attempt Delay".
pub const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

type Connected<D> = CheckedStream<<D as NetDriver>::TcpStream>;

/// How the attempts stand.
struct Course<S> {
    winner: Option<S>,
    /// By their place in the order of trying.
    failures: BTreeMap<usize, Attempt>,
}

/// One attempt.
pub(super) async fn connect<D: NetDriver>(
    driver: &D,
    address: SocketAddr,
) -> io::Result<Connected<D>> {
    leaf::checkpoint().await;
    waiting(driver.raw_connect(address)).await.map(CheckedStream::new)
}

pub(super) async fn connect_any<D: NetDriver>(
    driver: &D,
    target: String,
    addresses: &[SocketAddr],
) -> Result<Connected<D>, ConnectError> {
    let addresses = alternate(addresses);
    if addresses.is_empty() {
        return Err(ConnectError::NoAddress { target });
    }
    let course = Mutex::new(Course { winner: None, failures: BTreeMap::new() });
    // Cancelled by the winner, or without an attempt that was not noted: the course knows.
    let _ = RunInlineGroup::on(driver.clone(), |group: InlineGroup<'_, D, _>| {
        stagger(driver, &course, &addresses, group)
    })
    .await;
    let mut course = lock(&course);
    let failures = std::mem::take(&mut course.failures);
    let attempts = failures.into_values().collect();
    course.winner.take().ok_or(ConnectError::Failed { target, attempts })
}

/// Begins one attempt after the other.
async fn stagger<'env, D: NetDriver>(
    driver: &'env D,
    course: &'env Mutex<Course<Connected<D>>>,
    addresses: &[SocketAddr],
    group: InlineGroup<'env, D, Infallible>,
) {
    for (place, address) in addresses.iter().copied().enumerate() {
        let failed = Arc::new(Event::new());
        let (told, others) = (failed.clone(), group.clone());
        group.spawn(async move {
            match connect(driver, address).await {
                Ok(stream) => {
                    let late = lock(course).cross_the_line(stream);
                    others.cancel_with("another address answered first");
                    drop(late);
                }
                Err(error) => {
                    lock(course).failures.insert(place, Attempt { address, error });
                    told.set();
                }
            }
        });
        if place + 1 < addresses.len() {
            driver.move_on_after(ATTEMPT_DELAY, failed.wait()).await;
        }
    }
}

impl<S> Course<S> {
    /// Notes a success; gives it back if it came too late.
    fn cross_the_line(&mut self, stream: S) -> Option<S> {
        if self.winner.is_some() {
            return Some(stream);
        }
        self.winner = Some(stream);
        None
    }
}

/// Each address once, the two families in turns, beginning with the first one's.
fn alternate(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut known = Vec::new();
    for address in addresses {
        if !known.contains(address) {
            known.push(*address);
        }
    }
    let is_first = |address: &SocketAddr| address.is_ipv4() == known[0].is_ipv4();
    let (first, second): (Vec<_>, Vec<_>) = known.iter().copied().partition(is_first);
    let mut second = second.into_iter();
    let mut ordered: Vec<_> =
        first.into_iter().flat_map(|address| [Some(address), second.next()]).flatten().collect();
    ordered.extend(second);
    ordered
}

/// Looks a name up on a thread that may block; one that is dropped goes on there, unheard.
pub(super) async fn look_up<D: NetDriver>(
    driver: &D,
    host: &str,
    port: u16,
) -> io::Result<Vec<SocketAddr>> {
    let host = host.to_owned();
    let (sender, receiver) = oneshot();
    driver.spawn_blocking(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        // Nobody waits for it any more.
        let _ = sender.send(found);
    });
    let shut_down = "the runtime was shut down before it looked the name up";
    receiver.await.unwrap_or_else(|_| Err(io::Error::other(shut_down)))
}

#[cfg(test)]
mod tests {
    use super::alternate;

    #[test]
    fn families_take_turns_and_nothing_comes_twice() {
        let addresses = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|text| text.parse().expect("an address")).collect()
        };
        let given = addresses(&["[::1]:1", "[::2]:1", "[::1]:1", "[::3]:1", "1.1.1.1:1"]);
        let tried = addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
        assert_eq!(alternate(&given), tried);
        let given = addresses(&["1.1.1.1:1", "[::1]:1", "[::2]:1"]);
        assert_eq!(alternate(&given), given);
        assert_eq!(alternate(&[]), []);
    }
}
