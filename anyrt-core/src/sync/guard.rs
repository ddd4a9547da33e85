//! What all guards are: a way to the data, shown as the data.

/// Implements what a guard does with the value that `value` and `value_mut` give.
macro_rules! guard {
    ($guard:ident<$($life:lifetime,)? T>) => {
        impl<$($life,)? T> std::ops::Deref for $guard<$($life,)? T> {
            type Target = T;

            fn deref(&self) -> &T {
                self.value()
            }
        }

        impl<$($life,)? T: std::fmt::Debug> std::fmt::Debug for $guard<$($life,)? T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.value(), f)
            }
        }

        impl<$($life,)? T: std::fmt::Display> std::fmt::Display for $guard<$($life,)? T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self.value(), f)
            }
        }

        // Nobody is given a pinned reference to the data.
        impl<$($life,)? T> Unpin for $guard<$($life,)? T> {}
    };
    (mut $guard:ident<$($life:lifetime,)? T>) => {
        guard!($guard<$($life,)? T>);

        impl<$($life,)? T> std::ops::DerefMut for $guard<$($life,)? T> {
            fn deref_mut(&mut self) -> &mut T {
                self.value_mut()
            }
        }
    };
}

pub(crate) use guard;
