//! O: what the operating system has: signals and processes.

#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod output;
mod signals;

use crate::law::Law;
use crate::subject::Subject;

/// Gives the law of signals, for a subject with its system.
pub fn signal_law() -> Law<Subject> {
    Law::new(
        "O1",
        "A signal reaches every listener that names it, also if it came while nobody waited; a wait \
         that is cut or dropped takes none.",
        signals::o1,
    )
}

/// Gives the laws of a system, for a subject that was taken with it.
#[cfg(unix)]
pub fn system_laws() -> Vec<Law<Subject>> {
    vec![
        signal_law(),
        Law::new(
            "O2",
            "A process gets all its input, and gives its status and all that it wrote; whoever opened \
             it returns after its end.",
            output::o2,
        ),
        Law::new(
            "O3",
            "A process whose scope is cancelled, or whose code panics, is killed and reaped before \
             the scope returns; dropped by foreign code, it is killed, and reaped by its runtime.",
            killed::o3,
        ),
    ]
}
