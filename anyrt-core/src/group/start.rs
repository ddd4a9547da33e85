//! `start`: the caller waits until a new child says that it is ready.
//!
//! Until then the child hangs under two nodes: the call, which hangs where it is awaited, and the
//! group. It is cancelled when either is. Saying `started` takes it off the call.
//!
//! # Invariants
//!
//! - Whose the child is, is decided under the lock of [`Stage`]: the caller's while it is starting,
//!   the group's after. A child that ends is reported to whose it is, and to nobody else (law R2).
//! - The group counts the child until the caller has taken its end, or has dropped the call: a
//!   failure that nobody has taken goes to the group, which is still open then (laws R4, R6).
//! - A child that is cancelled when it says `started` stays the caller's, who joins it. If a shield
//!   was raised since, the call moves the child when it is polled next.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::TaskGroup;
use super::child::{Child, End, Report};
use super::host::Host;
use super::limited::Permitted;
use crate::driver::Driver;
use crate::error::{Cancelled, Panic, Reason, StartError};
use crate::lock::lock;
use crate::outcome::Outcome;
use crate::seat::Seat;
use crate::sync::{AcquireOwned, OwnedPermit};
use crate::sys::Mutex;
use crate::tree::Node;
use crate::waiting::{self, Wait};

/// What a starting child says that it is ready with.
///
/// A child that ends without saying so, and has not failed, gives
/// [`NeverStarted`](StartError::NeverStarted) to its caller (law R3).
#[doc(alias = "TaskStatus")]
#[must_use = "the caller of start waits until `started` is called"]
pub struct Readiness<V, E> {
    call: Arc<Call<V, E>>,
}

impl<V: Send + 'static, E: Send + 'static> Readiness<V, E> {
    /// Lets the caller of `start` go on with this value.
    ///
    /// The child is the group's from now on (law R1). If the child is cancelled already, nothing moves: the caller joins the child.
    pub fn started(self, value: V) {
        let mut stage = lock(&self.call.stage);
        let unwanted = match &mut *stage {
            Stage::Starting(said) => {
                *said = Some(value);
                stage.move_on(&self.call.child);
                None
            }
            Stage::Ready(_) | Stage::Over(..) | Stage::Gone => Some(value),
        };
        drop(stage);
        self.call.child.refresh();
        self.call.node.wake();
        drop(unwanted);
    }
}

impl<V: Send + 'static, E: Send + 'static> crate::backend::Readiness<V> for Readiness<V, E> {
    fn started(self, value: V) {
        self.started(value);
    }
}

impl<V, E> Debug for Readiness<V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness").field("child", &self.call.child.as_task().id()).finish()
    }
}

/// What the call, the child and its readiness share.
struct Call<V, E> {
    /// The call itself, which holds the scopes of its task open.
    node: Arc<Node>,
    child: Arc<Node>,
    stage: Mutex<Stage<V, E>>,
}

enum Stage<V, E> {
    /// The child is the caller's; it may have said a value that could not move it.
    Starting(Option<V>),
    /// The child is the group's, and the caller has not taken the value yet.
    Ready(V),
    /// The child has ended as the caller's.
    Over(Option<V>, Ended<E>),
    /// The caller has taken what there was, or is gone.
    Gone,
}

enum Ended<E> {
    Normally,
    Failed(E),
    Cut(Reason),
    Panicked(Panic),
}

impl<V, E> Stage<V, E> {
    /// Gives a child that has said its value to the group, unless it is cancelled.
    fn move_on(&mut self, child: &Arc<Node>) {
        if let Self::Starting(said) = self
            && !child.is_effective()
            && let Some(value) = said.take()
        {
            child.leave_call();
            *self = Self::Ready(value);
        }
    }
}

/// How the child tells the call.
pub(super) struct ToCaller<V, E>(Arc<Call<V, E>>);

impl<V: Send + 'static, E: Send + 'static> Report<E> for ToCaller<V, E> {
    fn claim<T>(&self, end: End<T, E>) -> Option<End<T, E>> {
        let call = &self.0;
        let mut stage = lock(&call.stage);
        let Stage::Starting(said) = &mut *stage else { return Some(end) };
        let said = said.take();
        let (ended, value) = match end {
            End::Value(value) => (Ended::Normally, Some(value)),
            End::Failed(failure) => (Ended::Failed(failure), None),
            End::Cut => (Ended::Cut(call.child.reason()), None),
            End::Panicked(panic) => (Ended::Panicked(panic), None),
            End::Killed => {
                let group = call.child.own_group();
                group.set_killed();
                group.cancel(Reason::Shutdown);
                (Ended::Cut(Reason::Shutdown), None)
            }
        };
        *stage = Stage::Over(said, ended);
        drop(stage);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
            let panic = Ended::Panicked(Panic::new(payload));
            if let Stage::Over(_, ended) = &mut *lock(&call.stage) {
                *ended = panic;
            }
        }
        call.child.release();
        call.node.wake();
        None
    }
}

/// The future of [`TaskGroup::start`], and of other handles of groups.
///
/// # Panics
///
/// Resumes the panic of a child that was not ready yet.
///
/// # Cancel safety
///
/// **Safe.** When it is cancelled, a child that is not ready is cancelled and joined. When foreign code
/// drops it, such a child is cancelled, and the group waits for it and takes its failure (law R4). In a
/// limited group it loses its place in the queue, if it has not got its turn yet.
#[must_use = "a child is not started unless this is awaited"]
pub struct Start<D, E, M, F, V, G = TaskGroup<D, E>>
where
    E: Send + 'static,
{
    group: G,
    /// In a limited group: the wait for a place, before anything else.
    turn: Option<AcquireOwned>,
    place: &'static Location<'static>,
    make: Option<M>,
    seat: Option<Seat>,
    call: Option<Arc<Call<V, E>>>,
    /// Why the child was cut, once it was.
    cut: Option<Reason>,
    types: PhantomData<fn() -> (D, F)>,
}

// Nothing in it is ever pinned.
impl<D, E: Send + 'static, M, F, V, G> Unpin for Start<D, E, M, F, V, G> {}

impl<'env, D, E, M, F, V, G> Start<D, E, M, F, V, G>
where
    D: Driver,
    E: Send + 'static,
    M: FnOnce(Readiness<V, E>) -> F,
    F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    V: Send + 'static,
    G: Host<'env, D, E>,
{
    pub(crate) fn new(
        group: G,
        place: &'static Location<'static>,
        make: M,
        turn: Option<AcquireOwned>,
    ) -> Self {
        let (seat, call, cut) = (None, None, None);
        Self { group, turn, place, make: Some(make), seat, call, cut, types: PhantomData }
    }

    /// Starts the child, if the group takes it.
    fn begin(&mut self, make: M, permit: Option<OwnedPermit>) -> Result<(), StartError<E>> {
        let node = Node::call();
        let seat = self.seat.insert(Seat::new(node.clone()));
        seat.settle();
        let child = self.group.group().new_task(self.place);
        child.forsake_result();
        child.attach(Some(&node));
        let stage = Mutex::new(Stage::Starting(None));
        let call = Arc::new(Call { node, child: child.clone(), stage });
        let future = Permitted { future: make(Readiness { call: call.clone() }), _permit: permit };
        if !child.own_group().admit(&child) {
            return Err(StartError::Closed);
        }
        self.call = Some(call.clone());
        self.group.launch(Child::<_, E, _>::reporting(child, future, ToCaller(call)));
        Ok(())
    }
}

impl<D, E, M, F, V, G> Start<D, E, M, F, V, G>
where
    E: Send + 'static,
{
    /// Lets go of the scopes around the call.
    fn leave(&self) {
        if let Some(seat) = &self.seat {
            seat.node.release();
        }
    }

    /// Gives the result if there is one.
    fn look(&mut self, cx: &Context<'_>) -> Poll<Result<V, StartError<E>>> {
        let Some(call) = &self.call else { return Poll::Pending };
        let mut stage = lock(&call.stage);
        stage.move_on(&call.child);
        match std::mem::replace(&mut *stage, Stage::Gone) {
            starting @ Stage::Starting(_) => {
                *stage = starting;
                waiting::note(Wait::Start);
                return Poll::Pending;
            }
            Stage::Ready(value) => {
                drop(stage);
                call.child.refresh();
                return Poll::Ready(Ok(value));
            }
            Stage::Over(said, ended) => {
                drop(stage);
                call.child.own_group().finish_child(&call.child);
                let result = match ended {
                    Ended::Normally => said.ok_or(StartError::NeverStarted),
                    Ended::Failed(failure) => Err(StartError::Failed(failure)),
                    Ended::Panicked(panic) => panic.resume(),
                    Ended::Cut(reason) => {
                        self.cut = Some(reason);
                        return self.look_at_cut(cx);
                    }
                };
                return Poll::Ready(result);
            }
            Stage::Gone => {}
        }
        drop(stage);
        self.look_at_cut(cx)
    }

    /// Once the child is cut: the error, or the wait for the caller's scope that gives its own.
    fn look_at_cut(&self, cx: &Context<'_>) -> Poll<Result<V, StartError<E>>> {
        let (Some(call), Some(reason)) = (&self.call, &self.cut) else {
            panic!("a start was polled after it had given its result");
        };
        if !call.node.resolves() {
            call.node.park(cx.waker());
            return Poll::Pending;
        }
        Poll::Ready(Err(StartError::Cancelled(Cancelled::new(reason.clone()))))
    }
}

impl<'env, D, E, M, F, V, G> Future for Start<D, E, M, F, V, G>
where
    D: Driver,
    E: Send + 'static,
    M: FnOnce(Readiness<V, E>) -> F,
    F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    V: Send + 'static,
    G: Host<'env, D, E>,
{
    type Output = Result<V, StartError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let permit = match &mut this.turn {
            Some(turn) => Some(ready!(Pin::new(turn).poll(cx))),
            None => None,
        };
        this.turn = None;
        if let Some(make) = this.make.take()
            && let Err(error) = this.begin(make, permit)
        {
            this.leave();
            return Poll::Ready(Err(error));
        }
        if let Some(seat) = &mut this.seat {
            seat.settle();
            seat.node.mark_polled();
            seat.node.register(cx.waker());
        }
        let result = this.look(cx);
        if result.is_ready() {
            this.leave();
        }
        result
    }
}

impl<D, E, M, F, V, G> Drop for Start<D, E, M, F, V, G>
where
    E: Send + 'static,
{
    fn drop(&mut self) {
        if let Some(call) = &self.call {
            let stage = std::mem::replace(&mut *lock(&call.stage), Stage::Gone);
            match &stage {
                Stage::Starting(_) => {
                    call.child.leave_call();
                    call.child.refresh();
                    call.child.cancel(Reason::Dropped);
                }
                Stage::Over(..) | Stage::Ready(_) | Stage::Gone => {}
            }
            if let Stage::Over(_, ended) = stage {
                let group = call.child.own_group();
                match ended {
                    Ended::Failed(failure) => group.take_failure(failure),
                    Ended::Panicked(panic) => group.take_panic(panic),
                    Ended::Normally | Ended::Cut(_) => {}
                }
                group.finish_child(&call.child);
            }
        }
        self.leave();
    }
}

impl<D, E, M, F, V, G> Debug for Start<D, E, M, F, V, G>
where
    E: Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let child = self.call.as_ref().map(|call| call.child.as_task().id());
        f.debug_struct("Start").field("child", &child).field("is_cut", &self.cut.is_some()).finish()
    }
}
