//! The registry: one module for each family of laws.

mod backend;
mod cancellation;
mod channels;
mod deadlines;
#[cfg(feature = "report")]
mod detection;
mod failures;
mod fairness;
mod files;
mod foreign;
mod groups;
mod inline;
mod joins;
mod limiters;
mod network;
mod primitives;
mod readiness;
mod shields;
mod system;
mod threads;
pub(crate) mod tools;

use std::sync::Arc;

use anyrt_core::fs::File;
use anyrt_core::sync::RateLimiter;
use anyrt_core::{Backend, Net, Toplevel};

use self::backend::{caller, dropped, network as b9_network, unknown_thread};
use crate::kit::{CoreKit, Kit};
use crate::law::Law;
use crate::net_policies::NetPolicies;
use crate::policies::Engine;
use crate::subject::Subject;

pub use self::backend::dropped::abort_law_of;
#[cfg(feature = "report")]
pub use self::detection::{Detect, detection_laws, detection_laws_of};
pub use self::files::{AnyFile, file_law_of};
pub use self::joins::join_laws_of;
pub use self::limiters::rate_law_of;
pub use self::network::connect_law_of;
pub use self::shields::bracket_law_of;
pub use self::system::signal_law;
#[cfg(unix)]
pub use self::system::system_laws;
pub use self::threads::thread_laws_of;

/// Gives the laws that every backend must obey.
///
/// They come in the order of `docs/laws.md`.
///
/// B9 comes without its network half (see [`with_net`]). What needs a `Driver` is in
/// [`driver_laws`]: a part of B10, B11, which [`abort_law_of`] has for others, the J laws,
/// S8, L9, and the T laws.
pub fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    let families = [
        backend::laws(),
        groups::laws(),
        failures::laws(),
        inline::laws(),
        readiness::laws(),
        cancellation::laws(),
        deadlines::laws(),
        shields::laws(),
        foreign::laws(),
        primitives::laws(),
        fairness::laws(),
        channels::laws(),
        channels::kit_laws::<B, CoreKit>(),
        limiters::laws(),
        limiters::kit_laws::<B, CoreKit>(),
    ];
    families.into_iter().flatten().collect()
}

/// Gives the laws of what no backend brings along, for any [`Kit`].
///
/// Those of `anyrt-core` are among [`laws`].
pub fn kit_laws_of<B: Backend + Toplevel, K: Kit>() -> Vec<Law<B>> {
    let families = [channels::kit_laws::<B, K>(), limiters::kit_laws::<B, K>()];
    families.into_iter().flatten().collect()
}

/// Gives the laws for a backend that the engine makes of a driver.
///
/// These are [`laws`], with all of B10, B11, the laws of the join policies, S8, L9, of what takes a
/// driver for its clock, and the laws of threads.
///
/// It is not generic, so that the checks are compiled once, here.
pub fn driver_laws() -> Vec<Law<Subject>> {
    let mut laws = laws();
    let behind_b = laws.iter().take_while(|law| law.id.starts_with('B')).count();
    laws.insert(behind_b, dropped::law());
    let behind_i = laws.iter().take_while(|law| !law.id.starts_with('R')).count();
    laws.splice(behind_i..behind_i, join_laws_of::<Engine, _>());
    let behind_s = laws.iter().take_while(|law| !law.id.starts_with('X')).count();
    laws.insert(behind_s, bracket_law_of::<Engine, _>());
    laws.push(rate_law_of::<_, Arc<RateLimiter<_>>>());
    laws.extend(thread_laws_of::<Engine, _>());
    laws.push(file_law_of::<File<_>, _>());
    for law in &mut laws {
        if law.id == "B10" {
            law.check = |driver| {
                caller::b10(driver);
                caller::b10_of_a_driver(driver);
            };
        }
    }
    laws
}

/// Gives [`driver_laws`], with the laws of networks.
pub fn driver_laws_with_net() -> Vec<Law<Subject>> {
    let mut laws = with_net(driver_laws());
    let behind_w6 = laws.iter().take_while(|law| law.id != "W8").count();
    laws.insert(behind_w6, connect_law_of::<_, Engine>());
    laws
}

/// Adds the W laws, and to B9 its network half.
///
/// W7 is missing, which needs a driver.
///
/// It is for a backend that has a network.
pub fn with_net<B: Backend + Toplevel + Net>(mut laws: Vec<Law<B>>) -> Vec<Law<B>> {
    for law in &mut laws {
        if law.id == "B9" {
            law.check = |backend| {
                unknown_thread::b9(backend);
                b9_network::b9(backend);
            };
        }
    }
    laws.extend(net_laws_of::<B, Engine>());
    laws
}

/// Gives the laws of networks but W7, for any [`NetPolicies`].
///
/// [`connect_law_of`] gives W7.
pub fn net_laws_of<B: Backend + Toplevel + Net, P: NetPolicies>() -> Vec<Law<B>> {
    network::laws::<B, P>()
}
