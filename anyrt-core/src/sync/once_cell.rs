//! A value that is made once, by an async initialiser.
//!
//! # Invariants
//!
//! - Who may initialise holds the turn, and there is one turn. It goes to the next in the queue when the
//!   initialiser fails, panics or is dropped; when it succeeds, all that wait are told.
//! - The value is set while the turn is held, and before `is_set` is.

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::future::{Future, poll_fn};
use std::sync::OnceLock;

use super::queued::{Asking, Gate, Queued, Supply};
use crate::error::SetError;
use crate::leaf;
use crate::waiting::Wait;

/// A value that is made once, when it is first asked for.
///
/// It needs no runtime and fits into a `static`. If the initialiser fails, panics or is cancelled,
/// the next that waits initialises with its own (laws F1, P4).
///
/// An initialiser that asks for the value of its own cell waits for ever.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::OnceCell;
///
/// static CONFIG: OnceCell<String> = OnceCell::new();
///
/// async fn load() -> Result<String, std::io::Error> {
///     Ok("loaded".to_owned())
/// }
///
/// # futures_executor::block_on(async {
/// assert_eq!(CONFIG.get(), None);
/// let config = CONFIG.get_or_try_init(load).await.unwrap();
/// assert_eq!(config, "loaded");
/// assert!(CONFIG.set("other".to_owned()).is_err());
/// # });
/// ```
#[doc(alias = "Lazy")]
pub struct OnceCell<T> {
    value: OnceLock<T>,
    queued: Queued<Progress>,
}

pub(crate) struct Progress {
    is_busy: bool,
    is_set: bool,
}

/// What one that waited is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Look,
    Initialise,
}

impl Supply for Progress {
    type Ask = ();
    type Taken = Turn;

    const WAIT: Wait = Wait::Value;

    fn set_aside(&mut self, (): &mut ()) -> bool {
        self.is_set || !std::mem::replace(&mut self.is_busy, true)
    }

    fn hand_out(&mut self, (): ()) -> Turn {
        if self.is_set { Turn::Look } else { Turn::Initialise }
    }

    fn put_back(&mut self, (): ()) {
        self.is_busy = false;
    }
}

impl<T> Gate for OnceCell<T> {
    type Supply = Progress;

    fn queued(&self) -> &Queued<Progress> {
        &self.queued
    }
}

/// The right to initialise; passes on when dropped.
struct Initialising<'a, T>(&'a OnceCell<T>);

impl<'a, T> Initialising<'a, T> {
    fn finish(self, value: T) -> &'a T {
        let value = self.0.value.get_or_init(|| value);
        self.0.queued.change(|progress| progress.is_set = true);
        value
    }
}

impl<T> Drop for Initialising<'_, T> {
    fn drop(&mut self) {
        self.0.queued.change(|progress| progress.is_busy = false);
    }
}

impl<T> OnceCell<T> {
    /// Makes a cell without a value.
    pub const fn new() -> Self {
        let queued = Queued::new(Progress { is_busy: false, is_set: false });
        Self { value: OnceLock::new(), queued }
    }

    /// Gives the value, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Gives the value, if there is one; nobody else has the cell.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Gives the value by value, if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Sets the value, if there is none and nobody is about to make it.
    ///
    /// Those that wait get it (law P4).
    ///
    /// # Errors
    ///
    /// [`SetError`] with the value given back.
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.queued.try_take(()) {
            None => Err(SetError::Initialising(value)),
            Some(Turn::Look) => Err(SetError::AlreadySet(value)),
            Some(Turn::Initialise) => {
                Initialising(self).finish(value);
                Ok(())
            }
        }
    }

    /// Gives the value, and makes it with `init` if there is none.
    ///
    /// Of several callers one makes it, and the others wait. It is a checkpoint also if there is a
    /// value (law C1).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped; what `init` has done is dropped with it, and the
    /// next that waits makes the value.
    pub async fn get_or_init<F, Fut>(&self, init: F) -> &T
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        let init = move || async move { Ok::<_, Infallible>(init().await) };
        match self.get_or_try_init(init).await {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// Gives the value, and makes it with `init` if there is none.
    ///
    /// Of several callers one makes it, and the others wait.
    ///
    /// # Errors
    ///
    /// That of `init`. The next that waits makes the value then.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped; what `init` has done is dropped with it, and the
    /// next that waits makes the value.
    pub async fn get_or_try_init<E, F, Fut>(&self, init: F) -> Result<&T, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        if let Some(value) = self.get() {
            leaf::checkpoint().await;
            return Ok(value);
        }
        let mut asking = Asking::new(self, ());
        let (_, turn) = poll_fn(|cx| asking.poll(cx)).await;
        match turn {
            Turn::Look => Ok(self.get().unwrap_or_else(|| unreachable!("it was set before"))),
            Turn::Initialise => {
                let initialising = Initialising(self);
                let value = init().await?;
                Ok(initialising.finish(value))
            }
        }
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> OnceCellStatistics {
        self.queued.look(|progress, waiting| OnceCellStatistics {
            is_set: progress.is_set,
            is_initialising: progress.is_busy,
            waiting,
        })
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        let queued = Queued::new(Progress { is_busy: false, is_set: true });
        Self { value: OnceLock::from(value), queued }
    }
}

impl<T: Debug> Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OnceCellStatistics { is_initialising, waiting, .. } = self.statistics();
        f.debug_struct("OnceCell")
            .field("value", &self.get())
            .field("is_initialising", &is_initialising)
            .field("waiting", &waiting)
            .finish()
    }
}

/// What a cell tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnceCellStatistics {
    /// Whether there is a value.
    pub is_set: bool,
    /// Whether somebody makes the value, or was told to.
    pub is_initialising: bool,
    /// Those that wait for the value, or for the turn to make it.
    ///
    /// One that was told to make it but not polled yet is among them (law P2).
    pub waiting: usize,
}
