//! What travels between its owner and the blocking threads, one call at a time.
//!
//! # Invariants
//!
//! - It is here, or away in one call that has begun, which brings it back with an answer. Nothing else
//!   touches it meanwhile, and no call is begun while one is out.
//! - A call that has begun belongs to the owner, and not to whoever waits for it: if a wait is cut or
//!   dropped, the next one finds the answer.
//! - A call that has not begun belongs to whoever asked for it, and is forgotten when somebody asks for
//!   something else: what was cut before it began does nothing.
//! - A call that panicked has lost it, and whoever asks afterwards is told so.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::blocking::RunBlocking;
use crate::driver::Driver;
use crate::lock::lock;
use crate::source::Source;
use crate::sys::Mutex;

type Job<A> = Box<dyn FnOnce() -> A + Send>;
type Call<D, A> = RunBlocking<D, Job<A>, A>;

/// `S` travels, on errands that are told apart by `E`, each with an answer.
pub(crate) struct Shuttle<D, S, E, A> {
    source: Source<D>,
    passenger: Arc<Mutex<Option<S>>>,
    errand: Option<(E, Call<D, A>)>,
}

// Nothing in it is ever pinned.
impl<D, S, E, A> Unpin for Shuttle<D, S, E, A> {}

impl<D, S, E, A> Shuttle<D, S, E, A> {
    pub(crate) fn new(source: Source<D>, passenger: S) -> Self {
        Self { source, passenger: Arc::new(Mutex::new(Some(passenger))), errand: None }
    }

    /// What travels, if it is here.
    pub(crate) fn into_inner(self) -> Option<S> {
        lock(&self.passenger).take()
    }

    /// Changes what travels, if it is here.
    pub(crate) fn change(&self, change: impl FnOnce(&mut S)) {
        lock(&self.passenger).as_mut().map(change);
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.errand.is_none()
    }
}

impl<D: Driver, S: Send + 'static, E, A: Send + 'static> Shuttle<D, S, E, A> {
    /// Sends it on an errand, which begins when it is waited for; there must be none.
    pub(crate) fn send(&mut self, errand: E, call: impl FnOnce(&mut S) -> A + Send + 'static) {
        let there = self.passenger.clone();
        let job: Job<A> = Box::new(move || {
            let passenger = lock(&there).take();
            let Some(mut passenger) = passenger else {
                unreachable!("who sends it has seen that it is here")
            };
            let answer = call(&mut passenger);
            *lock(&there) = Some(passenger);
            answer
        });
        self.errand = Some((errand, RunBlocking::from_source(self.source.clone(), job)));
    }

    /// Waits until it is here, and gives the errand that it comes from; none if it was here.
    ///
    /// An errand that has not begun is kept only if it is `own`.
    pub(crate) fn poll_back(
        &mut self,
        cx: &mut Context<'_>,
        own: impl FnOnce(&E) -> bool,
    ) -> Poll<io::Result<Option<(E, A)>>> {
        let stale = self.errand.take_if(|(errand, call)| !call.has_begun() && !own(errand));
        drop(stale);
        // If the call panics, so does this, and the errand is over.
        let Some((errand, mut call)) = self.errand.take() else {
            let is_here = lock(&self.passenger).is_some();
            let lost = || io::Error::other("it was lost in a call that panicked: open it anew");
            return Poll::Ready(if is_here { Ok(None) } else { Err(lost()) });
        };
        match Pin::new(&mut call).poll(cx) {
            Poll::Pending => {
                self.errand = Some((errand, call));
                Poll::Pending
            }
            Poll::Ready(answer) => Poll::Ready(Ok(Some((errand, answer)))),
        }
    }
}
