//! Statements about groups and their children.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyrt_core::Backend;
use anyrt_core::error::{GroupError, StartError, TaskError};
use anyrt_core::prelude::*;

use crate::environment::Environment;
use crate::ledger::Counted;
use crate::log::Failed;
use crate::program::Block;
use crate::world::{OpenGroup, World};

/// Looks, when a group is over, whether its children are, too.
struct Childless<B: Backend> {
    world: World<B>,
    id: u32,
    children: Arc<AtomicI64>,
}

impl<B: Backend> Drop for Childless<B> {
    fn drop(&mut self) {
        let alive = self.children.load(Ordering::SeqCst);
        if alive != 0 {
            self.world.ledger.broken(format!("group {} ended before {alive} children", self.id));
        }
    }
}

impl<B: Backend> World<B> {
    pub(super) async fn group(
        self,
        id: u32,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let children = Arc::new(AtomicI64::new(0));
        let childless = Childless { world: self.clone(), id, children: children.clone() };
        let watch = self.watch(id);
        let world = self.clone();
        let ended = self
            .backend
            .task_group(|group| {
                world.name_group(id, OpenGroup { group, children });
                async move {
                    let watch = world.watch(format!("{id} body"));
                    watch.over(world.block(body, environment).await)?;
                    world.say(id, "joining");
                    Ok(())
                }
            })
            .await;
        drop(childless);
        match ended {
            Ok(()) => {
                watch.done();
                self.say(id, "end");
            }
            Err(GroupError::Cancelled(_)) => {
                watch.done();
                self.say(id, "cancelled");
            }
            Err(GroupError::Failed(failures)) => {
                let names = failures.into_iter().flat_map(|failed: Failed| failed.0).collect();
                watch.over(Err(Failed(names)))?;
            }
        }
        Ok(())
    }

    /// What a child does, and what counts it.
    fn child(
        &self,
        id: u32,
        body: Block,
        environment: Environment<B>,
        children: &Arc<AtomicI64>,
    ) -> impl Future<Output = Result<(), Failed>> + Send + 'static + use<B> {
        let world = self.clone();
        let counted = (self.ledger.task(), Counted::new(children));
        async move {
            let _counted = counted;
            world.say(id, "begin");
            world.inside(id, body, environment).await
        }
    }

    pub(super) fn spawn(&self, id: u32, target: u32, body: Block, environment: Environment<B>) {
        let Some(OpenGroup { group, children }) = self.group_of(target) else {
            return self.say(id, "miss");
        };
        match group.try_spawn(self.child(id, body, environment, &children)) {
            Ok(handle) => self.name_child(id, handle),
            Err(_) => self.say(id, "group is over"),
        }
    }

    /// Waits for a child, whose handle it takes.
    pub(super) async fn join(&self, id: u32, target: u32) {
        let Some(child) = self.take_child(target) else { return self.say(id, "miss") };
        self.say(id, "join");
        let outcome = match child.await {
            Ok(()) => "ended",
            Err(TaskError::Cancelled(_)) => "cancelled",
            Err(TaskError::Failed) => "failed",
            Err(TaskError::Panicked(panic)) => panic.resume(),
            Err(_) => "otherwise",
        };
        self.say(id, format!("joined, {outcome}"));
    }

    pub(super) async fn start(
        self,
        id: u32,
        target: u32,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let Some(OpenGroup { group, children }) = self.group_of(target) else {
            self.ledger.broken(format!("{id}: no group to start in"));
            return Ok(());
        };
        let watch = self.watch(format!("{id} start"));
        let world = self.clone();
        let started = group
            .start(|ready| world.child(id, body, environment.of_starting(ready), &children))
            .await;
        watch.over(match started {
            Ok(()) => Ok(()),
            Err(StartError::Failed(failed)) => Err(failed),
            Err(StartError::NeverStarted) => Err(Failed::one(format!("never{id}"))),
            Err(error) => Err(Failed::one(format!("{error:?}"))),
        })?;
        self.say(id, "started");
        Ok(())
    }
}
