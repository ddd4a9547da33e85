//! A panic, on its way to whom it concerns.

use std::any::Any;
use std::fmt::{self, Debug, Display};
use std::sync::Arc;

use crate::lock::lock;
use crate::quiet::drop_quietly;
use crate::sys::Mutex;

/// A panic as a value.
///
/// It is shared by the handle of the child that panicked and its group, or given by `catch_panic`.
#[derive(Clone)]
pub struct Panic {
    message: Arc<str>,
    payload: Arc<Payload>,
}

/// What a panic carries, until it is resumed.
struct Payload(Mutex<Option<Box<dyn Any + Send>>>);

impl Drop for Payload {
    fn drop(&mut self) {
        drop_quietly(self.take());
    }
}

impl Payload {
    fn take(&self) -> Option<Box<dyn Any + Send>> {
        lock(&self.0).take()
    }
}

impl Panic {
    /// Wraps what `catch_unwind` gave.
    pub fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = if let Some(text) = payload.downcast_ref::<&str>() {
            (*text).into()
        } else if let Some(text) = payload.downcast_ref::<String>() {
            text.as_str().into()
        } else {
            "(a payload that is no text)".into()
        };
        Self { message, payload: Arc::new(Payload(Mutex::new(Some(payload)))) }
    }

    /// Gives the panic's message, if it was a text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Looks at the payload.
    ///
    /// It is gone once the group has resumed the panic.
    ///
    /// While it is looked at, others see none.
    pub fn with_payload<R>(&self, look: impl FnOnce(Option<&(dyn Any + Send)>) -> R) -> R {
        // Not under the lock, since `look` is foreign code.
        let payload = self.payload.take();
        let result = look(payload.as_deref());
        if payload.is_some() {
            *lock(&self.payload.0) = payload;
        }
        result
    }

    /// Continues the panic on this thread.
    ///
    /// It carries its payload, if that is still there.
    pub fn resume(self) -> ! {
        let payload = self.payload.take();
        std::panic::resume_unwind(payload.unwrap_or_else(|| Box::new(self.message.to_string())))
    }
}

impl Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.message).finish()
    }
}

impl Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

impl std::error::Error for Panic {}
