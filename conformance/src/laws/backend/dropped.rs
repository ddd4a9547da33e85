//! B11: a child that its runtime drops, as a shutdown or an abort does.

use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyrt_core::error::{GroupError, Reason, TaskError};
use anyrt_core::{Backend, Driver, Toplevel};

use crate::law::Law;
use crate::laws::tools::{Event, lock};
use crate::support::{Count, Either, Flag, Group, holding, join, late, race};

pub(in crate::laws) fn law<D: Driver + Toplevel>() -> Law<D> {
    Law::new(
        "B11",
        "A child dropped by its runtime (shutdown, abort) counts as ended; its group gives \
         `Cancelled`, never a value, never a hang.",
        |driver| b11(&Aborting { driver: driver.clone(), next: Arc::default(), gone: drop_it }),
    )
}

fn b11<D: Driver + Toplevel>(backend: &Aborting<D>) {
    for moment in [Moment::InSpawn, Moment::FirstPoll, Moment::Later] {
        backend.run(async {
            alone(backend, moment).await;
            among_siblings(backend, moment).await;
            with_a_failure(backend, moment).await;
        });
    }
    backend.run(with_a_group_of_its_own(backend));
}

/// When a runtime drops a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// At once, on the stack of the caller: it is shut down already.
    InSpawn,
    /// Before the task ever ran.
    FirstPoll,
    /// While the task waits.
    Later,
}

/// A runtime that drops a chosen task, and is `D` in all else.
#[derive(Clone)]
struct Aborting<D> {
    driver: D,
    next: Arc<Mutex<Option<(Moment, Event)>>>,
    /// What becomes of a task that is chosen.
    gone: fn(Task),
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

fn drop_it(task: Task) {
    drop(task);
}

impl<D> Aborting<D> {
    /// Chooses the next task that is spawned; the event drops it, if it is to be dropped later.
    fn abort_next(&self, moment: Moment) -> Event {
        let event = Event::new();
        *lock(&self.next) = Some((moment, event.clone()));
        event
    }
}

impl<D: Driver> Driver for Aborting<D> {
    type Sleep = D::Sleep;

    fn name(&self) -> &'static str {
        self.driver.name()
    }

    fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (chosen, gone) = (lock(&self.next).take(), self.gone);
        match chosen {
            None => self.driver.spawn(future),
            Some((Moment::InSpawn, _)) => gone(Box::pin(future)),
            Some((Moment::FirstPoll, _)) => {
                self.driver.spawn(async move { gone(Box::pin(future)) });
            }
            Some((Moment::Later, event)) => self.driver.spawn(async move {
                let mut task: Task = Box::pin(future);
                if race(task.as_mut(), event.wait()).await == Either::Right(()) {
                    gone(task);
                }
            }),
        }
    }

    fn spawn_blocking<F>(&self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        self.driver.spawn_blocking(f);
    }

    fn now(&self) -> Instant {
        self.driver.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.driver.sleep_until(deadline)
    }

    fn sleep_for(&self, timeout: Duration) -> Self::Sleep {
        self.driver.sleep_for(timeout)
    }
}

impl<D: Toplevel> Toplevel for Aborting<D> {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.driver.block_on(future)
    }
}

#[track_caller]
fn assert_cancelled<T: std::fmt::Debug, E: std::fmt::Debug>(
    result: &Result<T, GroupError<E>>,
    moment: Moment,
    what: &str,
) {
    assert!(
        matches!(result, Err(GroupError::Cancelled(_))),
        "the runtime dropped a child ({moment:?}) {what}: the group gave {result:?}"
    );
}

async fn alone<D: Driver>(backend: &Aborting<D>, moment: Moment) {
    let (alive, mut kept) = (Count::new(), None);
    let mut told = None;
    let result = backend
        .task_group(async |group: Group<Aborting<D>>| {
            let started = Event::new();
            let (begun, guard) = (started.clone(), alive.guard());
            let abort = backend.abort_next(moment);
            kept = Some(group.spawn(holding(guard, async move {
                begun.set();
                pending::<Result<u8, _>>().await
            })));
            if moment == Moment::Later {
                started.wait().await;
                // The body is over by then, and has its value.
                told = Some(late(move || abort.set()));
            }
            Ok(7)
        })
        .await;
    assert_cancelled(&result, moment, "that was alone");
    assert!(
        matches!(&result, Err(GroupError::Cancelled(why)) if *why.reason() == Reason::Shutdown),
        "the runtime dropped a child ({moment:?}), and the group gave {result:?}"
    );
    assert_eq!(alive.get(), 0, "the group returned before the future that was dropped had gone");
    let seen = kept.expect("the body has run").await;
    assert!(
        matches!(seen, Err(TaskError::Cancelled(_))),
        "the handle of a child that its runtime dropped ({moment:?}) gave {seen:?}"
    );
    if let Some(told) = told {
        join(told);
    }
}

/// Nobody hangs who waits for a child that is gone.
async fn among_siblings<D: Driver>(backend: &Aborting<D>, moment: Moment) {
    let (alive, got_on) = (Count::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<Aborting<D>>| {
            let waiting = Event::new();
            let guard = alive.guard();
            group.spawn(holding(guard, pending::<()>()));
            let abort = backend.abort_next(moment);
            let lost = group.spawn(holding(alive.guard(), async {
                pending::<()>().await;
                Ok(7)
            }));
            let (begun, got_on, guard) = (waiting.clone(), got_on.clone(), alive.guard());
            group.spawn(holding(guard, async move {
                begun.set();
                if lost.await.is_ok() {
                    got_on.raise();
                }
            }));
            backend.shield(waiting.wait()).await;
            abort.set();
            Ok(7)
        })
        .await;
    assert_cancelled(&result, moment, "among siblings that wait");
    assert!(!got_on.is_up(), "the handle of a child that its runtime dropped gave a value");
    assert_eq!(alive.get(), 0, "futures not dropped when the group returned");
}

async fn with_a_failure<D: Driver>(backend: &Aborting<D>, moment: Moment) {
    let result = backend
        .task_group(async |group: Group<Aborting<D>, &'static str>| {
            let abort = backend.abort_next(moment);
            let lost = group.spawn(pending::<()>());
            abort.set();
            drop(backend.shield(async { lost.await }).await);
            Err::<u8, _>("body")
        })
        .await;
    assert!(
        matches!(&result, Err(GroupError::Failed(all)) if **all == ["body"]),
        "the runtime dropped a child ({moment:?}), then the body failed: the group gave {result:?}"
    );
}

/// The grandchildren of a child that is dropped are adopted.
async fn with_a_group_of_its_own<D: Driver>(backend: &Aborting<D>) {
    let (started, gate, alive) = (Event::new(), Event::new(), Count::new());
    let opener = late({
        let (started, gate) = (started.clone(), gate.clone());
        move || {
            crate::support::block_on(started.wait());
            std::thread::sleep(crate::support::GRACE);
            gate.set();
        }
    });
    let result = backend
        .task_group(async |group: Group<Aborting<D>>| {
            let b = backend.clone();
            let (begun, gate, guard) = (started.clone(), gate.clone(), alive.guard());
            let grandchild = holding(guard, {
                let b = b.clone();
                async move {
                    let work = async {
                        begun.set();
                        gate.wait().await;
                    };
                    b.shield(work).await;
                }
            });
            let abort = backend.abort_next(Moment::Later);
            group.spawn(async move {
                let inner = b.task_group(async |inner: Group<Aborting<D>>| {
                    inner.spawn(grandchild);
                });
                drop(inner.await);
            });
            backend.shield(started.wait()).await;
            abort.set();
            Ok(7)
        })
        .await;
    assert_cancelled(&result, Moment::Later, "that had a group of its own");
    assert_eq!(alive.get(), 0, "the group returned before the grandchild it adopted had ended");
    join(opener);
}

#[cfg(test)]
mod tests {
    use std::mem;

    use anyrt_tokio::TokioBackend;

    use super::*;
    use crate::{Outcome, run_law};

    /// A runtime that loses tasks, so that nobody hears of their end, breaks the law.
    #[test]
    fn a_lost_child_is_noticed() {
        let check = |driver: &TokioBackend| {
            b11(&Aborting { driver: driver.clone(), next: Arc::default(), gone: mem::forget });
        };
        let law = Law { limit: Duration::from_secs(2), ..Law::new("B11", "", check) };
        assert_eq!(run_law(&law, &TokioBackend::new()), Outcome::Hung);
    }
}
