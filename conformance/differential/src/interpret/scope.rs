//! Statements about cancellation: scopes, deadlines, shields and cleanups.

use anyrt_core::{Backend, CancelHandle, CancelScope};

use crate::environment::Environment;
use crate::ledger::Counted;
use crate::log::Failed;
use crate::program::Block;
use crate::world::World;

/// Says that it was dropped.
pub(super) struct Guard<F: Fn()> {
    say: F,
    _counted: Counted,
}

impl<F: Fn()> Drop for Guard<F> {
    fn drop(&mut self) {
        (self.say)();
    }
}

impl<B: Backend> World<B> {
    pub(super) fn guard(&self, id: u32) -> Guard<impl Fn() + use<B>> {
        let world = self.clone();
        Guard { say: move || world.say(id, "dropped"), _counted: self.ledger.guard() }
    }

    pub(super) fn say_deadline(&self, id: u32) {
        match self.backend.current_effective_deadline() {
            None => self.say(id, "never"),
            Some(end) if end <= self.backend.now() => self.say(id, "past"),
            Some(end) => self.say(id, format!("at {}", self.log.offset(end))),
        }
    }

    pub(super) fn set_deadline(&self, id: u32, target: u32, ticks: Option<u64>) {
        let Some(scope) = self.scope_of(target) else { return self.say(id, "miss") };
        self.say(id, "move");
        scope.set_deadline(ticks.map(|ticks| self.backend.now() + self.log.ticks(ticks)));
    }

    pub(super) fn set_shield(&self, id: u32, target: u32, is_on: bool) {
        let Some(scope) = self.scope_of(target) else { return self.say(id, "miss") };
        self.say(id, "shield");
        scope.set_shield(is_on);
    }

    pub(super) async fn scope(
        self,
        id: u32,
        ticks: Option<u64>,
        shield: bool,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let mut scope = self.backend.cancel_scope();
        if let Some(ticks) = ticks {
            scope = scope.with_timeout(self.log.ticks(ticks));
        }
        if shield {
            scope = scope.shielded();
        }
        let handle = scope.handle();
        self.name_scope(id, handle.clone());
        let watch = self.watch(id);
        let caught = match scope.run(self.block(body, environment)).await {
            Ok(ended) => {
                watch.over(ended)?;
                "end"
            }
            Err(_) => {
                watch.done();
                "caught"
            }
        };
        if handle.cancelled_caught() != (caught == "caught") {
            self.ledger.broken(format!("{id}: cancelled_caught is wrong"));
        }
        let called = if handle.cancel_called() { " called" } else { "" };
        self.say(id, format!("{caught}{called}"));
        Ok(())
    }

    pub(super) async fn move_on(
        self,
        id: u32,
        ticks: u64,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let watch = self.watch(id);
        let body = self.block(body, environment);
        match self.backend.move_on_after(self.log.ticks(ticks), body).await {
            Some(ended) => {
                watch.over(ended)?;
                self.say(id, "end");
            }
            None => {
                watch.done();
                self.say(id, "caught");
            }
        }
        Ok(())
    }

    pub(super) async fn fail_after(
        self,
        id: u32,
        ticks: u64,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let watch = self.watch(id);
        let body = self.block(body, environment);
        let ended = self.backend.fail_after(self.log.ticks(ticks), body).await;
        watch.over(ended.unwrap_or_else(|_| Err(Failed::one(format!("timeout{id}")))))?;
        self.say(id, "end");
        Ok(())
    }

    pub(super) async fn finally(
        self,
        id: u32,
        body: Block,
        cleanup: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let world = self.clone();
        let cleaning = self.block(cleanup, environment.of_child());
        let cleanup = async move {
            world.say(id, "cleaning");
            if cleaning.await.is_err() {
                world.ledger.broken(format!("{id}: the cleanup failed"));
            }
            world.say(id, "clean");
        };
        let work = self.clone().inside(id, body, environment);
        self.backend.finally(work, cleanup).await
    }
}
