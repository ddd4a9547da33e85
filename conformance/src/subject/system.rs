//! The signals and processes of a subject: the driver's own, with their types erased.

use std::fmt::{self, Debug};
use std::io;
use std::sync::Arc;

use anyrt_core::process::{ProcessDriver, RawCommand, RawProcess};
use anyrt_core::signal::{Signal, SignalDriver, SignalListener};

use super::Subject;

type Listen = dyn Fn(Signal) -> io::Result<Box<dyn SignalListener>> + Send + Sync;
type Raise = dyn Fn(Signal) + Send + Sync;
type Spawn = dyn Fn(RawCommand) -> io::Result<Box<dyn RawProcess>> + Send + Sync;

/// What a driver under test has of the system.
///
/// A part that is given can be replaced, by one with a fault for example.
#[derive(Clone)]
pub struct System {
    listen: Arc<Listen>,
    raise: Arc<Raise>,
    spawn: Option<Arc<Spawn>>,
}

impl System {
    /// Takes the signals of a driver, and what raises them.
    pub fn with_signals<D: SignalDriver>(
        driver: D,
        raise: impl Fn(Signal) + Send + Sync + 'static,
    ) -> Self {
        let listen = Arc::new(move |signal| driver.raw_signal(signal));
        Self { listen, raise: Arc::new(raise), spawn: None }
    }

    /// Takes the signals and the processes of a driver.
    ///
    /// The signals are those of the system that the test runs on.
    #[cfg(unix)]
    pub fn of<D: SignalDriver + ProcessDriver>(driver: D) -> Self {
        let spawning = driver.clone();
        Self::with_signals(driver, raise).with_spawn(move |command| spawning.raw_spawn(command))
    }

    /// Listens for signals in another way.
    #[must_use]
    pub fn with_listen(
        self,
        listen: impl Fn(Signal) -> io::Result<Box<dyn SignalListener>> + Send + Sync + 'static,
    ) -> Self {
        Self { listen: Arc::new(listen), ..self }
    }

    /// Starts processes in another way.
    #[must_use]
    pub fn with_spawn(
        self,
        spawn: impl Fn(RawCommand) -> io::Result<Box<dyn RawProcess>> + Send + Sync + 'static,
    ) -> Self {
        Self { spawn: Some(Arc::new(spawn)), ..self }
    }
}

impl Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("System").field("has_processes", &self.spawn.is_some()).finish()
    }
}

/// Sends a signal to this process.
#[cfg(unix)]
fn raise(signal: Signal) {
    use rustix::process::{self, getpid, kill_process};

    let signal = match signal {
        Signal::User1 => process::Signal::USR1,
        Signal::User2 => process::Signal::USR2,
        other => panic!("no check raises {other}"),
    };
    kill_process(getpid(), signal).expect("a process may send signals to itself");
}

impl Subject {
    /// Has a driver's part of the system, too.
    #[must_use]
    pub fn with_system(self, system: System) -> Self {
        Self { system: Some(system), ..self }
    }

    fn system(&self) -> io::Result<&System> {
        let message = "this driver was taken without its system: Subject::with_system takes it";
        self.system.as_ref().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, message))
    }

    pub(crate) fn raise(&self, signal: Signal) {
        (self.system().expect("the law is one of the system's").raise)(signal);
    }
}

impl SignalDriver for Subject {
    fn raw_signal(&self, signal: Signal) -> io::Result<Box<dyn SignalListener>> {
        (self.system()?.listen)(signal)
    }
}

impl ProcessDriver for Subject {
    fn raw_spawn(&self, command: RawCommand) -> io::Result<Box<dyn RawProcess>> {
        match &self.system()?.spawn {
            Some(spawn) => spawn(command),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}
