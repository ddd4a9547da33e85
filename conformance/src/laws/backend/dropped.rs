//! B11: a child that its runtime drops, as a shutdown or an abort does.

use std::future::pending;

use anyrt_core::error::{GroupError, Reason, TaskError};
use anyrt_core::prelude::*;
use anyrt_core::{Driver, Toplevel};

use crate::abort::{Abort, Aborting, Moment};
use crate::law::Law;
use crate::laws::tools::Event;
use crate::support::{Count, Flag, Group, holding, join, late};

pub(in crate::laws) fn law<D: Driver + Toplevel>() -> Law<D> {
    Law::new(ID, SENTENCE, |driver| b11(&Aborting::new(driver.clone())))
}

/// Gives law B11 for a backend whose tasks can be dropped on demand.
///
/// What the engine makes of a driver has it among [`driver_laws`](crate::driver_laws).
pub fn abort_law_of<A: Abort>() -> Law<A> {
    Law::new(ID, SENTENCE, b11)
}

const ID: &str = "B11";

const SENTENCE: &str = "A child dropped by its runtime (shutdown, abort) counts as ended; its group \
                        gives `Cancelled`, never a value, never a hang.";

fn b11<A: Abort>(backend: &A) {
    for moment in [Moment::InSpawn, Moment::FirstPoll, Moment::Later] {
        backend.run(async {
            alone(backend, moment).await;
            among_siblings(backend, moment).await;
            with_a_failure(backend, moment).await;
        });
    }
    backend.run(with_a_group_of_its_own(backend));
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

async fn alone<A: Abort>(backend: &A, moment: Moment) {
    let (alive, mut kept) = (Count::new(), None);
    let mut told = None;
    let result = backend
        .task_group(async |group: Group<A>| {
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
                told = Some(late(abort));
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
async fn among_siblings<A: Abort>(backend: &A, moment: Moment) {
    let (alive, got_on) = (Count::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<A>| {
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
            abort();
            Ok(7)
        })
        .await;
    assert_cancelled(&result, moment, "among siblings that wait");
    assert!(!got_on.is_up(), "the handle of a child that its runtime dropped gave a value");
    assert_eq!(alive.get(), 0, "futures not dropped when the group returned");
}

async fn with_a_failure<A: Abort>(backend: &A, moment: Moment) {
    let result = backend
        .task_group(async |group: Group<A, &'static str>| {
            let abort = backend.abort_next(moment);
            let lost = group.spawn(pending::<()>());
            abort();
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
async fn with_a_group_of_its_own<A: Abort>(backend: &A) {
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
        .task_group(async |group: Group<A>| {
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
                let inner = b.task_group(async |inner: Group<A>| {
                    inner.spawn(grandchild);
                });
                drop(inner.await);
            });
            backend.shield(started.wait()).await;
            abort();
            Ok(7)
        })
        .await;
    assert_cancelled(&result, Moment::Later, "that had a group of its own");
    assert_eq!(alive.get(), 0, "the group returned before the grandchild it adopted had ended");
    join(opener);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyrt_tokio::TokioBackend;

    use super::*;
    use crate::{Outcome, run_law};

    /// A runtime that loses tasks, so that nobody hears of their end, breaks the law.
    #[test]
    fn a_lost_child_is_noticed() {
        let check = |driver: &TokioBackend| b11(&Aborting::losing(driver.clone()));
        let law = Law { limit: Duration::from_secs(2), ..Law::new("B11", "", check) };
        assert_eq!(run_law(&law, &TokioBackend::new()), Outcome::Hung);
    }
}
