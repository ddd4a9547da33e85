//! A guard for what only one task at a time may use.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::BusyResource;

/// Refuses a second user of a resource, rather than let it wait.
///
/// It is for what makes no sense to be used by two tasks at once, such as the reading half of a
/// stream: the second one has a fault, and a lock would only hide it. It fits into a `static`.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::ResourceGuard;
///
/// static READING: ResourceGuard = ResourceGuard::new("reading from the stream");
///
/// let reading = READING.enter().unwrap();
/// let error = READING.enter().unwrap_err();
/// assert!(error.to_string().contains("reading from the stream"));
/// drop(reading);
/// assert!(READING.enter().is_ok());
/// ```
pub struct ResourceGuard {
    action: &'static str,
    is_used: AtomicBool,
}

impl ResourceGuard {
    /// Makes a guard for a resource that one task at a time may use.
    ///
    /// `action` says what that does, as in "reading from the stream".
    pub const fn new(action: &'static str) -> Self {
        Self { action, is_used: AtomicBool::new(false) }
    }

    /// Begins to use the resource, until what this gives is dropped (law L5).
    ///
    /// # Errors
    ///
    /// [`BusyResource`] if somebody uses it.
    pub fn enter(&self) -> Result<ResourceUse<'_>, BusyResource> {
        self.begin()?;
        Ok(ResourceUse { guard: self })
    }

    /// Begins to use the resource, and keeps the guard alive.
    ///
    /// # Errors
    ///
    /// [`BusyResource`] if somebody uses it.
    pub fn enter_owned(self: Arc<Self>) -> Result<OwnedResourceUse, BusyResource> {
        self.begin()?;
        Ok(OwnedResourceUse { guard: self })
    }

    fn begin(&self) -> Result<(), BusyResource> {
        let was_used = self.is_used.swap(true, Ordering::Acquire);
        if was_used { Err(BusyResource::new(self.action)) } else { Ok(()) }
    }

    fn end(&self) {
        self.is_used.store(false, Ordering::Release);
    }

    /// Tells whether somebody uses the resource.
    pub fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }
}

impl Debug for ResourceGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceGuard")
            .field("action", &self.action)
            .field("is_used", &self.is_used())
            .finish()
    }
}

/// The use of a resource; ends when dropped (law L5).
#[derive(Debug)]
#[must_use = "a use that is not held ends at once"]
pub struct ResourceUse<'a> {
    guard: &'a ResourceGuard,
}

impl Drop for ResourceUse<'_> {
    fn drop(&mut self) {
        self.guard.end();
    }
}

/// The use of a resource whose guard it keeps alive.
///
/// It ends when dropped (law L5).
#[derive(Debug)]
#[must_use = "a use that is not held ends at once"]
pub struct OwnedResourceUse {
    guard: Arc<ResourceGuard>,
}

impl Drop for OwnedResourceUse {
    fn drop(&mut self) {
        self.guard.end();
    }
}
