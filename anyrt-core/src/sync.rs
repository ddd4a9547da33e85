//! Primitives for tasks that share something; the same on every backend.

mod rate_limiter;
mod semaphore;

pub use crate::error::TryAcquireError;
pub use rate_limiter::{RateAcquire, RateLimiter, RateLimiterStatistics};
pub use semaphore::{Acquire, AcquireOwned, OwnedPermit, Permit, Semaphore, SemaphoreStatistics};
