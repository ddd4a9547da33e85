//! A group whose children may fail without an end to the others.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::{RunGroup, TaskGroup};
use crate::driver::{Ambient, Driver};
use crate::error::GroupError;
use crate::outcome::Outcome;

/// What a supervisor's body gave, and which children failed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervised<T, E> {
    /// The value of the body.
    pub value: T,
    /// The failures of the children, in completion order (law E2).
    pub failures: Vec<E>,
}

pin_project! {
    /// The future of `supervise`.
    ///
    /// It is a group in which a child's failure cancels nobody.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended. A panic
    /// cancels the others, here too.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** If it is dropped, its children are cancelled at once, and adopted by the nearest
    /// enclosing group (laws X1, X2).
    #[must_use = "a supervisor does nothing unless it is awaited"]
    pub struct Supervise<D, E, B, F, V> {
        #[pin]
        group: RunGroup<D, E, B, F, V>,
    }
}

impl<D, E, B, F, V> Supervise<D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    B: FnOnce(TaskGroup<D, E>) -> F,
    F: Future<Output: Outcome<E, Value = V>>,
{
    /// Makes a supervisor on `driver`; `body` is called at the first poll.
    #[track_caller]
    pub fn on(driver: D, body: B) -> Self {
        Self { group: RunGroup::on(driver, body).supervised() }
    }

    /// Makes a supervisor on the backend that polls it first.
    #[track_caller]
    pub fn ambient(body: B) -> Self
    where
        D: Ambient,
    {
        Self { group: RunGroup::ambient(body).supervised() }
    }
}

impl<D, E, B, F, V> Future for Supervise<D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    B: FnOnce(TaskGroup<D, E>) -> F,
    F: Future<Output: Outcome<E, Value = V>>,
{
    type Output = Result<Supervised<V, E>, GroupError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let value = ready!(this.group.as_mut().poll(cx))?;
        let failures = this.group.as_mut().take_failures();
        Poll::Ready(Ok(Supervised { value, failures }))
    }
}

impl<D, E, B, F, V> Debug for Supervise<D, E, B, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Supervise").field(&self.group).finish()
    }
}
