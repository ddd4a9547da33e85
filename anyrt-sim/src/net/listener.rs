//! A listener of the simulator.

use std::fmt::{self, Debug};
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Poll, Waker};

use anyrt_core::net::TcpListener;

use super::stream::SimTcpStream;
use crate::lock::lock;
use crate::world::World;

/// A TCP listener in memory.
pub struct SimTcpListener {
    pub(super) world: Arc<World>,
    pub(super) address: SocketAddr,
}

impl TcpListener for SimTcpListener {
    type Stream = SimTcpStream;

    async fn accept(&self) -> io::Result<(SimTcpStream, SocketAddr)> {
        let (number, ends) = poll_fn(|cx| {
            let mut network = lock(&self.world.network);
            let listening = network.listeners.entry(self.address).or_default();
            let Some(number) = listening.queue.pop_front() else {
                if !listening.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                    listening.wakers.push(cx.waker().clone());
                }
                return Poll::Pending;
            };
            let ends = network.connections[&number].ends;
            Poll::Ready((number, ends))
        })
        .await;
        Ok((SimTcpStream::new(self.world.clone(), number, 1, ends), ends[0]))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Drop for SimTcpListener {
    fn drop(&mut self) {
        let mut network = lock(&self.world.network);
        let listening = network.listeners.remove(&self.address).unwrap_or_default();
        let mut wakers = listening.wakers;
        for number in listening.queue {
            if let Some(connection) = network.connections.get_mut(&number) {
                // Nobody will accept it.
                connection.pipes.iter_mut().for_each(|pipe| pipe.is_reset = true);
                connection.open_ends -= 1;
                wakers.extend(connection.wakers());
            }
            super::stream::forget_if_done(&mut network, number);
        }
        drop(network);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Debug for SimTcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimTcpListener").field(&self.address).finish()
    }
}
