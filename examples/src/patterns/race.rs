//! The first success wins; the losers are cancelled, and have ended when the winner is told.
//!
//! asyncio: `wait(FIRST_COMPLETED)` and cancelling the rest. Trio and `AnyIO`: a nursery that the winner
//! cancels. Python's `open_connection(happy_eyeballs_delay=..)`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyrt::RaceError;
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
/// [`RaceError::Failed`] with the failure of each attempt, if none is answered.
pub async fn happy_eyeballs(
    addresses: Vec<SocketAddr>,
    delay: Duration,
) -> Result<TcpStream, RaceError<io::Error>> {
    anyrt::race((0..).zip(addresses).map(|(place, address)| async move {
        anyrt::sleep(delay * place).await;
        anyrt::net::connect(address).await
    }))
    .await
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

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
        let refused = anyrt::net::listen(FREE).await.unwrap().local_addr().unwrap();
        let listener = anyrt::net::listen(FREE).await.unwrap();
        let open = listener.local_addr().unwrap();
        let delay = Duration::from_millis(1);
        let stream = in_time(happy_eyeballs(vec![refused, open], delay)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);

        let failed = in_time(happy_eyeballs(vec![refused, refused], delay)).await.unwrap_err();
        let kinds = failed.failures().iter().map(std::io::Error::kind);
        assert_eq!(Vec::from_iter(kinds), [ErrorKind::ConnectionRefused; 2]);
    }

    #[test]
    fn an_address_that_is_silent_costs_the_delay() {
        Sim::explore(0..20, || async {
            let listener = anyrt::net::listen(FREE).await.unwrap();
            let silent = SocketAddr::from(([192, 0, 2, 1], 80));
            SimBackend::current().unwrap().net().cut(silent);
            let addresses = vec![silent, listener.local_addr().unwrap()];
            let (stream, took) = timed(happy_eyeballs(addresses, SECOND)).await;
            assert_eq!(stream.unwrap().peer_addr().unwrap(), listener.local_addr().unwrap());
            assert_eq!(took, SECOND);
        });
    }
}
