//! Primitives for tasks that share something; the same on every backend.

mod barrier;
mod capacity_limiter;
mod condvar;
mod event;
mod guard;
mod mutex;
mod once_cell;
mod queued;
mod rate_limiter;
mod resource_guard;
mod rw_lock;
mod semaphore;

pub use crate::error::{
    AlreadyBorrowing, BusyResource, SetError, TryAcquireError, TryBorrowError, TryLockError,
};
pub use barrier::{Barrier, BarrierStatistics, BarrierWait, BarrierWaitOwned, BarrierWaitResult};
pub use capacity_limiter::{
    AcquireToken, AcquireTokenOwned, Borrower, CapacityLimiter, CapacityLimiterStatistics,
    OwnedToken, Token,
};
pub use condvar::{Condvar, CondvarStatistics, CondvarWait};
pub use event::{Event, EventStatistics, EventWait, EventWaitOwned};
pub use mutex::{Lock, LockOwned, Mutex, MutexGuard, MutexStatistics, OwnedMutexGuard, Relock};
pub use once_cell::{OnceCell, OnceCellStatistics};
pub use rate_limiter::{RateAcquire, RateLimiter, RateLimiterStatistics};
pub use resource_guard::{OwnedResourceUse, ResourceGuard, ResourceUse};
pub use rw_lock::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockRead, RwLockReadGuard,
    RwLockReadOwned, RwLockStatistics, RwLockWrite, RwLockWriteGuard, RwLockWriteOwned,
};
pub use semaphore::{Acquire, AcquireOwned, OwnedPermit, Permit, Semaphore, SemaphoreStatistics};
