//! Signals, through `async-io`.

use std::io;

use anyrt_core::signal::{Signal, SignalDriver, SignalListener};

use crate::AsyncStdBackend;

impl SignalDriver for AsyncStdBackend {
    fn raw_signal(&self, signal: Signal) -> io::Result<Box<dyn SignalListener>> {
        anyrt_async_io::listen(signal)
    }
}
