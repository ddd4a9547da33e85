//! The one queue under all primitives: something to be had, and who waits for it.
//!
//! A primitive says what can be asked for and what it has left ([`Supply`]); when whoever comes must
//! wait, is served, is passed over or passes on what it got is decided here.
//!
//! # Invariants
//!
//! - After every change the queue is settled: as long as the first waiter that is not cancelled can be
//!   served, what it asked for is set aside for it. So whoever comes later never takes what it waits
//!   for (law F1), and a release hands over directly (law L2).
//! - What is set aside is handed out once, when its waiter is polled, or put back once, when the
//!   waiter leaves; then the queue is settled again (laws P2, P4).
//! - To come, or to take what was set aside, changes nothing for those that wait. So the queue is not
//!   settled then, unless the first that waits is cancelled: those behind it need not wait until it
//!   goes.
//! - What was set aside is taken before a look whether the waiter is cut (law C1).
//! - Nothing of the user runs under the mutex: a supply only moves values. Wakers are called after it is
//!   released.

use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

use crate::deferred::{Deferred, let_go};
use crate::lock::lock;
use crate::sys::{Mutex, MutexGuard};
use crate::tree::Node;
use crate::wait_list::{Standing, WaitList};
use crate::waiting::Wait;
use crate::{budget, frame, leaf};

/// What there is to be had.
pub(crate) trait Supply: Sized {
    /// What can be asked for.
    type Ask: Copy;
    /// What whoever asked gets.
    type Taken;

    /// What a task that is in the queue waits for.
    const WAIT: Wait;

    /// Whether one that comes may serve those that wait.
    const GATHERS: bool = false;

    /// Whether nothing is left that anybody who waits could be served with.
    fn is_spent(&self) -> bool {
        false
    }

    /// Whether there is too little, whoever waits.
    fn lacks(&self, _ask: Self::Ask) -> bool {
        self.is_spent()
    }

    /// Notes what one that begins to wait asks for.
    fn expect(&mut self, _ask: Self::Ask) {}

    /// Answers without a look at the queue; what is always answered so need not be waited for.
    fn answer(&self, _ask: Self::Ask) -> Option<Self::Taken> {
        None
    }

    /// Sets aside what is asked for, unless there is too little. It may note something in the ask.
    fn set_aside(&mut self, ask: &mut Self::Ask) -> bool;

    /// Hands out what was set aside.
    fn hand_out(&mut self, ask: Self::Ask) -> Self::Taken;

    /// Takes back what was set aside and not handed out.
    fn put_back(&mut self, ask: Self::Ask);

    /// Serves the waiters as far as the supply goes.
    #[inline]
    fn settle(&mut self, waiters: &mut WaitList<Self::Ask>, deferred: &mut Deferred) {
        serve_in_order(self, waiters, deferred);
    }
}

#[inline]
pub(crate) fn serve_in_order<S: Supply>(
    supply: &mut S,
    waiters: &mut WaitList<S::Ask>,
    deferred: &mut Deferred,
) {
    while !supply.is_spent()
        && let Some(first) = waiters.first_eligible(deferred)
    {
        if !supply.set_aside(waiters.data_mut(first)) {
            return;
        }
        waiters.serve(first, deferred);
    }
}

/// A supply, and the queue before it.
pub(crate) struct Queued<S: Supply> {
    state: Mutex<State<S>>,
}

struct State<S: Supply> {
    supply: S,
    waiters: WaitList<S::Ask>,
}

impl<S: Supply + Default> Default for Queued<S> {
    fn default() -> Self {
        Self::new(S::default())
    }
}

impl<S: Supply> State<S> {
    #[inline]
    fn settle(&mut self, deferred: &mut Deferred) {
        self.supply.settle(&mut self.waiters, deferred);
    }

    #[inline]
    fn try_take(&mut self, mut ask: S::Ask) -> Option<S::Taken> {
        if let Some(answer) = self.supply.answer(ask) {
            return Some(answer);
        }
        if self.supply.lacks(ask) || self.waiters.has_eligible() {
            return None;
        }
        self.supply.set_aside(&mut ask).then(|| self.supply.hand_out(ask))
    }

    /// Whether those that wait may be held up by one that is cancelled, and has not gone yet.
    #[inline]
    fn is_held_up(&self) -> bool {
        !self.supply.is_spent() && self.waiters.is_first_cancelled()
    }

    /// Takes a waiter out that was served, with what was set aside for it, and with its scope.
    #[inline]
    fn take_served(&mut self, key: usize) -> Option<(S::Taken, Option<Arc<Node>>)> {
        let (ask, scope) = self.waiters.take_served(key)?;
        Some((self.supply.hand_out(ask), scope))
    }
}

impl<S: Supply> Queued<S> {
    pub(crate) const fn new(supply: S) -> Self {
        Self { state: Mutex::new(State { supply, waiters: WaitList::new() }) }
    }

    fn lock(&self) -> MutexGuard<'_, State<S>> {
        lock(&self.state)
    }

    /// Takes what is there and what nobody waits for.
    #[inline]
    pub(crate) fn try_take(&self, ask: S::Ask) -> Option<S::Taken> {
        self.lock().try_take(ask)
    }

    /// Changes the supply, and serves whom that helps.
    #[inline]
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state.supply);
        if state.waiters.has_waiting() {
            self.settle(state);
        }
        result
    }

    /// Changes the supply for those that wait now, if there are any.
    pub(crate) fn change_for_waiters(&self, change: impl FnOnce(&mut S)) {
        let mut state = self.lock();
        if state.waiters.has_waiting() {
            change(&mut state.supply);
            self.settle(state);
        }
    }

    #[inline(never)]
    fn settle(&self, mut state: MutexGuard<'_, State<S>>) {
        let mut deferred = Deferred::default();
        state.settle(&mut deferred);
        drop(state);
        deferred.run();
    }

    /// Looks at the supply, and at how many are in the queue.
    ///
    /// Those that were just served but not polled yet are counted.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&S, usize) -> R) -> R {
        let state = self.lock();
        look(&state.supply, state.waiters.len())
    }

    pub(crate) fn get_mut(&mut self) -> &mut S {
        &mut self.state.get_mut().unwrap_or_else(PoisonError::into_inner).supply
    }

    pub(crate) fn into_inner(self) -> S {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).supply
    }
}

/// A primitive with a queue.
pub(crate) trait Gate {
    type Supply: Supply;

    fn queued(&self) -> &Queued<Self::Supply>;
}

type Ask<G> = <<<G as Deref>::Target as Gate>::Supply as Supply>::Ask;
type Taken<G> = <<<G as Deref>::Target as Gate>::Supply as Supply>::Taken;

/// Asks a primitive, which is borrowed or shared: a place in its queue, or not yet one.
pub(crate) struct Asking<G: Deref<Target: Gate>> {
    /// Given away with what was asked for.
    gate: Option<G>,
    ask: Ask<G>,
    key: Option<usize>,
}

impl<G: Deref<Target: Gate>> Asking<G> {
    pub(crate) fn new(gate: G, ask: Ask<G>) -> Self {
        Self { gate: Some(gate), ask, key: None }
    }

    /// Says what is asked for, unless it stands in the queue already.
    pub(crate) fn ask_anew(&mut self, ask: impl FnOnce() -> Ask<G>) {
        if self.key.is_none() {
            self.ask = ask();
        }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.key.is_some()
    }

    /// Gives what is there and what nobody waits for; no checkpoint.
    pub(crate) fn try_now(&mut self) -> Option<(G, Taken<G>)> {
        let taken = self.gate.as_ref()?.queued().try_take(self.ask)?;
        self.leave();
        Some((self.gate.take()?, taken))
    }

    /// Gives what was asked for, once; and whom it was asked from.
    ///
    /// # Panics
    ///
    /// Panics if it is polled after that.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(G, Taken<G>)> {
        let taken = match (&self.gate, self.key) {
            (None, _) => answered_twice(),
            (Some(gate), None) => {
                ready!(leaf::poll_turn(cx));
                let mut state = gate.queued().lock();
                match state.try_take(self.ask) {
                    Some(taken) => taken,
                    None => match enter_queue(state, self.ask, cx) {
                        Ok(taken) => taken,
                        Err(key) => {
                            self.key = Some(key);
                            return Poll::Pending;
                        }
                    },
                }
            }
            (Some(gate), Some(key)) => match poll_in_queue(gate.queued(), key, cx) {
                Place::Kept => return Poll::Pending,
                Place::Served(taken) => {
                    self.key = None;
                    taken
                }
                Place::Lost => {
                    self.key = None;
                    // Also if a shield was raised at this moment: who has lost its place shows it.
                    ready!(leaf::poll_turn(cx));
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            },
        };
        budget::spend();
        Poll::Ready((self.gate.take().unwrap_or_else(|| answered_twice()), taken))
    }

    /// Leaves the queue, and passes on what was set aside.
    pub(crate) fn leave(&mut self) {
        let (Some(gate), Some(key)) = (&self.gate, self.key.take()) else { return };
        let mut deferred = Deferred::default();
        let mut state = gate.queued().lock();
        let (ask, standing) = state.waiters.remove(key, &mut deferred);
        if standing == Standing::Granted {
            state.supply.put_back(ask);
        }
        state.settle(&mut deferred);
        drop(state);
        deferred.run();
    }
}

/// What a look at a place in the queue has shown.
enum Place<T> {
    Kept,
    /// Given up, since it was cut.
    Lost,
    Served(T),
}

/// Takes a place in the queue, unless whoever comes is served by coming.
#[inline(never)]
fn enter_queue<S: Supply>(
    mut state: MutexGuard<'_, State<S>>,
    ask: S::Ask,
    cx: &Context<'_>,
) -> Result<S::Taken, usize> {
    state.supply.expect(ask);
    let key = state.waiters.push_back(ask, cx.waker());
    if S::GATHERS || state.is_held_up() {
        let mut deferred = Deferred::default();
        state.settle(&mut deferred);
        let served = state.take_served(key);
        drop(state);
        deferred.run();
        if let Some((taken, scope)) = served {
            let_go(scope);
            return Ok(taken);
        }
    } else {
        drop(state);
    }
    leaf::wait(cx.waker(), S::WAIT);
    Err(key)
}

#[inline]
fn poll_in_queue<S: Supply>(queued: &Queued<S>, key: usize, cx: &Context<'_>) -> Place<S::Taken> {
    let mut state = queued.lock();
    let Some((taken, scope)) = state.take_served(key) else { return wait_on(state, key, cx) };
    if state.is_held_up() {
        queued.settle(state);
    } else {
        drop(state);
    }
    let_go(scope);
    Place::Served(taken)
}

/// Looks after a waiter that was polled before it was served.
#[inline(never)]
fn wait_on<S: Supply>(
    mut state: MutexGuard<'_, State<S>>,
    key: usize,
    cx: &Context<'_>,
) -> Place<S::Taken> {
    let mut deferred = Deferred::default();
    let is_lost = frame::is_cancelled();
    if is_lost {
        state.waiters.remove(key, &mut deferred);
    } else {
        // It may have been passed over while its scope was cancelled.
        state.waiters.renew(key, cx.waker(), &mut deferred);
    }
    state.settle(&mut deferred);
    let served = if is_lost { None } else { state.take_served(key) };
    drop(state);
    deferred.run();
    if let Some((taken, scope)) = served {
        let_go(scope);
        return Place::Served(taken);
    }
    if is_lost {
        return Place::Lost;
    }
    leaf::wait(cx.waker(), S::WAIT);
    Place::Kept
}

impl<G: Deref<Target: Gate>> Debug for Asking<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("is_waiting", &self.key.is_some())
            .field("is_over", &self.gate.is_none())
            .finish()
    }
}

impl<G: Deref<Target: Gate>> Drop for Asking<G> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cold]
#[track_caller]
fn answered_twice() -> ! {
    panic!("a future was polled after it had given its result: call the operation again")
}
