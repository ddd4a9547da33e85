//! D8: the deadline of a group.

use std::fmt::Debug;
use std::future::pending;
use std::time::Duration;

use anyrt_core::error::{GroupError, Reason};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, parked, past};
use crate::support::{Flag, Group};

const SOON: Duration = Duration::from_millis(5);

pub(super) fn d8<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        the_body_is_cut(backend).await;
        children_are_cut_and_the_value_given(backend).await;
        one_that_has_passed(backend).await;
        moved_from_outside(backend).await;
        moved_while_the_group_waits_for_children(backend).await;
        taken_away(backend).await;
        seen_by_children(backend).await;
        polled_with_another_waker(backend).await;
        an_earlier_one_outside(backend).await;
    });
}

#[track_caller]
fn assert_passed<T: Debug>(result: &Result<T, GroupError<std::convert::Infallible>>, what: &str) {
    let is_passed =
        matches!(result, Err(GroupError::Cancelled(by)) if *by.reason() == Reason::Deadline);
    assert!(is_passed, "{what}: the group gave {result:?}");
}

async fn the_body_is_cut<B: Backend>(backend: &B) {
    let deadline = backend.now() + SOON;
    let result = backend
        .task_group(async |group: Group<B>| {
            group.set_deadline(Some(deadline));
            backend.sleep(HOUR).await;
        })
        .await;
    assert_passed(&result, "a deadline passed during the body");
    assert!(backend.now() >= deadline, "the deadline struck early");
}

async fn children_are_cut_and_the_value_given<B: Backend>(backend: &B) {
    let cut = Flag::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let (b, guard) = (backend.clone(), cut.guard());
            group.spawn(async move {
                let _guard = guard;
                b.sleep(HOUR).await;
            });
            group.set_deadline(Some(backend.now() + SOON));
            Ok(7)
        })
        .await;
    assert_eq!(result, Ok(7), "a deadline passed while the group waited for a child");
    assert!(cut.is_up(), "the group did not wait for its child");
}

/// The body runs to its first checkpoint after it has set it.
async fn one_that_has_passed<B: Backend>(backend: &B) {
    let (went_on, cut) = (Flag::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            let _guard = cut.guard();
            group.set_deadline(Some(past(backend)));
            went_on.raise();
            pending::<()>().await;
        })
        .await;
    assert_passed(&result, "a deadline that had passed");
    assert!(went_on.is_up() && cut.is_up(), "where the body was cut");
}

async fn moved_from_outside<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            group.set_deadline(Some(backend.now() + HOUR));
            let (b, child) = (backend.clone(), group.clone());
            group.spawn(async move {
                b.sleep(SOON).await;
                child.set_deadline(Some(past(&b)));
            });
            pending::<()>().await;
        })
        .await;
    assert_passed(&result, "a child moved the deadline to the past");
}

async fn moved_while_the_group_waits_for_children<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            group.set_deadline(Some(backend.now() + HOUR));
            let (b, child) = (backend.clone(), group.clone());
            group.spawn(async move {
                b.sleep(SOON).await;
                child.set_deadline(Some(b.now() + SOON));
                b.sleep(HOUR).await;
            });
        })
        .await;
    assert_eq!(result, Ok(()), "a child brought the deadline forward after the body's end");
}

async fn taken_away<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            group.set_deadline(Some(backend.now() + SOON));
            group.set_deadline(None);
            backend.sleep(SOON * 3).await;
            group.set_deadline(Some(backend.now() + SOON));
            group.set_deadline(Some(backend.now() + HOUR));
            backend.sleep(SOON * 3).await;
            Ok(7)
        })
        .await;
    assert_eq!(result, Ok(7), "deadlines that were taken away or put off in time");
}

async fn seen_by_children<B: Backend>(backend: &B) {
    let deadline = backend.now() + HOUR;
    let result = backend
        .task_group(async |group: Group<B>| {
            group.set_deadline(Some(deadline));
            let b = backend.clone();
            let seen = group.spawn(async move { Ok(b.current_effective_deadline()) });
            Ok(seen.value().await)
        })
        .await;
    assert_eq!(result, Ok(Some(deadline)), "the effective deadline of a child");
}

/// The task cannot wake it in time: it has an alarm of its own.
async fn polled_with_another_waker<B: Backend>(backend: &B) {
    let group = backend.task_group(async |group: Group<B>| {
        group.set_deadline(Some(backend.now() + SOON));
        pending::<()>().await;
    });
    let result = parked(&Event::new(), group).await;
    assert_passed(&result, "a group that was polled with another waker than its task's");
}

async fn an_earlier_one_outside<B: Backend>(backend: &B) {
    let result = backend
        .move_on_after(
            SOON,
            backend.task_group(async |group: Group<B>| {
                group.set_deadline(Some(backend.now() + HOUR));
                pending::<()>().await;
            }),
        )
        .await;
    assert_eq!(result, None, "a scope with an earlier deadline than the group in it");
}
