//! Processes, through `async-io`.

use std::io;

use anyrt_core::process::{ProcessDriver, RawCommand, RawProcess};

use crate::AsyncStdBackend;

impl ProcessDriver for AsyncStdBackend {
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        anyrt_async_io::spawn(command)
    }
}
