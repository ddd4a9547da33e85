//! The contract and the engine of anyrt.
#![forbid(unsafe_code)]

mod backend;
mod driver;
pub mod error;
mod frame;
mod leaf;
mod lock;
pub mod net;
mod outcome;

pub use backend::{
    Backend, CancelHandle, CancelScope, Receiver, Semaphore, Sender, Sleep, TaskGroup, TaskHandle,
};
pub use driver::{Ambient, Driver, ErasedBackend, ErasedDriver, Toplevel};
pub use net::{Net, NetDriver};
pub use outcome::Outcome;

/// Everything that generic code calls methods of, imported without names.
pub mod prelude {
    pub use crate::backend::{
        Backend as _, CancelHandle as _, CancelScope as _, Receiver as _, Semaphore as _,
        Sender as _, Sleep as _, TaskGroup as _, TaskHandle as _,
    };
    pub use crate::driver::Toplevel as _;
    pub use crate::net::{Net as _, TcpListener as _, TcpStream as _};
}
