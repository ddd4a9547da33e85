//! The future of a group: the body, then the join, then the exit.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::TaskGroup;
use super::deadline::GroupDeadline;
use super::part::GroupPart;
use crate::alarm::Alarm;
use crate::driver::{Ambient, Driver};
use crate::error::{Cancelled, Failures, GroupError, Panic, Reason};
use crate::frame::{self, Frame};
use crate::outcome::Outcome;
use crate::seat::{Seat, drop_body};
use crate::source::Source;
use crate::step::{Step, step};
use crate::trace;
use crate::tree::{Inquiry, Node};
use crate::waiting::{self, Wait};

pin_project! {
    /// The future of `task_group`: it ends after its body and every child.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** If it is dropped, its children are cancelled at once, and adopted by the nearest
    /// enclosing group (laws X1, X2).
    // The value is a parameter: as `<F::Output as Outcome<E>>::Value` it would make a child that
    // awaits a group whose failures have a lifetime "not general enough" to be `Send`.
    #[must_use = "a task group does nothing unless it is awaited"]
    pub struct RunGroup<D, E, B, F, V> {
        source: Source<D>,
        is_root: bool,
        is_supervisor: bool,
        place: &'static Location<'static>,
        make: Option<B>,
        live: Option<Live>,
        value: Option<V>,
        types: PhantomData<fn() -> E>,
        #[pin]
        body: Option<F>,
    }

    impl<D, E, B, F, V> PinnedDrop for RunGroup<D, E, B, F, V> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let Some(live) = this.live else { return };
            let node = live.seat.node.clone();
            if !live.phase.is_over() {
                node.cancel(Reason::Dropped);
                if let Err(payload) = drop_body(this.body, |drop| live.frame.enter_shielded(drop)) {
                    node.as_group().add_panic(Panic::new(payload));
                }
                node.release();
                node.abandon();
            } else {
                node.release();
            }
        }
    }
}

/// Calls what makes the body of a group, with the group.
///
/// It is a closure, or what adds something to one.
pub trait MakeBody<D, E, F> {
    /// Makes the body.
    fn make(self, group: TaskGroup<D, E>) -> F;
}

impl<D, E, F, B: FnOnce(TaskGroup<D, E>) -> F> MakeBody<D, E, F> for B {
    fn make(self, group: TaskGroup<D, E>) -> F {
        self(group)
    }
}

/// What a group has from its first poll on.
struct Live {
    seat: Seat,
    frame: Frame,
    inquiry: Inquiry,
    alarm: Option<Box<Alarm>>,
    deadline: GroupDeadline,
    phase: Phase,
}

#[derive(Clone, Copy)]
enum Phase {
    Body,
    Joining,
    /// All tasks have ended; what is left may be to wait for an outer scope to drop it.
    Over,
}

impl Phase {
    fn is_over(self) -> bool {
        matches!(self, Self::Over)
    }
}

impl<D, E, B, F, V> RunGroup<D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    F: Future<Output: Outcome<E, Value = V>>,
{
    #[track_caller]
    fn new(source: Source<D>, make: Option<B>, body: Option<F>) -> Self {
        let is_root = make.is_none();
        Self {
            source,
            is_root,
            is_supervisor: false,
            place: Location::caller(),
            make,
            live: None,
            value: None,
            types: PhantomData,
            body,
        }
    }

    /// Makes a group whose body `make` makes.
    #[track_caller]
    pub(crate) fn making(source: Source<D>, make: B) -> Self {
        Self::new(source, Some(make), None)
    }

    /// Has the failures of children kept, and nobody cancelled by them.
    pub(super) fn supervised(mut self) -> Self {
        self.is_supervisor = true;
        self
    }

    /// Takes the failures that a supervisor has kept.
    pub(super) fn take_failures(self: Pin<&mut Self>) -> Vec<E> {
        match self.project().live {
            Some(live) => live.seat.node.as_group().take_failures(),
            None => Vec::new(),
        }
    }

    /// Makes the outermost group of a program, which has a body from the start.
    #[track_caller]
    pub(super) fn root(source: Source<D>, body: F) -> Self {
        Self::new(source, None, Some(body))
    }
}

impl<D, E, B, F, V> RunGroup<D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    B: FnOnce(TaskGroup<D, E>) -> F,
    F: Future<Output: Outcome<E, Value = V>>,
{
    /// Makes a group on `driver`; `body` is called at the first poll.
    #[track_caller]
    pub fn on(driver: D, body: B) -> Self {
        Self::new(Source::Given(driver), Some(body), None)
    }

    /// Makes a group on the backend that polls it first.
    ///
    /// `body` is called then.
    #[track_caller]
    pub fn ambient(body: B) -> Self
    where
        D: Ambient,
    {
        Self::new(Source::ambient(), Some(body), None)
    }
}

impl Live {
    fn begin(part: GroupPart, is_root: bool) -> Self {
        let node = if is_root { Node::root(part) } else { Node::group(part) };
        Self {
            frame: Frame::new(node.clone()),
            seat: Seat::new(node),
            inquiry: Inquiry::default(),
            alarm: None,
            deadline: GroupDeadline::default(),
            phase: Phase::Body,
        }
    }

    /// Polls the body; ready when it is over, with its value if it gave one.
    fn poll_body<E, F>(
        &mut self,
        cx: &mut Context<'_>,
        mut body: Pin<&mut Option<F>>,
        mut make: impl FnMut() -> Option<F>,
    ) -> Poll<Option<<F::Output as Outcome<E>>::Value>>
    where
        E: Send + 'static,
        F: Future<Output: Outcome<E>>,
    {
        let node = self.seat.node.clone();
        let frame = &mut self.frame;
        let mut panicked = None;
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            let step = step(&node, &mut self.inquiry, cx, |cx| {
                frame.enter(cx, |cx| {
                    if let Some(made) = make() {
                        body.set(Some(made));
                    }
                    match body.as_mut().as_pin_mut() {
                        Some(body) => body.poll(cx),
                        None => Poll::Pending,
                    }
                })
            });
            match step {
                Step::Pending => None,
                Step::Cut => {
                    node.set_cut();
                    Some(None)
                }
                Step::Ready(outcome) => Some(match outcome.into_result() {
                    Ok(value) => Some(value),
                    Err(failure) => {
                        node.take_failure(failure);
                        node.cancel(Reason::Failure);
                        None
                    }
                }),
            }
        }));
        let wish = frame.take_wish_of_body();
        let value = match stepped {
            Ok(None) => {
                node.set_waiting(waiting::take());
                waiting::note(Wait::Group);
                if let Some(wish) = wish {
                    Alarm::set(&mut self.alarm, wish, node.as_group().backend(), cx);
                }
                self.deadline.heed_change(&node, &mut self.alarm, cx);
                return Poll::Pending;
            }
            Ok(Some(value)) => value,
            Err(payload) => {
                panicked = Some(payload);
                None
            }
        };
        let dropped = drop_body(body, |drop| frame.enter_shielded(drop));
        if let Some(payload) = panicked.or(dropped.err()) {
            node.as_group().add_panic(Panic::new(payload));
            node.cancel(Reason::Failure);
        }
        self.phase = Phase::Joining;
        Poll::Ready(value)
    }

    fn poll_join(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let node = &self.seat.node;
        node.mark_polled();
        node.register(cx.waker());
        if !node.is_joined() {
            waiting::note(Wait::Group);
            self.deadline.heed_change(node, &mut self.alarm, cx);
            return Poll::Pending;
        }
        self.phase = Phase::Over;
        Poll::Ready(())
    }

    /// Panic, then failures, then a visible cancellation, then the value (laws E2, E5-E8).
    fn poll_exit<E, T>(
        &mut self,
        cx: &mut Context<'_>,
        value: &mut Option<T>,
    ) -> Poll<Result<T, GroupError<E>>>
    where
        E: Send + 'static,
    {
        let node = &self.seat.node;
        let part = node.as_group();
        if let Some(panic) = part.take_panic() {
            node.release();
            panic.resume();
        }
        let is_void = node.was_killed() || (node.was_cut() && !node.is_called());
        let is_kept = part.is_supervisor() && value.is_some() && !is_void;
        if !is_kept && let Some(failures) = Failures::new(part.take_failures()) {
            node.release();
            return Poll::Ready(Err(GroupError::Failed(failures)));
        }
        if node.was_cut() && !node.resolves() {
            node.park(cx.waker());
            return Poll::Pending;
        }
        node.release();
        Poll::Ready(match value.take() {
            Some(value) if !is_void => Ok(value),
            _ => {
                node.set_caught();
                Err(GroupError::Cancelled(Cancelled::new(node.reason())))
            }
        })
    }
}

impl<D, E, B, F, V> Future for RunGroup<D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    B: MakeBody<D, E, F>,
    F: Future<Output: Outcome<E, Value = V>>,
{
    type Output = Result<V, GroupError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let live = match this.live {
            Some(live) => live,
            None => {
                if *this.is_root {
                    frame::refuse_nested_run();
                }
                let part = GroupPart::new(this.source.erase(), *this.is_supervisor, this.place);
                let live = this.live.insert(Live::begin(part, *this.is_root));
                if *this.is_root {
                    trace::open(&live.seat.node, None);
                }
                if *this.is_root || !frame::has_group() {
                    live.seat.node.list_outermost();
                }
                live
            }
        };
        live.seat.node.refuse_late_poll(live.phase.is_over());
        if !*this.is_root {
            live.seat.settle();
            live.seat.node.tie_to_enclosing();
            live.deadline.heed(&live.seat.node, &mut live.alarm, cx);
        }
        if matches!(live.phase, Phase::Body) {
            let node = live.seat.node.clone();
            let make = this.make;
            *this.value = ready!(live.poll_body::<E, F>(cx, this.body, || {
                let make = make.take()?;
                Some(make.make(TaskGroup::new(node.clone())))
            }));
        }
        if matches!(live.phase, Phase::Joining) {
            ready!(live.poll_join(cx));
        }
        live.poll_exit(cx, this.value)
    }
}

impl<D, E, B, F, V> Debug for RunGroup<D, E, B, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.live.as_ref().map(|live| Arc::clone(&live.seat.node));
        f.debug_struct("RunGroup")
            .field("node", &node)
            .field("has_body", &self.body.is_some())
            .finish()
    }
}
