//! What the engine makes of sockets, with a fault in it.

use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use anyrt_conformance::NetPolicies;
use anyrt_core::error::{ConnectError, ReadError};
use anyrt_core::io::BufferedReader;
use anyrt_core::net::{ATTEMPT_DELAY, CheckedStream, ReadHalf, TcpStream, WriteHalf};
use anyrt_core::{Backend, Net, NetDriver};
use futures_io::AsyncRead;

/// Hangs up where nobody sees it.
pub(crate) struct HangsUpInSilence;

impl NetPolicies for HangsUpInSilence {
    fn hang_up<S: TcpStream>(_: &WriteHalf<S>) {}
}

/// Has the second reader wait for the first.
pub(crate) struct WaitsForTheFirst;

impl NetPolicies for WaitsForTheFirst {
    async fn read<'a, S: TcpStream>(half: &'a ReadHalf<S>, buf: &'a mut [u8]) -> io::Result<usize> {
        poll_fn(|cx| match Pin::new(&mut half.read(buf)).poll(cx) {
            Poll::Ready(Err(error)) if error.kind() == ErrorKind::ResourceBusy => Poll::Pending,
            poll => poll,
        })
        .await
    }
}

type Connected<D> = Result<CheckedStream<<D as NetDriver>::TcpStream>, ConnectError>;

fn nobody() -> ConnectError {
    ConnectError::NoAddress { target: "nobody".to_owned() }
}

/// Tries the next address when the one before has failed, and not earlier.
pub(crate) struct OneAfterAnother;

impl NetPolicies for OneAfterAnother {
    async fn connect_any<D: NetDriver>(driver: &D, addresses: &[SocketAddr]) -> Connected<D> {
        for address in addresses {
            if let Ok(stream) = driver.connect(*address).await {
                return Ok(stream);
            }
        }
        Err(nobody())
    }
}

/// Leaves each address a time, and comes back to none.
pub(crate) struct GivesUpOnEach;

impl NetPolicies for GivesUpOnEach {
    async fn connect_any<D: NetDriver>(driver: &D, addresses: &[SocketAddr]) -> Connected<D> {
        for address in addresses {
            let connect = driver.connect(*address);
            if let Some(Ok(stream)) = driver.move_on_after(ATTEMPT_DELAY, connect).await {
                return Ok(stream);
            }
        }
        Err(nobody())
    }
}

/// Tries all addresses in tasks of nobody.
async fn in_loose_tasks<D: NetDriver>(
    driver: &D,
    addresses: &[SocketAddr],
    delay: Duration,
) -> Connected<D> {
    let (sender, receiver) = anyrt_core::channel::unbounded();
    for address in addresses {
        let (address, sender, there) = (*address, sender.clone(), driver.clone());
        driver.spawn(async move {
            if let Ok(stream) = there.connect(address).await {
                let _ = sender.try_send(stream);
            }
        });
        if let Some(Ok(stream)) = driver.move_on_after(delay, receiver.recv()).await {
            return Ok(stream);
        }
    }
    receiver.recv().await.map_err(|_| nobody())
}

/// Leaves the attempts that have lost alone.
pub(crate) struct LeavesTheOthers;

impl NetPolicies for LeavesTheOthers {
    async fn connect_any<D: NetDriver>(driver: &D, addresses: &[SocketAddr]) -> Connected<D> {
        in_loose_tasks(driver, addresses, ATTEMPT_DELAY).await
    }
}

/// Leaves no time between the attempts.
pub(crate) struct AllAtOnce;

impl NetPolicies for AllAtOnce {
    async fn connect_any<D: NetDriver>(driver: &D, addresses: &[SocketAddr]) -> Connected<D> {
        let mut attempts: Vec<_> =
            addresses.iter().map(|address| Box::pin(driver.connect(*address))).collect();
        poll_fn(|cx| {
            for attempt in &mut attempts {
                if let Poll::Ready(Ok(stream)) = attempt.as_mut().poll(cx) {
                    return Poll::Ready(Ok(stream));
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Keeps what came of a line in its future.
pub(crate) struct LosesHalfLines;

impl NetPolicies for LosesHalfLines {
    async fn read_line<R: AsyncRead + Unpin + Send>(
        reader: &mut BufferedReader<R>,
        limit: usize,
    ) -> Result<Option<String>, ReadError> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            if line.len() > limit + 1 {
                return Err(ReadError::Limit { limit });
            }
            let Some(byte) = reader.read_exact(1).await? else { return Ok(None) };
            line.extend(byte);
        }
        line.pop();
        let line = line.strip_suffix(b"\r").unwrap_or(&line).to_vec();
        String::from_utf8(line).map(Some).map_err(ReadError::NotUtf8)
    }
}

/// Takes lines of any length.
pub(crate) struct IgnoresTheLimit;

impl NetPolicies for IgnoresTheLimit {
    async fn read_line<R: AsyncRead + Unpin + Send>(
        reader: &mut BufferedReader<R>,
        _: usize,
    ) -> Result<Option<String>, ReadError> {
        reader.read_line(usize::MAX).await
    }
}

/// Takes half a line before the end for a whole one.
pub(crate) struct TakesHalfForWhole;

impl NetPolicies for TakesHalfForWhole {
    async fn read_line<R: AsyncRead + Unpin + Send>(
        reader: &mut BufferedReader<R>,
        limit: usize,
    ) -> Result<Option<String>, ReadError> {
        match reader.read_line(limit).await {
            Err(ReadError::IncompleteRead { available }) => {
                let half = reader.read_exact(available).await?;
                half.map(String::from_utf8).transpose().map_err(ReadError::NotUtf8)
            }
            read => read,
        }
    }
}
