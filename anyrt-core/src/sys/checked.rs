//! What stands for std's primitives in a model.
//!
//! # Invariants
//!
//! - A mutex is made known to the checker when it is locked first, so that `new` is `const` here, too.
//!   It orders those who lock; the value lies in a mutex of std's, which nobody ever waits for.
//! - An atomic's first value counts as stored `SeqCst`. The checker takes such accesses for `AcqRel`
//!   ones, except that a load never skips a newer such store for an older one: so the first value must
//!   be one of them, or a load may go back to it, which no machine does.
//! - Each access of an atomic is preceded by one of a condition variable for which nobody waits. The
//!   checker remembers only the last access, and takes two loads for independent: of a load here, and a
//!   load and then a store there, it would not try the store before the first load. Two accesses of
//!   a condition variable always depend on each other.

use std::ops::{Deref, DerefMut};
use std::sync::{self, LockResult, OnceLock, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Mutex<T: ?Sized> {
    order: OnceLock<loom::sync::Mutex<()>>,
    value: sync::Mutex<T>,
}

/// The value is let go of before the order: fields are dropped from the top down.
pub(crate) struct MutexGuard<'a, T: ?Sized> {
    value: sync::MutexGuard<'a, T>,
    _order: loom::sync::MutexGuard<'a, ()>,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { order: OnceLock::new(), value: sync::Mutex::new(value) }
    }

    pub(crate) fn into_inner(self) -> LockResult<T> {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    #[track_caller]
    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let order = self.order.get_or_init(loom::sync::Mutex::default);
        let order = order.lock().unwrap_or_else(PoisonError::into_inner);
        let value = self.value.try_lock().expect("nobody waits for the value");
        Ok(MutexGuard { value, _order: order })
    }

    pub(crate) fn get_mut(&mut self) -> LockResult<&mut T> {
        self.value.get_mut()
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::Ordering;

    macro_rules! atomics {
        ($($name:ident: $value:ty,)*) => {$(
            #[derive(Debug)]
            pub(crate) struct $name {
                value: loom::sync::atomic::$name,
                accesses: loom::sync::Condvar,
            }

            impl $name {
                pub(crate) fn new(value: $value) -> Self {
                    let first = loom::sync::atomic::$name::new(value);
                    first.store(value, Ordering::SeqCst);
                    Self { value: first, accesses: loom::sync::Condvar::new() }
                }
            }

            impl Default for $name {
                fn default() -> Self {
                    Self::new(<$value>::default())
                }
            }

            impl std::ops::Deref for $name {
                type Target = loom::sync::atomic::$name;

                fn deref(&self) -> &Self::Target {
                    self.accesses.notify_one();
                    &self.value
                }
            }
        )*};
    }

    atomics! {
        AtomicBool: bool,
        AtomicU32: u32,
        AtomicUsize: usize,
    }
}

/// As std's, of which it takes the form with a `const` value.
macro_rules! model_local {
    ($($(#[$attr:meta])* $vis:vis static $name:ident: $type:ty = const { $value:expr };)*) => {
        loom::thread_local! {
            $($(#[$attr])* $vis static $name: $type = $value;)*
        }
    };
}

pub(crate) use model_local as thread_local;
