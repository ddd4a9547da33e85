//! A pool of connections: at most so many, opened when they are needed, and used again.
//!
//! # Invariants
//!
//! - A connection has a place from before it is opened until nothing is left of it, at its other end
//!   either: there are never more connections than places.
//! - As many may work at once as there are places. Whoever has a turn, and finds neither an idle
//!   connection nor a free place, waits for one that is being closed or given back, and for no third.
//! - A connection comes back only after its work has ended. One whose work was cut, or panicked, may
//!   have half an answer in it, or half a transaction: it is dropped, and its place is free when it is gone.

use std::fmt::{self, Debug};
use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyrt::channel::{self, Receiver, Sender};
use anyrt::sync::{OwnedPermit, Semaphore};
use futures_util::future::{Either, select};

/// How a pool comes to its connections.
pub trait Connect: Send + Sync {
    /// A connection.
    type Connection: Send;
    /// Why there is none.
    type Error: Send;

    /// Opens one, which holds its place until nothing is left of it.
    fn connect(
        &self,
        place: OwnedPermit,
    ) -> impl Future<Output = Result<Self::Connection, Self::Error>> + Send;

    /// Tells whether one that lay idle for so long can be used again.
    fn check(
        &self,
        connection: &mut Self::Connection,
        idle: Duration,
    ) -> impl Future<Output = bool> + Send;
}

/// A pool of connections.
pub struct Pool<C: Connect> {
    connect: C,
    max: usize,
    turns: Semaphore,
    places: Arc<Semaphore>,
    give_back: Sender<Idle<C::Connection>>,
    idle: Receiver<Idle<C::Connection>>,
}

struct Idle<T> {
    connection: T,
    since: Instant,
}

/// How many connections a pool has at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Those that have a place: being opened, idle, at work, or being closed.
    pub open: usize,
    /// Those that lie idle.
    pub idle: usize,
    /// How many have the turn to work with one.
    pub working: usize,
}

impl<C: Connect> Pool<C> {
    /// Makes a pool, and opens as many connections as `sizes` says at least.
    ///
    /// There are never more than it says at most. One that is lost later is replaced when it is needed.
    ///
    /// # Panics
    ///
    /// Panics if there may be no connection at all: whoever wants one would wait for ever.
    ///
    /// # Errors
    ///
    /// Why one of them cannot be opened.
    pub async fn open(connect: C, sizes: RangeInclusive<usize>) -> Result<Self, C::Error> {
        let (min, max) = sizes.into_inner();
        assert!(max > 0 && min <= max, "a pool has one connection or more: 1..=5, say");
        let (give_back, idle) = channel::unbounded();
        let (turns, places) = (Semaphore::new(max), Arc::new(Semaphore::new(max)));
        let pool = Self { connect, max, turns, places, give_back, idle };
        for _ in 0..min {
            let place = pool.places.clone().acquire_owned().await;
            pool.keep(pool.connect.connect(place).await?);
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
        let _turn = self.turns.acquire().await;
        let mut connection = self.take().await?;
        let value = work(&mut connection).await;
        self.keep(connection);
        Ok(value)
    }

    /// Takes a connection that lies idle and is healthy, or opens one.
    async fn take(&self) -> Result<C::Connection, C::Error> {
        loop {
            let place = pin!(self.places.clone().acquire_owned());
            // The left one is asked first.
            match select(pin!(self.idle.recv()), place).await {
                Either::Left((idle, _)) => {
                    let Idle { mut connection, since } = idle.expect("the pool is a sender itself");
                    if self.connect.check(&mut connection, anyrt::now() - since).await {
                        return Ok(connection);
                    }
                }
                Either::Right((place, _)) => return self.connect.connect(place).await,
            }
        }
    }

    fn keep(&self, connection: C::Connection) {
        // The channel has room, and both ends are here.
        let _ = self.give_back.try_send(Idle { connection, since: anyrt::now() });
    }

    /// Gives how many connections there are, and what they do.
    pub fn counts(&self) -> Counts {
        Counts {
            open: self.max - self.places.available(),
            idle: self.idle.len(),
            working: self.max - self.turns.available(),
        }
    }
}

impl<C: Connect> Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { open, idle, working } = self.counts();
        let fields = [("max", self.max), ("open", open), ("idle", idle), ("working", working)];
        let mut pool = f.debug_struct("Pool");
        for (name, value) in &fields {
            pool.field(name, value);
        }
        pool.finish()
    }
}
