//! Signals of the system, as a stream.
//!
//! # Examples
//!
//! A server that runs until it is told to end:
//!
//! ```
//! use anyrt::signal::{Signal, signals};
//!
//! # fn main() -> std::io::Result<()> {
//! anyrt::run(async {
//!     let mut stop = signals([Signal::Interrupt, Signal::Terminate])?;
//! #   std::process::Command::new("kill").arg(std::process::id().to_string()).status()?;
//!     let serving = anyrt::sleep_forever();
//!     let served = anyrt::move_on_when(stop.recv(), serving).await;
//!     assert_eq!(served, None);
//!     Ok(())
//! })
//! # }
//! ```

use std::io;

use anyrt_core::signal::SignalListener;
use anyrt_core::{Driver, SignalDriver};

use crate::backend::{AnyBackend, Choice};
use crate::detect::current_for_io;

#[doc(inline)]
pub use anyrt_core::signal::{Signal, Signals};

impl SignalDriver for AnyBackend {
    fn raw_signal(&self, signal: Signal) -> io::Result<Box<dyn SignalListener>> {
        match &self.0 {
            Choice::Tokio(driver) => driver.raw_signal(signal),
            Choice::Smol(driver) => driver.raw_signal(signal),
            Choice::AsyncStd(driver) => driver.raw_signal(signal),
            Choice::Sim(driver) => driver.raw_signal(signal),
            Choice::Other(driver) => {
                let message = format!(
                    "anyrt does not know the signals of the backend `{}`: use that backend's own \
                     type, with `Signals::on`",
                    driver.name()
                );
                Err(io::Error::new(io::ErrorKind::Unsupported, message))
            }
        }
    }
}

/// Listens for signals, from now on.
///
/// Each of several streams gets each signal, also one that came while nobody polled it (law O1).
///
/// A signal that a program has listened for once has no effect of its own any more, such as to end the
/// process, also when the stream is gone: the program has to act on it.
///
/// # Errors
///
/// Whatever the system says; `InvalidInput` if no signal is named; `Unsupported` if there is no backend
/// ([`AnyBackend::current`]), or one whose signals anyrt does not know.
///
/// # Backends
///
/// In a simulation it is `SimBackend::raise` that raises signals.
///
/// # Examples
///
/// ```
/// use anyrt::signal::{Signal, signals};
///
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let hangups = signals([Signal::Hangup])?;
///     assert_eq!(format!("{hangups:?}"), "Signals[Hangup]");
///     Ok(())
/// })
/// # }
/// ```
#[doc(alias = "open_signal_receiver")]
#[doc(alias = "ctrl_c")]
pub fn signals(signals: impl IntoIterator<Item = Signal>) -> io::Result<Signals> {
    Signals::on(&current_for_io()?, signals)
}
