//! A server with a protocol of lines, in place of a database: `double 21` is answered `42`.
//!
//! It serves one query of a connection after another, and each takes a while.

use std::fmt::{self, Debug};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::io::BufferedReader;
use anyrt::net::TcpStream;
use anyrt::sync::OwnedPermit;
use futures_util::AsyncWriteExt;

use crate::gauge::Gauge;
use crate::pool::Connect;
use crate::server;

/// No query and no answer is longer: whoever sends more is cut off.
const LONGEST_LINE: usize = 64;

/// What the server has counted.
#[derive(Debug, Default)]
pub struct Counts {
    /// Its connections: how many are open, and how many were at once.
    pub connections: Gauge,
    /// How many connections were opened in all.
    pub opened: AtomicUsize,
    /// How many queries were answered.
    pub answered: AtomicUsize,
}

/// Opens a server whose queries take so long, and sends a visitor to it.
///
/// # Errors
///
/// What the system says if it gives no socket for the server.
pub async fn visit<T>(
    latency: Duration,
    visitor: impl AsyncFnOnce(ToyDatabase, Arc<Counts>) -> T,
) -> io::Result<T> {
    let counts = Arc::new(Counts::default());
    let seen = counts.clone();
    let serve = move |stream| serve(stream, latency, counts.clone());
    server::visit(serve, async |address| visitor(ToyDatabase { address }, seen).await).await
}

async fn serve(stream: TcpStream, latency: Duration, counts: Arc<Counts>) {
    counts.opened.fetch_add(1, Ordering::SeqCst);
    let _counted = counts.connections.enter();
    let mut stream = BufferedReader::new(stream);
    while let Ok(Some(line)) = stream.read_line(LONGEST_LINE).await {
        anyrt::sleep(latency).await;
        let number = line.strip_prefix("double ").and_then(|text| text.parse::<i64>().ok());
        let double = number.and_then(|number| number.checked_mul(2));
        let answer = double.map_or("error\n".to_owned(), |double| format!("{double}\n"));
        if stream.write_all(answer.as_bytes()).await.is_err() {
            break;
        }
        counts.answered.fetch_add(1, Ordering::SeqCst);
    }
}

/// Where the database is.
#[derive(Clone, Copy, Debug)]
pub struct ToyDatabase {
    address: SocketAddr,
}

impl Connect for ToyDatabase {
    type Connection = Connection;
    type Error = io::Error;

    async fn connect(&self, place: OwnedPermit) -> io::Result<Connection> {
        let stream = BufferedReader::new(anyrt::net::connect(self.address).await?);
        Ok(Connection { stream, is_broken: false, _place: place })
    }

    async fn check(&self, connection: &mut Connection, _idle: Duration) -> bool {
        !connection.is_broken
    }
}

/// A connection to the database.
pub struct Connection {
    stream: BufferedReader<TcpStream>,
    is_broken: bool,
    _place: OwnedPermit,
}

impl Connection {
    /// Has the database double a number.
    ///
    /// # Errors
    ///
    /// What the system says if the connection is broken; `InvalidData` if the answer is no number.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: the answer that comes is that of this query, whoever asks next.
    pub async fn double(&mut self, number: i64) -> io::Result<i64> {
        let line = self.ask(&format!("double {number}\n")).await;
        let nonsense = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let answer = line.and_then(|line| line.parse().map_err(nonsense));
        self.is_broken |= answer.is_err();
        answer
    }

    async fn ask(&mut self, query: &str) -> io::Result<String> {
        self.stream.write_all(query.as_bytes()).await?;
        let line = self.stream.read_line(LONGEST_LINE).await?;
        line.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
