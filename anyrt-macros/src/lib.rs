//! The attributes `#[anyrt::main]` and `#[anyrt::test]`; use them through `anyrt`.
#![forbid(unsafe_code)]

mod args;
mod function;
mod main_attribute;
mod test_args;
mod test_attribute;

use proc_macro::TokenStream;

/// Runs an async function as the program.
///
/// Without a name it is [`anyrt::run`], which takes its backend from the environment variable
/// `ANYRT_BACKEND`, or else the first that is enabled of tokio, smol and async-std. With a name,
/// `#[anyrt::main(smol)]`, it is that backend; its feature must be enabled in `anyrt`. The names
/// are `tokio`, `smol` and `async_std`.
///
/// The function may return whatever `main` may. `#[anyrt::main(crate = ::path::to::anyrt)]` says
/// where `anyrt` is, if it has another name.
///
/// # Panics
///
/// The program panics if no backend is enabled, or if `ANYRT_BACKEND` names none.
///
/// # Examples
///
/// ```
/// #[anyrt::main(tokio)]
/// async fn main() -> std::io::Result<()> {
///     assert_eq!(anyrt::AnyBackend::current().map(|backend| backend.name()), Ok("tokio"));
///     Ok(())
/// }
/// ```
///
/// [`anyrt::run`]: https://docs.rs/anyrt/latest/anyrt/fn.run.html
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    main_attribute::expand(args.into(), item.into()).into()
}

/// Runs an async function as a test, once on every backend.
///
/// The backends are those whose features are enabled in `anyrt`. Each run is a test of its own:
/// `name::tokio`, `name::smol` and `name::async_std`, in a module that has the name of the
/// function. Without a backend the test fails, and says which features there are.
///
/// With `#[anyrt::test(sim)]` it runs in a simulation, too, as `name::sim`: virtual time, and an order
/// that comes from a seed. `#[anyrt::test(sim, seeds = 100)]` runs the seeds 0 to 99, and stops at the
/// first that fails, with the line that runs it again; if the environment variable `ANYRT_SIM_SEED`
/// is set, that seed runs and no other. It needs the feature `sim` of `anyrt`.
///
/// The function may return whatever a test may; `#[should_panic]` and `#[ignore]` work.
/// `#[anyrt::test(crate = ::path::to::anyrt)]` says where `anyrt` is, if it has another name.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// #[anyrt::test]
/// async fn time_goes_on() {
///     let before = anyrt::now();
///     anyrt::sleep(Duration::from_millis(1)).await;
///     assert!(anyrt::now() > before);
/// }
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    test_attribute::expand(args.into(), item.into()).into()
}
