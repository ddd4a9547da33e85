//! N: which backend library code runs on, that names none.
//!
//! These laws are the facade's, so they need the crate `anyrt`, and its three backends by name. The
//! checks take a detector, so that each can be seen to fail on a broken one.

mod dead_tokio;
mod detect;
mod entered_tokio;
mod found;
mod more_features;
mod several;

use anyrt::AnyBackend;
use anyrt_core::Driver;

pub use self::detect::Detect;
use self::detect::Detector;
use crate::law::Law;
use crate::subject::Subject;

/// Gives the laws of detection.
///
/// They are checked for the backend whose name the driver has.
pub fn detection_laws() -> Vec<Law<Subject>> {
    detection_laws_of::<AnyBackend>()
}

/// Gives the laws of detection, for any detector.
///
/// The facade's own is that of [`detection_laws`].
pub fn detection_laws_of<D: Detect>() -> Vec<Law<Subject>> {
    vec![
        Law::new(
            "N1",
            "Library code works under `#[tokio::main]`, `smol::block_on`, `async_std::main` and \
             `anyrt::run_on`, unchanged.",
            |backend| found::n1(&Detector::of::<D>(), backend),
        ),
        Law::new(
            "N2",
            "No runtime and no fallback: `NoRuntime`, which names the features.",
            |backend| found::n2(&Detector::of::<D>(), Driver::name(backend)),
        ),
        Law::new(
            "N3",
            "An explicit choice wins over the ambient one, and nested choices nest.",
            |backend| found::n3(&Detector::of::<D>(), Driver::name(backend)),
        ),
        Law::new(
            "N4",
            "Two runtimes in one process, used from both at once, do not mix.",
            |backend| several::n4(&Detector::of::<D>(), Driver::name(backend)),
        ),
        Law::new(
            "N5",
            "Inside a runtime whose feature is on, or after an explicit choice, enabling one more \
             backend feature changes nothing.",
            |backend| more_features::n5(&Detector::of::<D>(), Driver::name(backend)),
        ),
        Law::new(
            "N6",
            "tokio's context entered around foreign code (spawn_blocking, an enter guard, \
             async-compat, smol polled there, async-std with `tokio1`): the documented backend \
             answers, each case pinned.",
            |backend| entered_tokio::n6(&Detector::of::<D>(), Driver::name(backend)),
        ),
        Law::new(
            "N7",
            "A tokio that is shut down, or has no timers, gives a panic that names the remedy.",
            |backend| dead_tokio::n7(&Detector::of::<D>(), Driver::name(backend)),
        ),
    ]
}
