//! The backend of the code that is being polled: its group's, or that of what brings one along.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use super::read;
use crate::driver::ErasedBackend;
use crate::sys::thread_local;

thread_local! {
    /// The backend where no group is at hand: of a scope that none encloses, or of a blocking call.
    static BACKEND: RefCell<ManuallyDrop<Option<ErasedBackend>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

/// Calls `f` with the backend of the enclosing frame.
///
/// It gives `None` if the engine is not at work on this thread.
///
/// This is how a facade finds the backend that the calling code runs on. `f` must not poll or
/// drop a future.
pub fn with_backend<R>(f: impl FnOnce(&ErasedBackend) -> R) -> Option<R> {
    read(|frame| match &frame.home {
        Some(home) => Some(f(home.own_group().as_group().backend())),
        None => BACKEND.try_with(|backend| backend.borrow().as_ref().map(f)).ok().flatten(),
    })
    .flatten()
}

/// Runs `f`, a blocking call, which knows its backend and polls nothing.
pub(crate) fn enter_thread<R>(backend: ErasedBackend, f: impl FnOnce() -> R) -> R {
    let mut backend = Some(backend);
    let _back = SwappedBackend::swap(&mut backend);
    f()
}

/// A backend that is moved back when dropped.
struct SwappedBackend<'a>(&'a mut Option<ErasedBackend>);

impl<'a> SwappedBackend<'a> {
    fn swap(backend: &'a mut Option<ErasedBackend>) -> Self {
        exchange(backend);
        Self(backend)
    }
}

impl Drop for SwappedBackend<'_> {
    fn drop(&mut self) {
        exchange(self.0);
    }
}

pub(super) fn exchange(backend: &mut Option<ErasedBackend>) {
    let _ = BACKEND.try_with(|current| std::mem::swap(&mut **current.borrow_mut(), backend));
}
