//! The future that is spawned for a child: it lives in the tree, and tells its group how it ended.
//!
//! # Invariants
//!
//! - Whatever happens to a child (value, failure, panic, cut, dropped by its runtime), `end` runs
//!   once: the count of the group falls exactly once.
//! - The user's future and an unwanted value are dropped inside `catch_unwind`, before the count
//!   falls (law G1).
//! - The handle learns the result before the group is cancelled by it: an awaiting sibling gets its
//!   answer (law B2).

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

use crate::alarm::Alarm;
use crate::error::{Cancelled, Panic, Reason, TaskError};
use crate::frame::Frame;
use crate::outcome::Outcome;
use crate::quiet::drop_quietly;
use crate::seat::drop_body;
use crate::step::{Step, step};
use crate::tree::{Inquiry, Node};
use crate::waiting;

/// How a child ended.
pub(super) enum End<T, E> {
    Value(T),
    Failed(E),
    Cut,
    Panicked(Panic),
    /// Its runtime dropped it.
    Killed,
}

/// Who is told of a child's end before the group is.
pub(super) trait Report<E> {
    /// Takes the end, and with it the duty to let the count of the group fall; or gives it back.
    fn claim<T>(&self, end: End<T, E>) -> Option<End<T, E>>;
}

/// The group is told, and nobody else.
pub(super) struct ToGroup;

impl<E> Report<E> for ToGroup {
    fn claim<T>(&self, end: End<T, E>) -> Option<End<T, E>> {
        Some(end)
    }
}

pin_project! {
    pub(super) struct Child<F, E, R = ToGroup>
    where
        R: Report<E>,
        F: Future,
        F::Output: Outcome<E>,
        <F::Output as Outcome<E>>::Value: Send,
        <F::Output as Outcome<E>>::Value: 'static,
        E: Send,
        E: 'static,
    {
        node: Arc<Node>,
        frame: Frame,
        inquiry: Inquiry,
        alarm: Option<Box<Alarm>>,
        report: R,
        failure: PhantomData<fn() -> E>,
        // It is there until the child has ended.
        #[pin]
        body: Option<F>,
    }

    impl<F, E, R> PinnedDrop for Child<F, E, R>
    where
        R: Report<E>,
        F: Future,
        F::Output: Outcome<E>,
        <F::Output as Outcome<E>>::Value: Send,
        <F::Output as Outcome<E>>::Value: 'static,
        E: Send,
        E: 'static,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.body.is_none() {
                return;
            }
            let dropped = drop_body(this.body, |drop| this.frame.enter_shielded(drop));
            let end: End<<F::Output as Outcome<E>>::Value, E> = match dropped {
                Ok(()) => End::Killed,
                Err(payload) => End::Panicked(Panic::new(payload)),
            };
            finish(this.node, this.report, end);
        }
    }
}

impl<F, E> Child<F, E>
where
    F: Future<Output: Outcome<E, Value: Send + 'static>>,
    E: Send + 'static,
{
    pub(super) fn new(node: Arc<Node>, body: F) -> Self {
        Self::reporting(node, body, ToGroup)
    }
}

impl<F, E, R> Child<F, E, R>
where
    F: Future<Output: Outcome<E, Value: Send + 'static>>,
    E: Send + 'static,
    R: Report<E>,
{
    /// A child whose end somebody may claim.
    pub(super) fn reporting(node: Arc<Node>, body: F, report: R) -> Self {
        Self {
            frame: Frame::new(node.clone()),
            node,
            inquiry: Inquiry::default(),
            alarm: None,
            report,
            failure: PhantomData,
            body: Some(body),
        }
    }
}

impl<F, E, R> Future for Child<F, E, R>
where
    F: Future<Output: Outcome<E, Value: Send + 'static>>,
    E: Send + 'static,
    R: Report<E>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_mut().project();
        if this.body.is_none() {
            return Poll::Ready(());
        }
        let (node, inquiry, frame, mut body) =
            (&*this.node, this.inquiry, &mut *this.frame, this.body);
        let task_cx = &mut *cx;
        let stepped = catch_unwind(AssertUnwindSafe(move || {
            step(node, inquiry, task_cx, move |cx| match body.as_mut().as_pin_mut() {
                Some(body) => frame.enter_task(cx, |cx| body.poll(cx)),
                None => Poll::Pending,
            })
        }));
        let ended = match stepped {
            Ok(Step::Pending) => {
                node.set_waiting(waiting::take());
                if let Some(wish) = this.frame.take_wish() {
                    let group = node.own_group().as_group();
                    Alarm::set(this.alarm, wish, group.backend(), cx);
                }
                return Poll::Pending;
            }
            Ok(Step::Cut) => Ok(None),
            Ok(Step::Ready(outcome)) => Ok(Some(outcome)),
            Err(payload) => Err(payload),
        };
        this.frame.take_wish();
        self.end(ended);
        Poll::Ready(())
    }
}

impl<F, E, R> Child<F, E, R>
where
    F: Future<Output: Outcome<E, Value: Send + 'static>>,
    E: Send + 'static,
    R: Report<E>,
{
    /// Drops the body of a child that has ended, and tells how: with an outcome, cut, or in a panic.
    #[inline(never)]
    fn end(self: Pin<&mut Self>, ended: thread::Result<Option<F::Output>>) {
        let this = self.project();
        let ended = ended.and_then(|outcome| {
            catch_unwind(AssertUnwindSafe(|| match outcome.map(Outcome::into_result) {
                Some(Ok(value)) => End::Value(value),
                Some(Err(failure)) => End::Failed(failure),
                None => End::Cut,
            }))
        });
        let mut end = ended.unwrap_or_else(|payload| End::Panicked(Panic::new(payload)));
        let dropped = drop_body(this.body, |drop| this.frame.enter_shielded(drop));
        match dropped {
            Err(payload) if matches!(end, End::Panicked(_)) => drop_quietly(payload),
            Err(payload) => end = End::Panicked(Panic::new(payload)),
            Ok(()) => {}
        }
        finish(this.node, this.report, end);
    }
}

/// Tells the handle and then the group.
fn finish<T: Send + 'static, E: Send + 'static>(
    node: &Arc<Node>,
    report: &impl Report<E>,
    end: End<T, E>,
) {
    let Some(end) = report.claim(end) else { return };
    let counted = Counted(node);
    let group = node.own_group();
    match end {
        End::Value(value) => {
            let unwanted = node.put_result(Ok(value));
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(unwanted))) {
                group.take_panic(Panic::new(payload));
            }
        }
        End::Failed(failure) => {
            // The failure is in the list before anybody can learn that the child has ended.
            group.as_group().add_failure(failure);
            node.put_result::<T>(Err(TaskError::Failed));
            group.cancel_siblings();
        }
        End::Cut => {
            if node.is_cut_from_above() {
                group.set_cut();
            }
            if node.is_result_wanted() {
                node.put_result::<T>(Err(TaskError::Cancelled(Cancelled::new(node.reason()))));
            }
        }
        End::Panicked(first) => {
            // As with a failure: what comes after it is not the first.
            group.as_group().add_panic(first.clone());
            node.put_result::<T>(Err(TaskError::Panicked(first)));
            group.cancel(Reason::Failure);
        }
        End::Killed => {
            group.set_killed();
            node.put_result::<T>(Err(TaskError::Cancelled(Cancelled::new(Reason::Shutdown))));
            group.cancel(Reason::Shutdown);
        }
    }
    drop(counted);
}

/// Lets the count of the group fall, also if a destructor or waker of the user panics.
struct Counted<'a>(&'a Arc<Node>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let node = self.0;
        node.release();
        node.own_group().finish_child(node);
    }
}
