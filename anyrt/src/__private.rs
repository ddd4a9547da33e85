//! What the attributes expand to.
//!
//! The macros follow the features of this crate; those of the crate that uses the attributes have
//! other names, or none.

use std::future::Future;
#[cfg(feature = "sim")]
use std::process::{ExitCode, Termination};

use crate::backend::AnyBackend;
use crate::detect::HINT;
use crate::run::run_on;

/// Runs a future on the backend of this name, which the caller knows to be enabled.
#[track_caller]
pub fn run_named<F: Future>(name: &str, future: F) -> F::Output {
    match name.parse::<AnyBackend>() {
        Ok(backend) => run_on(&backend, future),
        Err(error) => panic!("{error}"),
    }
}

/// Fails a test that would run nowhere.
#[track_caller]
pub fn no_backend_for_tests() -> ! {
    panic!("this test runs on no backend: {HINT}")
}

/// Runs a test in a simulation, under so many seeds.
#[cfg(feature = "sim")]
#[track_caller]
pub fn run_sim<F>(seeds: u64, mut test: impl FnMut() -> F)
where
    F: Future<Output: Termination>,
{
    anyrt_sim::Sim::explore(0..seeds, || {
        let test = test();
        async { assert!(test.await.report() == ExitCode::SUCCESS, "the test gave a failure") }
    });
}

/// Defines macros that keep their input, or drop it, as the features say.
macro_rules! conditional {
    ($d:tt $($name:ident: $cfg:meta;)*) => {$(
        #[cfg($cfg)]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $name {
            ($d($d tokens:tt)*) => { $d($d tokens)* };
        }

        #[cfg(not($cfg))]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $name {
            ($d($d tokens:tt)*) => {};
        }
    )*};
}

conditional! { $
    __private_if_tokio: feature = "tokio";
    __private_unless_tokio: not(feature = "tokio");
    __private_if_smol: feature = "smol";
    __private_unless_smol: not(feature = "smol");
    __private_if_async_std: feature = "async-std";
    __private_unless_async_std: not(feature = "async-std");
    __private_if_sim: feature = "sim";
    __private_unless_sim: not(feature = "sim");
    __private_if_no_backend: not(any(feature = "tokio", feature = "smol", feature = "async-std"));
}
