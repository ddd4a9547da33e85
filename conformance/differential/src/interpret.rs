//! Runs a program on a backend; `interpreter.py` says the same in Trio's words.

mod group;
mod meeting;
mod scope;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyrt_core::Backend;
use anyrt_core::prelude::*;
use anyrt_core::sync::{Borrower, Token};

use crate::environment::Environment;
use crate::ledger::Item;
use crate::log::{Failed, Log};
use crate::program::{Block, Op, Program, Statement};
use crate::world::World;

/// When a program ends, if it does not end earlier; the same number is in `generator.py`.
const PROGRAM_ENDS: u64 = 1_000_000_000;

/// What came of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What happened: the instant, the statement, and what it said; sorted.
    pub log: Vec<String>,
    /// Which properties did not hold; empty if all is well.
    pub broken: Vec<String>,
}

pub(crate) type Doing = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

/// Runs a program, whose ticks are so long, and whose tasks may be so late.
pub async fn interpret<B: Backend>(
    backend: B,
    program: Program,
    tick: Duration,
    late: Duration,
) -> Report {
    let log = Log::new(backend.now(), tick, late);
    let world = World::new(backend.clone(), log.clone(), &program);
    let ends: Vec<_> =
        program.channels.iter().map(|&capacity| backend.bounded::<Item>(capacity)).collect();
    let environment = Environment::new(ends);
    let limit = log.ticks(PROGRAM_ENDS);
    let body = world.block(program.body, environment.clone());
    match backend.move_on_after(limit, body).await {
        None => world.say(0, "caught"),
        Some(Ok(())) => world.say(0, "end"),
        Some(Err(failed)) => world.say(0, format!("failed {failed}")),
    }
    let left: Vec<_> = (0..program.channels.len())
        .map(|channel| environment.receiver(channel).statistics().used)
        .collect();
    drop(environment);
    let broken = world.ledger.close(&left);
    Report { log: log.take(), broken }
}

impl<B: Backend> World<B> {
    /// Does statements one after another.
    pub(crate) fn block(&self, body: Block, environment: Environment<B>) -> Doing {
        let world = self.clone();
        Box::pin(async move {
            for it in body.iter() {
                world.clone().statement(it, &environment).await?;
            }
            Ok(())
        })
    }

    /// Does the body of a block, and says how it ended.
    pub(crate) async fn inside(
        self,
        id: u32,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let watch = self.watch(id);
        let ended = self.block(body, environment).await;
        watch.over(ended)?;
        self.say(id, "end");
        Ok(())
    }

    async fn statement(self, it: &Statement, environment: &Environment<B>) -> Result<(), Failed> {
        let id = it.id;
        let inner = || environment.clone();
        match it.op.clone() {
            Op::Sleep { t } => self.sleep(id, t).await,
            Op::Checkpoint => {
                self.backend.checkpoint().await;
                self.say(id, "passed");
            }
            Op::Deadline => self.say_deadline(id),
            Op::Ready => {
                if let Some(ready) = environment.readiness() {
                    self.say(id, "ready");
                    ready.into_iter().for_each(|ready| ready.started(()));
                }
            }
            Op::Fail => return Err(Failed::one(id.to_string())),
            Op::Set { event } => {
                self.say(id, "set");
                self.events[event].set();
            }
            Op::Wait { event } => {
                self.events[event].wait().await;
                self.say(id, "passed");
            }
            Op::Send { channel } => self.send(id, channel, environment).await,
            Op::Recv { channel } => self.recv(id, channel, environment).await,
            Op::TrySend { channel } => self.try_send(id, channel, environment),
            Op::TryRecv { channel } => self.try_recv(id, channel, environment),
            Op::CloseSend { channel } => {
                self.say(id, "close");
                environment.sender(channel).close();
            }
            Op::CloseRecv { channel } => {
                self.say(id, "close");
                self.ledger.discards(channel);
                environment.receiver(channel).close();
            }
            Op::SendEnd { channel, body } => {
                return self.send_end(id, channel, body, inner()).await;
            }
            Op::RecvEnd { channel, body } => {
                return self.recv_end(id, channel, body, inner()).await;
            }
            Op::Acquire { semaphore, body } => {
                let _permit = self.semaphores[semaphore].acquire().await;
                self.say(id, "acquired");
                return self.clone().inside(id, body, inner()).await;
            }
            Op::TryAcquire { semaphore, body } => {
                let Ok(_permit) = self.semaphores[semaphore].try_acquire() else {
                    self.say(id, "busy");
                    return Ok(());
                };
                self.say(id, "acquired");
                return self.clone().inside(id, body, inner()).await;
            }
            Op::Lock { lock, body } => {
                let _guard = self.locks[lock].lock().await;
                self.say(id, "acquired");
                return self.clone().inside(id, body, inner()).await;
            }
            Op::Await { condition } => {
                let (lock, condvar) = &self.conditions[condition];
                let guard = lock.lock().await;
                drop(condvar.wait(guard).await);
                self.say(id, "notified");
            }
            Op::Notify { condition, all } => {
                let (lock, condvar) = &self.conditions[condition];
                let _guard = lock.lock().await;
                self.say(id, "notify");
                if all { condvar.notify_all() } else { condvar.notify_one() }
            }
            Op::Borrow { limiter, body } => {
                let token = self.limiters[limiter].acquire_on_behalf_of(Borrower::new()).await;
                return self.lent(id, token.ok(), body, inner()).await;
            }
            Op::TryBorrow { limiter, body } => {
                let token = self.limiters[limiter].try_acquire_on_behalf_of(Borrower::new());
                return self.lent(id, token.ok(), body, inner()).await;
            }
            Op::Resize { limiter, total } => {
                self.say(id, "resize");
                self.limiters[limiter].set_total(total);
            }
            Op::Join { target } => self.join(id, target).await,
            Op::Cancel { target } => match self.cancel_of(target) {
                Some(cancel) => {
                    self.say(id, "cancel");
                    cancel();
                }
                None => self.say(id, "miss"),
            },
            Op::SetDeadline { target, t } => self.set_deadline(id, target, t),
            Op::SetShield { target, on } => self.set_shield(id, target, on),
            Op::Scope { t, shield, body } => return self.scope(id, t, shield, body, inner()).await,
            Op::MoveOn { t, body } => return self.move_on(id, t, body, inner()).await,
            Op::FailAfter { t, body } => return self.fail_after(id, t, body, inner()).await,
            Op::Shield { body } => {
                let body = self.clone().inside(id, body, inner());
                return self.backend.shield(body).await;
            }
            Op::Finally { body, cleanup } => return self.finally(id, body, cleanup, inner()).await,
            Op::Guard { body } => {
                let _guard = self.guard(id);
                return self.clone().inside(id, body, inner()).await;
            }
            Op::Catch { body } => {
                let watch = self.watch(id);
                match watch.over(self.block(body, inner()).await) {
                    Ok(()) => self.say(id, "end"),
                    Err(failed) => self.say(id, format!("caught {failed}")),
                }
            }
            Op::Repeat { times, body } => {
                for _ in 0..times {
                    self.block(body.clone(), inner()).await?;
                }
            }
            Op::Group { body } => return self.group(id, body, inner()).await,
            Op::Spawn { target, body } => self.spawn(id, target, body, environment.of_child()),
            Op::Start { target, body } => {
                return self.start(id, target, body, environment.of_child()).await;
            }
        }
        Ok(())
    }

    /// Does a block with a token, if there is one.
    async fn lent(
        &self,
        id: u32,
        token: Option<Token<'_>>,
        body: Block,
        environment: Environment<B>,
    ) -> Result<(), Failed> {
        let Some(_token) = token else {
            self.say(id, "busy");
            return Ok(());
        };
        self.say(id, "acquired");
        self.clone().inside(id, body, environment).await
    }

    async fn sleep(&self, id: u32, ticks: u64) {
        self.backend.sleep(self.log.ticks(ticks)).await;
        let now = self.backend.now();
        let end = self.backend.current_effective_deadline();
        if end.is_some_and(|end| end + self.log.late < now) {
            self.ledger.broken(format!("{id}: slept beyond the effective deadline"));
        }
        self.say(id, "woke");
    }
}
