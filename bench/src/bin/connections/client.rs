//! The client: it opens all connections, and has each echo once a second.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyrt::net::TcpStream;
use anyrt::sync::Semaphore;
use anyrt::{AnyBackend, TaskGroup};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use serde::{Deserialize, Serialize};

use crate::args::Visit;
use crate::echo::LENGTH;
use crate::{files, tell};

/// What the client says before it has opened a connection.
pub(crate) const READY: &str = "ready";

/// What the client says while all connections are open.
pub(crate) const HALFWAY: &str = "halfway";

/// How many connections are being made at once: more than a system's queue holds have to ask again.
const AT_ONCE: usize = 64;

const SECOND: Duration = Duration::from_secs(1);

/// How long an echo may take.
const LIMIT: Duration = Duration::from_secs(20);

/// What the client saw.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) echoes: usize,
    pub(crate) errors: usize,
    /// Microseconds that the fastest half, 99 and 99.9 of a hundred, and all echoes took at most.
    pub(crate) took: [u32; 4],
}

pub(crate) fn run(part: &Visit) -> io::Result<Seen> {
    files::allow(part.connections)?;
    let backend: AnyBackend = part.on.name().parse().map_err(io::Error::other)?;
    anyrt::run_on(&backend, async {
        tell(READY)?;
        let streams = connect(part.address, part.connections).await?;
        visit(streams, part.seconds).await
    })
}

async fn connect(address: SocketAddr, connections: usize) -> io::Result<Vec<TcpStream>> {
    let streams = anyrt::try_gather((0..connections).map(|_| connect_one(address))).await;
    streams.map_err(io::Error::other)
}

async fn connect_one(address: SocketAddr) -> io::Result<TcpStream> {
    static PERMITS: Semaphore = Semaphore::new(AT_ONCE);
    let _permit = PERMITS.acquire().await;
    anyrt::fail_after(LIMIT, anyrt::net::connect(address)).await?
}

async fn visit(streams: Vec<TcpStream>, seconds: usize) -> io::Result<Seen> {
    let start = anyrt::now();
    // One that breaks does not cut the others.
    let visited = anyrt::supervise(async |group: TaskGroup<io::Error>| {
        let spread = SECOND / streams.len() as u32;
        let visits = streams.into_iter().zip(0..).map(|(stream, number)| {
            group.spawn(talk(stream, number, start + spread * number, seconds))
        });
        let visits: Vec<_> = visits.collect();
        anyrt::sleep_until(start + SECOND * (seconds as u32) / 2).await;
        tell(HALFWAY)?;
        let mut took = Vec::new();
        for visit in visits {
            took.extend(visit.await.into_iter().flatten());
        }
        Ok(took)
    });
    let visited = visited.await.map_err(io::Error::other)?;
    if let Some(error) = visited.failures.first() {
        eprintln!("connections: of {} the first failure: {error}", visited.failures.len());
    }
    let mut took = visited.value;
    took.sort_unstable();
    let at_most = |of_a_thousand: usize| {
        took.get((took.len() * of_a_thousand / 1000).saturating_sub(1)).copied().unwrap_or(0)
    };
    let errors = visited.failures.len();
    Ok(Seen { echoes: took.len(), errors, took: [500, 990, 999, 1000].map(at_most) })
}

/// Has one connection echo once a second, and gives how many microseconds each echo took.
async fn talk(
    mut stream: TcpStream,
    number: u32,
    start: Instant,
    seconds: usize,
) -> io::Result<Vec<u32>> {
    let mut took = Vec::with_capacity(seconds);
    let (mut message, mut echo) = ([0; LENGTH], [0; LENGTH]);
    message[..4].copy_from_slice(&number.to_be_bytes());
    for round in 0..seconds as u32 {
        anyrt::sleep_until(start + SECOND * round).await;
        message[4..8].copy_from_slice(&round.to_be_bytes());
        let sent = anyrt::now();
        let exchange = async {
            stream.write_all(&message).await?;
            stream.read_exact(&mut echo).await
        };
        anyrt::fail_after(LIMIT, exchange).await??;
        if echo != message {
            let what = format!("connection {number} got another echo in second {round}");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        took.push((anyrt::now() - sent).as_micros() as u32);
    }
    stream.close().await?;
    Ok(took)
}
