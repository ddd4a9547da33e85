//! Statements by which tasks meet: channels.

use std::sync::Arc;

use anyrt_core::Backend;
use anyrt_core::error::{TryRecvError, TrySendError};
use anyrt_core::prelude::*;

use crate::environment::Environment;
use crate::log::Failed;
use crate::program::Block;
use crate::world::World;

/// Closes an end when the block that has it is over, whoever else holds it.
struct Closing<F: Fn()>(F);

impl<F: Fn()> Drop for Closing<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl<B: Backend> World<B> {
    pub(super) async fn send(&self, id: u32, channel: usize, environment: &Environment<B>) {
        let item = self.ledger.item(id, channel);
        let number = item.number;
        match environment.sender(channel).send(item).await {
            Ok(()) => {
                self.ledger.sent(channel, number);
                self.say(id, "sent");
            }
            Err(_) => self.say(id, "closed"),
        }
    }

    pub(super) async fn recv(&self, id: u32, channel: usize, environment: &Environment<B>) {
        match environment.receiver(channel).recv().await {
            Ok(item) => {
                self.ledger.received(&item);
                self.say(id, format!("got {}", item.name));
            }
            Err(_) => self.say(id, "closed"),
        }
    }

    pub(super) fn try_send(&self, id: u32, channel: usize, environment: &Environment<B>) {
        let item = self.ledger.item(id, channel);
        let number = item.number;
        match environment.sender(channel).try_send(item) {
            Ok(()) => {
                self.ledger.sent(channel, number);
                self.say(id, "sent");
            }
            Err(TrySendError::Full(_)) => self.say(id, "full"),
            Err(TrySendError::Closed(_)) => self.say(id, "closed"),
        }
    }

    pub(super) fn try_recv(&self, id: u32, channel: usize, environment: &Environment<B>) {
        match environment.receiver(channel).try_recv() {
            Ok(item) => {
                self.ledger.received(&item);
                self.say(id, format!("got {}", item.name));
            }
            Err(TryRecvError::Empty) => self.say(id, "empty"),
            Err(TryRecvError::Closed) => self.say(id, "closed"),
        }
    }

    pub(super) async fn send_end(
        self,
        id: u32,
        channel: usize,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let end = Arc::new(environment.sender(channel).as_ref().clone());
        let _closing = Closing({
            let end = end.clone();
            move || end.close()
        });
        self.inside(id, body, environment.with_sender(channel, end)).await
    }

    pub(super) async fn recv_end(
        self,
        id: u32,
        channel: usize,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let end = Arc::new(environment.receiver(channel).as_ref().clone());
        let _closing = Closing({
            let end = end.clone();
            move || end.close()
        });
        self.inside(id, body, environment.with_receiver(channel, end)).await
    }
}
