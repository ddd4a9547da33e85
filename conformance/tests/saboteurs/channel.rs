//! Channels that lose, keep or end wrongly.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use anyrt_core::Backend;
use anyrt_core::channel::ChannelStatistics;
use anyrt_core::error::{Closed, ReserveError, SendError, TryRecvError, TrySendError};
use futures_core::Stream;

use super::tools::{give_way, lock};
use super::{Fault, Sabotaged};

/// Tells whether it is called in a cancelled scope.
type IsCancelled = Box<dyn Fn() -> bool + Send + Sync>;

/// What both ends know.
struct Shared {
    is_cancelled: IsCancelled,
    /// One clone was closed.
    is_one_closed: AtomicBool,
    /// The last sender is gone.
    has_ended: AtomicBool,
}

/// Held by each sender; the last one that goes notes the end.
struct Token(Arc<Shared>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.has_ended.store(true, Ordering::SeqCst);
    }
}

pub(super) fn wrap<B: Backend, S, R>(
    backend: &Sabotaged<B>,
    (sender, receiver): (S, R),
) -> (Sender<S>, Receiver<R>) {
    let (fault, good) = (backend.fault, backend.good.clone());
    let shared = Arc::new(Shared {
        is_cancelled: Box::new(move || good.is_cancelled()),
        is_one_closed: AtomicBool::new(false),
        has_ended: AtomicBool::new(false),
    });
    let token = Mutex::new(Some(Arc::new(Token(shared.clone()))));
    (
        Sender { good: sender, fault, shared: shared.clone(), token },
        Receiver { good: receiver, fault, shared, is_clone: false },
    )
}

pub(crate) struct Sender<S> {
    good: S,
    fault: Fault,
    shared: Arc<Shared>,
    token: Mutex<Option<Arc<Token>>>,
}

impl<S: Clone> Clone for Sender<S> {
    fn clone(&self) -> Self {
        Self {
            good: self.good.clone(),
            fault: self.fault,
            shared: self.shared.clone(),
            token: Mutex::new(lock(&self.token).clone()),
        }
    }
}

/// A place, or where the fault is, only a sender.
pub(crate) enum Permit<T: Send + 'static, S: anyrt_core::Sender<T>> {
    Holding(Option<S::Permit>, Fault),
    Nothing(S),
}

impl<T: Send + 'static, S: anyrt_core::Sender<T>> anyrt_core::SendPermit<T> for Permit<T, S> {
    fn send(mut self, item: T) -> Result<(), SendError<T>> {
        match &mut self {
            Self::Holding(permit, _) => match permit.take() {
                Some(permit) => permit.send(item),
                None => Err(SendError(item)),
            },
            Self::Nothing(sender) => {
                sender.try_send(item).map_err(|refused| SendError(refused.into_inner()))
            }
        }
    }
}

impl<T: Send + 'static, S: anyrt_core::Sender<T>> Drop for Permit<T, S> {
    fn drop(&mut self) {
        if let Self::Holding(permit, Fault::PermitKeepsItsPlace) = self {
            std::mem::forget(permit.take());
        }
    }
}

impl<T: Send + 'static, S: anyrt_core::Sender<T>> anyrt_core::Sender<T> for Sender<S> {
    type Permit = Permit<T, S>;

    async fn reserve(&self) -> Result<Permit<T, S>, ReserveError> {
        let permit = self.good.reserve().await?;
        if self.fault == Fault::PermitHoldsNothing {
            return Ok(Permit::Nothing(self.good.clone()));
        }
        Ok(Permit::Holding(Some(permit), self.fault))
    }

    fn statistics(&self) -> ChannelStatistics {
        self.good.statistics()
    }

    async fn send(&self, item: T) -> Result<(), SendError<T>> {
        match self.fault {
            Fault::CloseClosesClones if self.shared.is_one_closed.load(Ordering::SeqCst) => {
                Err(SendError(item))
            }
            Fault::CancelledSends | Fault::NobodyYields => match self.good.try_send(item) {
                Ok(()) => Ok(()),
                Err(refused) => self.good.send(refused.into_inner()).await,
            },
            Fault::SendToNobodyIsFine => self.good.send(item).await.or(Ok(())),
            _ => self.good.send(item).await,
        }
    }

    fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.good.try_send(item)
    }

    fn close(&self) {
        if self.fault == Fault::CancelledCloses && (self.shared.is_cancelled)() {
            return;
        }
        lock(&self.token).take();
        self.shared.is_one_closed.store(true, Ordering::SeqCst);
        self.good.close();
    }
}

pub(crate) struct Receiver<R> {
    good: R,
    fault: Fault,
    shared: Arc<Shared>,
    is_clone: bool,
}

impl<R: Clone> Clone for Receiver<R> {
    fn clone(&self) -> Self {
        let (good, shared) = (self.good.clone(), self.shared.clone());
        Self { good, fault: self.fault, shared, is_clone: true }
    }
}

impl<R: Stream + Unpin> Stream for Receiver<R> {
    type Item = R::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R::Item>> {
        match Pin::new(&mut self.good).poll_next(cx) {
            Poll::Ready(None) if self.fault == Fault::StreamNeverEnds => Poll::Pending,
            poll => poll,
        }
    }
}

impl<T: Send + 'static, R: anyrt_core::Receiver<T>> anyrt_core::Receiver<T> for Receiver<R> {
    fn statistics(&self) -> ChannelStatistics {
        let mut statistics = self.good.statistics();
        if self.fault == Fault::ReceiverSeesNoSends {
            statistics.waiting_senders = 0;
        }
        statistics
    }

    async fn recv(&self) -> Result<T, Closed> {
        match self.fault {
            Fault::CloseClosesClones if self.shared.is_one_closed.load(Ordering::SeqCst) => {
                Err(Closed)
            }
            Fault::CloseDropsItems if self.shared.has_ended.load(Ordering::SeqCst) => Err(Closed),
            Fault::NobodyYields => match self.good.try_recv() {
                Ok(item) => Ok(item),
                Err(_) => self.good.recv().await,
            },
            Fault::RecvEager => {
                let item = self.good.recv().await;
                give_way().await;
                item
            }
            Fault::CloneLosesItems if self.is_clone => {
                drop(self.good.recv().await?);
                self.good.recv().await
            }
            _ => self.good.recv().await,
        }
    }

    fn try_recv(&self) -> Result<T, TryRecvError> {
        self.good.try_recv()
    }

    fn close(&self) {
        if self.fault == Fault::CancelledCloses && (self.shared.is_cancelled)() {
            return;
        }
        self.shared.is_one_closed.store(true, Ordering::SeqCst);
        self.good.close();
    }
}
