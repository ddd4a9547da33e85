//! The first success wins; the losers are cancelled, and have ended when the winner is told.
//!
//! asyncio: `wait(FIRST_COMPLETED)` and cancelling the rest. Trio and `AnyIO`: a nursery that the winner
//! cancels. Addresses race in `open_connection(happy_eyeballs_delay=..)`, in Trio's `open_tcp_stream` and
//! in `AnyIO`'s `connect_tcp`.

use std::net::SocketAddr;
use std::time::Duration;

use anyrt::RaceError;
use anyrt::error::ConnectError;
use anyrt::net::TcpStream;

use crate::log::Log;

/// Asks three mirrors at once: one that is broken, one that is near, one that is far.
///
/// # Errors
///
/// [`RaceError`] if none answers; here one does.
pub async fn race(second: Duration, log: &Log) -> Result<&'static str, RaceError<&'static str>> {
    let mirrors = [("broken", 1), ("near", 2), ("far", 60)];
    anyrt::race(mirrors.map(|(name, seconds)| {
        let ended = log.at_drop(format!("the question to the {name} mirror has ended"));
        async move {
            let _ended = ended;
            anyrt::sleep(second * seconds).await;
            if name == "broken" { Err("no answer") } else { Ok(name) }
        }
    }))
    .await
}

/// Connects to whichever address answers first, each tried a bit later than the one before.
///
/// # Errors
///
/// [`ConnectError`] with the failure of each attempt, if none is answered.
pub async fn happy_eyeballs(addresses: &[SocketAddr]) -> Result<TcpStream, ConnectError> {
    // For a name there is `connect_host`, which looks up its addresses first.
    anyrt::net::connect_any(addresses).await
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{Ipv4Addr, SocketAddr};

    use anyrt::net::ATTEMPT_DELAY;
    use anyrt::sim::{Sim, SimBackend};

    use super::{happy_eyeballs, race};
    use crate::log::Log;
    use crate::testing::{SECOND, assert_log, in_time, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn the_first_success_wins_and_nothing_is_left() {
        let log = Log::new();
        assert_eq!(in_time(race(SECOND, &log)).await, Ok("near"));
        let expected = [
            (1, "the question to the broken mirror has ended"),
            (2, "the question to the near mirror has ended"),
            (2, "the question to the far mirror has ended"),
        ];
        assert_log(&log, &expected);
    }

    const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    #[anyrt::test(sim, seeds = 10)]
    async fn an_address_that_refuses_is_passed_over() {
        let closed = anyrt::net::listen(FREE).await.unwrap();
        let listener = anyrt::net::listen(FREE).await.unwrap();
        let (refused, open) = (closed.local_addr().unwrap(), listener.local_addr().unwrap());
        drop(closed);
        let stream = in_time(happy_eyeballs(&[refused, open])).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);

        drop(listener);
        let failed = in_time(happy_eyeballs(&[refused, open])).await.unwrap_err();
        let kinds = failed.attempts().iter().map(|attempt| attempt.error.kind());
        assert_eq!(Vec::from_iter(kinds), [ErrorKind::ConnectionRefused; 2]);
    }

    #[test]
    fn an_address_that_is_silent_costs_the_delay() {
        Sim::explore(0..10, || async {
            let listener = anyrt::net::listen(FREE).await.unwrap();
            let open = listener.local_addr().unwrap();
            let silent = SocketAddr::from(([192, 0, 2, 1], 80));
            SimBackend::current().unwrap().net().cut(silent);
            let (stream, took) = timed(happy_eyeballs(&[silent, open])).await;
            assert_eq!(stream.unwrap().peer_addr().unwrap(), open);
            assert_eq!(took, ATTEMPT_DELAY);
        });
    }
}
