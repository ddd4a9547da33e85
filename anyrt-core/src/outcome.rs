//! What a child or a body may end in: `()`, `Result<T, E>` or `!`.

/// How a body or a child of a group with failures of type `E` may end.
///
/// It is implemented for `()`, for `Result<T, E>` and for `!`, the type of a future that never ends
/// (`async { loop { .. } }`).
#[diagnostic::on_unimplemented(
    message = "a body or child of a group with failures of type `{E}` cannot end in `{Self}`",
    label = "ends in `{Self}`",
    note = "it may end in `()`, in `Result<T, {E}>`, or never (`!`); to give a value, end in `Ok(value)`",
    note = "what can fail in a group is in its type: `TaskGroup<E>`; in a `TaskGroup` alone nothing can"
)]
pub trait Outcome<E> {
    /// What it gives when it succeeds.
    type Value;

    /// Turns it into success or failure.
    ///
    /// # Errors
    ///
    /// The failure, if it is one.
    fn into_result(self) -> Result<Self::Value, E>;
}

impl<E> Outcome<E> for () {
    type Value = ();

    fn into_result(self) -> Result<(), E> {
        Ok(())
    }
}

impl<T, E> Outcome<E> for Result<T, E> {
    type Value = T;

    fn into_result(self) -> Result<T, E> {
        self
    }
}

/// Names the return type of a function, and so `!` on stable Rust.
pub trait Returns {
    /// The return type.
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

/// The type `!`.
type Never = <fn() -> ! as Returns>::Output;

// Its name is of no help to anybody.
#[diagnostic::do_not_recommend]
impl<E> Outcome<E> for Never {
    type Value = Never;

    fn into_result(self) -> Result<Never, E> {
        self
    }
}
