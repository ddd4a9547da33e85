//! A pool of connections: at most so many, opened when they are needed, and used again.
//!
//! # Invariants
//!
//! - Whoever has a connection has a permit, and gives up the connection first: there are never more
//!   connections than permits.
//! - A connection comes back only after its work has ended. One whose work was cut, or panicked, may
//!   have half an answer in it: it is dropped, and so closed, and its permit is free.

use std::fmt::{self, Debug};
use std::future::Future;

use anyrt::channel::{self, Receiver, Sender};
use anyrt::sync::Semaphore;

/// How a pool comes to its connections.
pub trait Connect: Send + Sync {
    /// A connection.
    type Connection: Send;
    /// Why there is none.
    type Error: Send;

    /// Opens one.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Self::Error>> + Send;

    /// Tells whether one that was used can be used again.
    fn is_usable(&self, connection: &Self::Connection) -> bool;
}

/// A pool of connections.
pub struct Pool<C: Connect> {
    connect: C,
    permits: Semaphore,
    give_back: Sender<C::Connection>,
    idle: Receiver<C::Connection>,
}

impl<C: Connect> Pool<C> {
    /// Makes a pool of at most `max` connections, and opens `min` of them.
    ///
    /// # Errors
    ///
    /// Why one of them cannot be opened.
    pub async fn open(connect: C, min: usize, max: usize) -> Result<Self, C::Error> {
        let (give_back, idle) = channel::unbounded();
        let pool = Self { connect, permits: Semaphore::new(max), give_back, idle };
        for _ in 0..min.min(max) {
            let connection = pool.connect.connect().await?;
            pool.keep(connection);
        }
        Ok(pool)
    }

    /// Waits for a connection, works with it, and gives it back.
    ///
    /// # Errors
    ///
    /// Why no connection can be opened.
    ///
    /// # Cancel safety
    ///
    /// **Safe** for the pool, however late: a connection with which the work did not come to its end is
    /// closed, and another one opened when it is needed.
    pub async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut C::Connection) -> T,
    ) -> Result<T, C::Error> {
        let _permit = self.permits.acquire().await;
        let mut connection = match self.idle() {
            Some(connection) => connection,
            None => self.connect.connect().await?,
        };
        let value = work(&mut connection).await;
        self.keep(connection);
        Ok(value)
    }

    /// Takes one that lies idle, and has not broken meanwhile.
    fn idle(&self) -> Option<C::Connection> {
        let mut idle = std::iter::from_fn(|| self.idle.try_recv().ok());
        idle.find(|connection| self.connect.is_usable(connection))
    }

    fn keep(&self, connection: C::Connection) {
        // The channel has room, and both ends are here.
        let _ = self.give_back.try_send(connection);
    }

    /// Gives how many connections lie idle, and how many more could be worked with.
    pub fn counts(&self) -> (usize, usize) {
        (self.idle.len(), self.permits.available())
    }
}

impl<C: Connect> Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (idle, free) = self.counts();
        f.debug_struct("Pool").field("idle", &idle).field("free", &free).finish()
    }
}
