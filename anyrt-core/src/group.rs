//! Task groups: children that never outlive their owner and never lose a failure.

mod adoption;
mod child;
mod deadline;
mod handle;
mod host;
mod limited;
mod part;
mod root;
mod run;
mod spawn;
mod start;
mod supervise;
mod value;

pub use handle::{Join, JoinMut, TaskHandle};
pub use host::Host;
pub use limited::{LimitedGroup, SpawnWhenFree};
pub use root::Root;
pub use run::{MakeBody, RunGroup};
pub use spawn::TaskGroup;
pub use start::{Readiness, Start};
pub use supervise::{Supervise, Supervised};
pub use value::JoinValue;

pub(crate) use part::{GroupPart, TaskPart};
