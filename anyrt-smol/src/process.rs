//! Processes, through `async-io`.

use std::io;

use anyrt_core::process::{ProcessDriver, RawCommand, RawProcess};

use crate::SmolBackend;

impl ProcessDriver for SmolBackend {
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        anyrt_async_io::spawn(command)
    }
}
