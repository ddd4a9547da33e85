//! A limit on how many do something at once, by who does it.
//!
//! # Invariants
//!
//! - `borrowers` are those that hold a token and those for which one is set aside: never more than
//!   `total` when a token is given, each once (law L7).
//! - If the total falls below what is lent, nobody gets a token until enough have come back.

mod borrower;
mod token;

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::queued::{Asking, Gate, Queued, Supply};
use crate::error::{AlreadyBorrowing, TryBorrowError};
use crate::waiting::Wait;

pub use borrower::Borrower;
pub use token::{OwnedToken, Token};

/// A limit on how many do something at once: one token for each.
///
/// The borrower is the task that asks, or whoever it asks for: so a task that holds a token and asks
/// for another one is told so, where a semaphore would let it wait for itself. The limit can be changed
/// at any time. It never lends more than it has (law L7), and serves in order (law F1). It needs no
/// runtime and fits into a `static`.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::{Borrower, CapacityLimiter};
///
/// static DOWNLOADS: CapacityLimiter = CapacityLimiter::new(1);
///
/// # futures_executor::block_on(async {
/// let (ann, ben) = (Borrower::new(), Borrower::new());
/// let token = DOWNLOADS.acquire_on_behalf_of(ann).await.unwrap();
/// assert!(DOWNLOADS.acquire_on_behalf_of(ann).await.is_err());
/// assert!(DOWNLOADS.try_acquire_on_behalf_of(ben).is_err());
/// DOWNLOADS.set_total(2);
/// let other = DOWNLOADS.try_acquire_on_behalf_of(ben).unwrap();
/// assert_eq!(DOWNLOADS.borrowed(), 2);
/// # });
/// ```
pub struct CapacityLimiter {
    queued: Queued<Tokens>,
}

pub(crate) struct Tokens {
    total: usize,
    borrowers: BTreeSet<Borrower>,
}

#[derive(Clone, Copy)]
pub(crate) struct Ask {
    borrower: Borrower,
    /// The borrower got a token by another way while this one waited.
    is_refused: bool,
}

impl Ask {
    fn of(borrower: Borrower) -> Self {
        Self { borrower, is_refused: false }
    }
}

impl Tokens {
    fn give_back(&mut self, borrower: Borrower) {
        self.borrowers.remove(&borrower);
    }
}

impl Supply for Tokens {
    type Ask = Ask;
    type Taken = Result<Borrower, AlreadyBorrowing>;

    const WAIT: Wait = Wait::Token;

    fn answer(&self, ask: Ask) -> Option<Self::Taken> {
        let has_one = self.borrowers.contains(&ask.borrower);
        has_one.then(|| Err(AlreadyBorrowing::new(ask.borrower)))
    }

    fn set_aside(&mut self, ask: &mut Ask) -> bool {
        ask.is_refused = self.borrowers.contains(&ask.borrower);
        if !ask.is_refused {
            if self.borrowers.len() >= self.total {
                return false;
            }
            self.borrowers.insert(ask.borrower);
        }
        true
    }

    fn hand_out(&mut self, ask: Ask) -> Self::Taken {
        if ask.is_refused { Err(AlreadyBorrowing::new(ask.borrower)) } else { Ok(ask.borrower) }
    }

    fn put_back(&mut self, ask: Ask) {
        if !ask.is_refused {
            self.give_back(ask.borrower);
        }
    }
}

impl Gate for CapacityLimiter {
    type Supply = Tokens;

    fn queued(&self) -> &Queued<Tokens> {
        &self.queued
    }
}

impl CapacityLimiter {
    /// The total of a limiter that does not limit.
    pub const UNLIMITED: usize = usize::MAX;

    /// Makes a limiter with so many tokens; with none, everybody waits.
    pub const fn new(total: usize) -> Self {
        Self { queued: Queued::new(Tokens { total, borrowers: BTreeSet::new() }) }
    }

    /// Waits for a token for the task that polls this.
    ///
    /// Outside anyrt's tasks, each call is a borrower of its own.
    ///
    /// # Errors
    ///
    /// [`AlreadyBorrowing`] if the task has a token (law L7).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire(&self) -> AcquireToken<'_> {
        AcquireToken { asking: self.ask(None), borrower: None }
    }

    /// Waits for a token for `borrower`.
    ///
    /// # Errors
    ///
    /// [`AlreadyBorrowing`] if it has one already, also if it got that while this waited (law L7).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_on_behalf_of(&self, borrower: impl Into<Borrower>) -> AcquireToken<'_> {
        let borrower = Some(borrower.into());
        AcquireToken { asking: self.ask(borrower), borrower }
    }

    /// Waits for a token for the task that polls this.
    ///
    /// The token keeps the limiter alive.
    ///
    /// # Errors
    ///
    /// [`AlreadyBorrowing`] if the task has a token (law L7).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_owned(self: Arc<Self>) -> AcquireTokenOwned {
        AcquireTokenOwned { asking: Asking::new(self, Ask::of(Borrower::nobody())), borrower: None }
    }

    /// Waits for a token for `borrower`, which keeps the limiter alive.
    ///
    /// # Errors
    ///
    /// [`AlreadyBorrowing`] if it has one already (law L7).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_on_behalf_of_owned(
        self: Arc<Self>,
        borrower: impl Into<Borrower>,
    ) -> AcquireTokenOwned {
        let borrower = borrower.into();
        AcquireTokenOwned { asking: Asking::new(self, Ask::of(borrower)), borrower: Some(borrower) }
    }

    fn ask(&self, borrower: Option<Borrower>) -> Asking<&Self> {
        Asking::new(self, Ask::of(borrower.unwrap_or(Borrower::nobody())))
    }

    /// Takes a token for this task if one is free and nobody waits for it.
    ///
    /// # Errors
    ///
    /// [`TryBorrowError`] if there is none, or the task has one (law L7).
    #[doc(alias = "acquire_nowait")]
    pub fn try_acquire(&self) -> Result<Token<'_>, TryBorrowError> {
        self.try_acquire_on_behalf_of(Borrower::current())
    }

    /// Takes a token for `borrower` if one is free and nobody waits for it.
    ///
    /// # Errors
    ///
    /// [`TryBorrowError`] if there is none, or the borrower has one (law L7).
    #[doc(alias = "acquire_on_behalf_of_nowait")]
    pub fn try_acquire_on_behalf_of(
        &self,
        borrower: impl Into<Borrower>,
    ) -> Result<Token<'_>, TryBorrowError> {
        Ok(Token::new(self, self.try_take(borrower.into())?))
    }

    /// Takes a token for `borrower`, which keeps the limiter alive.
    ///
    /// It takes one that is free and that nobody waits for.
    ///
    /// # Errors
    ///
    /// [`TryBorrowError`] if there is none, or the borrower has one (law L7).
    pub fn try_acquire_on_behalf_of_owned(
        self: Arc<Self>,
        borrower: impl Into<Borrower>,
    ) -> Result<OwnedToken, TryBorrowError> {
        let borrower = self.try_take(borrower.into())?;
        Ok(OwnedToken::new(self, borrower))
    }

    fn try_take(&self, borrower: Borrower) -> Result<Borrower, TryBorrowError> {
        Ok(self.queued.try_take(Ask::of(borrower)).ok_or(TryBorrowError::NoToken)??)
    }

    /// Changes how many tokens there are.
    ///
    /// If there are more, those that wait get them, in order. If there are fewer than are lent, that
    /// many have to come back before the next one is served (law L7).
    #[doc(alias = "total_tokens")]
    pub fn set_total(&self, total: usize) {
        self.queued.change(|tokens| tokens.total = total);
    }

    /// Tells how many tokens there are, those that are lent among them.
    pub fn total(&self) -> usize {
        self.queued.look(|tokens, _| tokens.total)
    }

    /// Counts the tokens that are lent or promised.
    #[doc(alias = "borrowed_tokens")]
    pub fn borrowed(&self) -> usize {
        self.queued.look(|tokens, _| tokens.borrowers.len())
    }

    /// Counts the tokens that nobody has and nobody was promised.
    #[doc(alias = "available_tokens")]
    pub fn available(&self) -> usize {
        self.queued.look(|tokens, _| tokens.total.saturating_sub(tokens.borrowers.len()))
    }

    /// Gives numbers and borrowers for monitoring.
    pub fn statistics(&self) -> CapacityLimiterStatistics {
        self.queued.look(|tokens, waiting| CapacityLimiterStatistics {
            total: tokens.total,
            borrowers: tokens.borrowers.iter().copied().collect(),
            waiting,
        })
    }

    fn give_back(&self, borrower: Borrower) {
        self.queued.change(|tokens| tokens.give_back(borrower));
    }
}

impl Debug for CapacityLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CapacityLimiterStatistics { total, borrowers, waiting } = self.statistics();
        f.debug_struct("CapacityLimiter")
            .field("total", &total)
            .field("borrowers", &borrowers)
            .field("waiting", &waiting)
            .finish()
    }
}

/// What a limiter tells about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapacityLimiterStatistics {
    /// All tokens, those that are lent among them.
    pub total: usize,
    /// Who has a token, or was promised one, each once (law L7).
    pub borrowers: Vec<Borrower>,
    /// The waiters.
    ///
    /// Those that were just served but not polled yet are among them.
    pub waiting: usize,
}

/// The future of [`CapacityLimiter::acquire`].
///
/// And of [`CapacityLimiter::acquire_on_behalf_of`]. Waiters are served in the order in which they
/// came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[derive(Debug)]
#[must_use = "a token is not taken unless this is awaited"]
pub struct AcquireToken<'a> {
    asking: Asking<&'a CapacityLimiter>,
    /// The task that polls, if nobody is named.
    borrower: Option<Borrower>,
}

impl<'a> Future for AcquireToken<'a> {
    type Output = Result<Token<'a>, AlreadyBorrowing>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let borrower = self.borrower;
        self.asking.ask_anew(|| Ask::of(borrower.unwrap_or_else(Borrower::current)));
        let polled = self.asking.poll(cx);
        polled.map(|(limiter, taken)| taken.map(|borrower| Token::new(limiter, borrower)))
    }
}

/// The future of [`CapacityLimiter::acquire_owned`].
///
/// And of [`CapacityLimiter::acquire_on_behalf_of_owned`]. Waiters are served in the order in which
/// they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[derive(Debug)]
#[must_use = "a token is not taken unless this is awaited"]
pub struct AcquireTokenOwned {
    asking: Asking<Arc<CapacityLimiter>>,
    /// The task that polls, if nobody is named.
    borrower: Option<Borrower>,
}

impl Future for AcquireTokenOwned {
    type Output = Result<OwnedToken, AlreadyBorrowing>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let borrower = self.borrower;
        self.asking.ask_anew(|| Ask::of(borrower.unwrap_or_else(Borrower::current)));
        let polled = self.asking.poll(cx);
        polled.map(|(limiter, taken)| taken.map(|borrower| OwnedToken::new(limiter, borrower)))
    }
}
