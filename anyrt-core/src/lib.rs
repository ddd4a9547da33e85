//! The contract and the engine of anyrt.
#![forbid(unsafe_code)]

mod backend;
pub mod blocking;
mod budget;
pub mod channel;
mod driver;
mod engine;
pub mod error;
mod frame;
pub mod group;
mod leaf;
mod lock;
pub mod net;
mod outcome;
pub mod scope;
mod seat;
mod source;
mod step;
pub mod sync;
pub mod task;
pub mod time;
mod tree;
mod wait_list;
mod waker_slot;

pub use backend::{
    Backend, CancelHandle, CancelScope, Receiver, Semaphore, Sender, Sleep, TaskGroup, TaskHandle,
};
pub use driver::{Ambient, Driver, ErasedBackend, ErasedDriver, Toplevel};
pub use frame::with_backend;
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
