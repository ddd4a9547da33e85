//! Task groups: children that never outlive their owner and never lose a failure.

mod adoption;
mod child;
mod handle;
mod part;
mod root;
mod run;
mod spawn;
mod start;

pub use handle::{Join, TaskHandle};
pub use root::Root;
pub use run::RunGroup;
pub use spawn::TaskGroup;
pub use start::{Readiness, Start};

pub(crate) use part::{GroupPart, TaskPart};
