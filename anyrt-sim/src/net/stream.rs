//! A connection of the simulator, as one end sees it.

use std::fmt::{self, Debug};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use anyrt_core::net::TcpStream;
use futures_io::{AsyncRead, AsyncWrite};

use super::network::{Connection, Network};
use super::pipe::Found;
use crate::lock::lock;
use crate::sleep::SimSleep;
use crate::trace::NetEvent;
use crate::world::World;

/// A TCP connection in memory.
pub struct SimTcpStream {
    world: Arc<World>,
    number: u64,
    /// Which of the two ends it is.
    end: usize,
    ends: [SocketAddr; 2],
    /// Until the next bytes arrive.
    arrival: Option<SimSleep>,
}

impl SimTcpStream {
    pub(super) fn new(world: Arc<World>, number: u64, end: usize, ends: [SocketAddr; 2]) -> Self {
        Self { world, number, end, ends, arrival: None }
    }

    /// Changes the connection, and wakes whom it was to be told to, without a lock.
    fn with<R>(&self, change: impl FnOnce(&mut Connection, &mut Vec<Waker>) -> R) -> R {
        let mut wakers = Vec::new();
        let result = {
            let mut network = lock(&self.world.network);
            let connection = network.connections.get_mut(&self.number);
            let connection = connection.expect("a connection lives as long as one of its ends");
            change(connection, &mut wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    /// The moment at which what is sent now arrives.
    fn due(&self) -> u64 {
        let latency = lock(&self.world.network).latency(self.ends[1].ip());
        self.world.offset().saturating_add(latency)
    }

    fn note(&self, event: fn(SocketAddr, SocketAddr) -> NetEvent) {
        self.world.note_net(event(self.ends[self.end], self.ends[1 - self.end]));
    }

    fn send_end(&self) {
        let due = self.due();
        self.with(|connection, wakers| {
            connection.pipes[self.end].close(due);
            wakers.extend(connection.pipes[self.end].reader.take());
        });
    }
}

impl AsyncRead for SimTcpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            let now = self.world.offset();
            let mut old = None;
            let found = self.with(|connection, wakers| {
                let pipe = &mut connection.pipes[1 - self.end];
                let found = pipe.read(buf, now);
                match found {
                    Ok(Found::Bytes(_)) => wakers.extend(pipe.writer.take()),
                    Ok(_) => old = pipe.reader.replace(cx.waker().clone()),
                    Err(_) => {}
                }
                found
            });
            drop(old);
            let due = match found {
                Ok(Found::Bytes(count)) => return Poll::Ready(Ok(count)),
                Err(error) => return Poll::Ready(Err(error)),
                Ok(Found::Nothing) => return Poll::Pending,
                Ok(Found::Later(due)) => due,
            };
            let world = self.world.clone();
            let arrival = self.arrival.insert(SimSleep::until(world, due));
            if Pin::new(arrival).poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl AsyncWrite for SimTcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let due = self.due();
        let mut old = None;
        let polled = self.with(|connection, wakers| {
            let pipe = &mut connection.pipes[self.end];
            let polled = pipe.write(buf, due);
            match polled {
                Poll::Ready(_) => wakers.extend(pipe.reader.take()),
                Poll::Pending => old = pipe.writer.replace(cx.waker().clone()),
            }
            polled
        });
        drop(old);
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.send_end();
        Poll::Ready(Ok(()))
    }
}

impl TcpStream for SimTcpStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.ends[1 - self.end])
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.ends[self.end])
    }
}

impl Drop for SimTcpStream {
    fn drop(&mut self) {
        let due = self.due();
        self.note(NetEvent::Closed);
        self.with(|connection, wakers| {
            connection.open_ends -= 1;
            let incoming = &mut connection.pipes[1 - self.end];
            incoming.has_no_reader = true;
            wakers.extend(incoming.writer.take());
            // As a system does that has to throw away what nobody has read.
            let is_broken = incoming.has_unread();
            let outgoing = &mut connection.pipes[self.end];
            outgoing.ends_broken = is_broken;
            outgoing.close(due);
            wakers.extend(outgoing.reader.take());
        });
        forget_if_done(&mut lock(&self.world.network), self.number);
    }
}

/// Forgets a connection that has no end any more.
pub(super) fn forget_if_done(network: &mut Network, number: u64) {
    if network.connections.get(&number).is_some_and(|connection| connection.open_ends == 0) {
        network.connections.remove(&number);
    }
}

impl Debug for SimTcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimTcpStream")
            .field("local", &self.ends[self.end])
            .field("peer", &self.ends[1 - self.end])
            .finish_non_exhaustive()
    }
}
