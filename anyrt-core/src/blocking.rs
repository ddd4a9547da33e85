//! Blocking calls, off the async threads: how many at once, abandoned or not, and cancelled how.
//!
//! # Invariants
//!
//! - A closure begins only with a token of its limiter, and the token goes with it: it comes back when
//!   the closure has returned, whoever waits for that (law T2).
//! - A call that was cut before it began has no token and runs nothing.

mod call;
mod inside;
mod portal;
mod wait;

use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use crate::driver::{Ambient, Driver};
use crate::source::Source;
use crate::sync::{AcquireTokenOwned, Borrower, CapacityLimiter, OwnedToken};
use crate::waiting::{self, Wait};
use crate::{budget, leaf};

use call::{Call, NeverRan};

pub(crate) use inside::Following;
pub use inside::{checkpoint, is_cancelled};
pub use portal::{Portal, PortalError, portal};
pub use wait::block_on;

/// How many blocking calls run at once, unless their limiter is changed.
pub const DEFAULT_LIMIT: usize = 40;

/// Gives the limiter of all backends that have none of their own.
pub(crate) fn shared_limiter() -> Arc<CapacityLimiter> {
    static SHARED: OnceLock<Arc<CapacityLimiter>> = OnceLock::new();
    SHARED.get_or_init(|| Arc::new(CapacityLimiter::new(DEFAULT_LIMIT))).clone()
}

/// Runs a blocking closure on another thread, and gives its value.
///
/// The thread is one of the backend's pool. The call takes a token of a limiter first:
/// [`Driver::blocking_limiter`], unless [`with_limiter`](Self::with_limiter) names another one. While
/// there is none it waits, in order (law F1), and can be cut.
///
/// A call that has begun is not abandoned: it holds the cancelled scopes around it open until
/// the closure returns, and its value is delivered (law T1). [`abandonable`](Self::abandonable)
/// changes that. The closure can ask whether it is cancelled: [`is_cancelled`] (law T3).
///
/// # Panics
///
/// Resumes the panic of the closure. Panics if the runtime is shut down before it runs the closure.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: the closure runs to its end and its value is dropped.
#[must_use = "a blocking call does nothing unless it is awaited"]
pub struct RunBlocking<D, F, T> {
    source: Source<D>,
    limiter: Option<Arc<CapacityLimiter>>,
    is_abandonable: bool,
    closure: Option<F>,
    /// The place in the limiter's queue.
    token: Option<AcquireTokenOwned>,
    call: Option<Call<T>>,
}

impl<D: Driver, F, T> RunBlocking<D, F, T> {
    /// Runs `f` on the threads of `driver`.
    pub fn on(driver: D, f: F) -> Self {
        Self::from_source(Source::Given(driver), f)
    }
}

impl<D: Ambient, F, T> RunBlocking<D, F, T> {
    /// Runs `f` on the threads of the backend that polls it first.
    pub fn ambient(f: F) -> Self {
        Self::from_source(Source::ambient(), f)
    }
}

impl<D, F, T> RunBlocking<D, F, T> {
    pub(crate) fn from_source(source: Source<D>, f: F) -> Self {
        Self {
            source,
            limiter: None,
            is_abandonable: false,
            closure: Some(f),
            token: None,
            call: None,
        }
    }

    /// Whether the closure has been handed to a thread.
    pub(crate) fn has_begun(&self) -> bool {
        self.closure.is_none()
    }

    /// Takes the call's token from `limiter`, instead of the backend's own.
    ///
    /// Calls that wait for each other, such as those whose closures make calls in turn, need limiters
    /// of their own: with one for all of them, the outer ones may have all tokens.
    pub fn with_limiter(self, limiter: Arc<CapacityLimiter>) -> Self {
        Self { limiter: Some(limiter), ..self }
    }

    /// Has a cancelled call return at once, while its closure runs on.
    ///
    /// The value is dropped when the closure returns, a panic only reported by the panic hook. Until
    /// then the closure has its token, so that abandoned calls cannot fill the pool (law T2), and sees
    /// that it is [cancelled](is_cancelled). Nobody waits for it, not even the end of the program.
    #[doc(alias = "abandon_on_cancel")]
    pub fn abandonable(self) -> Self {
        Self { is_abandonable: true, ..self }
    }
}

// Nothing in it is ever pinned.
impl<D, F, T> Unpin for RunBlocking<D, F, T> {}

impl<D: Driver, F, T> RunBlocking<D, F, T> {
    /// Waits for a token, as a checkpoint.
    fn poll_token(&mut self, cx: &mut Context<'_>) -> Poll<OwnedToken> {
        let has_waited = self.token.is_some();
        let token = match &mut self.token {
            Some(token) => token,
            empty => {
                let limiter = self.limiter.clone();
                let limiter = limiter.unwrap_or_else(|| self.source.with(D::blocking_limiter));
                empty.insert(limiter.acquire_on_behalf_of_owned(Borrower::new()))
            }
        };
        let token = ready!(Pin::new(token).poll(cx));
        self.token = None;
        let Ok(token) = token else { unreachable!("each call is a borrower of its own") };
        // Who was served but not polled since, and was cancelled meanwhile, has not begun (law P1).
        if has_waited && leaf::is_cut(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(token)
    }
}

impl<D, F, T> Future for RunBlocking<D, F, T>
where
    D: Driver,
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if this.call.is_none() && this.closure.is_some() {
            let token = ready!(this.poll_token(cx));
            // Not under the look at the frame, in which the call takes its place.
            let driver = this.source.with(D::clone);
            let closure = this.closure.take();
            let is_abandonable = this.is_abandonable;
            this.call = closure.map(|closure| Call::begin(&driver, closure, token, is_abandonable));
        }
        let Some(call) = &mut this.call else {
            panic!("a blocking call was polled after it had given its value");
        };
        let polled = call.poll(cx);
        if polled.is_pending() {
            waiting::note(Wait::Blocking);
        }
        let result = ready!(polled);
        this.call = None;
        budget::spend();
        match result {
            Ok(value) => Poll::Ready(value),
            Err(payload) if payload.is::<NeverRan>() => panic!(
                "the runtime was shut down before it ran the blocking call: keep it until all that \
                 uses it has ended"
            ),
            Err(payload) => resume_unwind(payload),
        }
    }
}

impl<D, F, T> Debug for RunBlocking<D, F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunBlocking")
            .field("has_begun", &self.call.is_some())
            .field("waits_for_a_token", &self.token.is_some())
            .field("is_abandonable", &self.is_abandonable)
            .finish()
    }
}
