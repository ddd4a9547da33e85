//! E: failures of bodies and children, and what the group makes of them.

mod caught;
mod nested;
mod outcomes;
mod panics;
mod reported;
mod siblings;
mod supervised;
mod values;

use std::future::pending;

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::law::Law;
use crate::laws::tools::Event;
use crate::support::{Count, Flag, Group};

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "E1",
            "The first failure, child's or body's, cancels the body and all siblings at once.",
            e1,
        ),
        Law::new(
            "E2",
            "No failure is lost: all are reported, in completion order; a resumed panic replaces \
             them; errors of children of a dropped group are dropped.",
            reported::e2,
        ),
        Law::new(
            "E3",
            "The shape of nested failures follows the program's text, not how many failed.",
            nested::e3,
        ),
        Law::new("E4", "A cancelled sibling adds no failure.", siblings::e4),
        Law::new(
            "E5",
            "A panic cancels the siblings, waits for them, then resumes in the group's caller \
             with its first payload.",
            panics::e5,
        ),
        Law::new(
            "E6",
            "A group cancelled by its own `cancel()` gives the body's value if the body finished, \
             else `Cancelled`; that cancellation is never seen outside.",
            outcomes::e6,
        ),
        Law::new(
            "E7",
            "Failures beat cancellation: with both, the failures are returned.",
            outcomes::e7,
        ),
        Law::new(
            "E8",
            "Waiting for children never originates a cancellation: outer scope cancelled, but \
             body and children all finished normally, gives the value; if a child was cut by an \
             outer scope, the group does not give the value.",
            outcomes::e8,
        ),
        Law::new(
            "E9",
            "In a supervisor a child's failure cancels nobody, and all failures are given with \
             the body's value, in completion order.",
            supervised::e9,
        ),
        Law::new(
            "E10",
            "A supervisor whose body failed or was cut gives all failures, children's and body's, \
             as its own; a panic cancels the others and resumes there, too.",
            supervised::e10,
        ),
        Law::new(
            "E11",
            "`value` of a handle gives the child's value; of a child that has none, it is cut where \
             the child's end cancels the waiter, and a panic that says what to do where not.",
            values::e11,
        ),
        Law::new(
            "E12",
            "`catch_panic` gives a panic as a value, once the future that panicked has been dropped \
             and all that it had started has ended; its group and its siblings hear nothing of it.",
            caught::e12,
        ),
    ]
}

#[track_caller]
fn assert_failed<T: std::fmt::Debug>(
    result: &Result<T, GroupError<&'static str>>,
    failures: &[&'static str],
    what: &str,
) {
    let seen = result.as_ref().map_err(|error| error.failures().to_vec());
    assert!(
        matches!(&seen, Err(seen) if seen == failures),
        "{what}: the group gave {result:?} instead of the failures {failures:?}"
    );
}

/// A child that waits for ever, and an event for when it is cut.
fn parked() -> (Event, impl Future<Output = ()> + Send + 'static) {
    let cut = Event::new();
    let guard = cut.guard();
    let child = async move {
        let _guard = guard;
        pending::<()>().await;
    };
    (cut, child)
}

fn e1<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        a_child_fails(backend).await;
        a_child_fails_while_the_body_is_busy(backend).await;
        the_body_fails(backend).await;
    });
}

/// Each of them waits until another one is cut: a group that cancels one after the other hangs.
async fn a_child_fails<B: Backend>(backend: &B) {
    let freed = Count::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (body_cut, (cut, sibling)) = (Event::new(), parked());
            let _guard = body_cut.guard();
            group.spawn(sibling);
            for event in [body_cut.clone(), cut] {
                let (backend, freed) = (backend.clone(), freed.clone());
                group.spawn(async move {
                    backend.shield(event.wait()).await;
                    freed.up();
                });
            }
            group.spawn(async { Err::<(), _>("child") });
            pending::<()>().await;
        })
        .await;
    assert_failed(&result, &["child"], "a child failed");
    assert_eq!(freed.get(), 2, "of 2 shielded siblings that wait for a cut this many got on");
}

/// The siblings are cut though the body takes no notice.
async fn a_child_fails_while_the_body_is_busy<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (cut, sibling) = parked();
            group.spawn(sibling);
            group.spawn(async { Err::<(), _>("child") });
            backend.shield(cut.wait()).await;
            Ok(())
        })
        .await;
    assert_failed(&result, &["child"], "a child failed and the body ended normally");
}

async fn the_body_fails<B: Backend>(backend: &B) {
    let freed = Flag::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (cut, sibling) = parked();
            let (started, child_backend, child_freed) =
                (Event::new(), backend.clone(), freed.clone());
            group.spawn(sibling);
            let child_started = started.clone();
            group.spawn(async move {
                let wait = async {
                    child_started.set();
                    cut.wait().await;
                };
                child_backend.shield(wait).await;
                child_freed.raise();
            });
            started.wait().await;
            Err::<(), _>("body")
        })
        .await;
    assert_failed(&result, &["body"], "the body failed");
    assert!(freed.is_up(), "the group returned before a shielded child had ended");
}
