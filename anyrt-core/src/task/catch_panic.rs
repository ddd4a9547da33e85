//! A panic as a value.
//!
//! # Invariants
//!
//! - Whatever the future ends in, it is dropped before its result is given: after a panic nothing of it
//!   is left. Of two panics, as of its code and then of a destructor, the first one is given.
//! - Its destructors run where no cancellation reaches them, as those of a scope's body do.

use std::fmt::{self, Debug};
use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::Panic;
use crate::frame;
use crate::quiet::drop_quietly;
use crate::seat::drop_body;

pin_project! {
    /// The future of [`catch_panic`].
    ///
    /// # Errors
    ///
    /// The [`Panic`] of the future inside, once that has been dropped.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the future inside is.
    #[must_use = "nothing is run, and no panic caught, unless this is awaited"]
    pub struct CatchPanic<F> {
        #[pin]
        body: Option<F>,
    }
}

/// Runs a future, and gives its panic as a value.
///
/// Neither its group nor its siblings hear of a panic: whoever restarts what has crashed goes on. All
/// that the future had started has ended by then, as its groups see to that (law E12). The panic is still
/// reported by the panic hook. What the future shared with others may be left half done, unless its
/// destructors mend that.
///
/// # Panics
///
/// The future panics if it is polled after its end.
///
/// # Errors
///
/// The [`Panic`], with its message and payload.
///
/// # Cancel safety
///
/// **Safe** as far as the future is. A cancellation is no panic, and passes through.
pub fn catch_panic<F: IntoFuture>(future: F) -> CatchPanic<F::IntoFuture> {
    CatchPanic { body: Some(future.into_future()) }
}

impl<F: Future> Future for CatchPanic<F> {
    type Output = Result<F::Output, Panic>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut body = self.project().body;
        let Some(future) = body.as_mut().as_pin_mut() else {
            panic!("a caught future was polled after its end");
        };
        let result = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(payload) => Err(payload),
        };
        let dropped = drop_body(body, |drop| frame::shielded(drop));
        Poll::Ready(match (result, dropped) {
            (Ok(value), Ok(())) => Ok(value),
            (Ok(value), Err(payload)) => {
                drop_quietly(value);
                Err(Panic::new(payload))
            }
            (Err(payload), dropped) => {
                drop_quietly(dropped.err());
                Err(Panic::new(payload))
            }
        })
    }
}

impl<F> Debug for CatchPanic<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatchPanic").field("is_running", &self.body.is_some()).finish()
    }
}
