//! Primitives for tasks that share something; the same on every backend.

mod semaphore;

pub use crate::error::TryAcquireError;
pub use semaphore::{Acquire, AcquireOwned, OwnedPermit, Permit, Semaphore, SemaphoreStatistics};
