//! The same calls through the facade, which finds its backend, through the backend itself, and in
//! tokio's own way.

mod calls;
mod raw_spawn;

use anyrt_tokio::TokioBackend;

use crate::work::{Work, part, whole};

/// A call in all its ways.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// What it is called where tokio is the one backend.
    pub of_one: &'static str,
    /// What it is called where all are enabled.
    pub of_all: &'static str,
    /// Through the facade.
    pub ambient: Work,
    /// Through the backend.
    pub explicit: Work,
    /// On tokio.
    pub native: Work,
    /// How often a run does it.
    pub amount: usize,
}

/// The calls that are compared. `scale` divides the length of all runs.
pub fn calls(scale: usize) -> Vec<Call> {
    vec![
        Call {
            of_one: "ambient-spawn-one",
            of_all: "ambient-spawn-all",
            ambient: Work { name: "anyrt::task_group", run: |times| whole(calls::spawn(times)) },
            explicit: Work {
                name: "TokioBackend::task_group",
                run: |times| whole(calls::explicit_spawn(times)),
            },
            native: Work { name: "JoinSet::spawn", run: |times| whole(calls::native_spawn(times)) },
            amount: 100_000 / scale,
        },
        Call {
            of_one: "ambient-sleep-one",
            of_all: "ambient-sleep-all",
            ambient: Work { name: "anyrt::sleep", run: |times| whole(calls::sleep(times)) },
            explicit: Work {
                name: "TokioBackend::sleep",
                run: |times| whole(calls::explicit_sleep(times)),
            },
            native: Work {
                name: "tokio::time::sleep",
                run: |times| whole(calls::native_sleep(times)),
            },
            amount: 1_000_000 / scale,
        },
        Call {
            of_one: "ambient-semaphore-one",
            of_all: "ambient-semaphore-all",
            ambient: Work {
                name: "anyrt::sync::Semaphore",
                run: |times| whole(calls::semaphore(times)),
            },
            explicit: Work {
                name: "TokioBackend::semaphore",
                run: |times| whole(calls::explicit_semaphore(times)),
            },
            native: Work {
                name: "tokio::sync::Semaphore",
                run: |times| whole(calls::native_semaphore(times)),
            },
            amount: 1_000_000 / scale,
        },
        Call {
            of_one: "ambient-channel-one",
            of_all: "ambient-channel-all",
            ambient: Work {
                name: "anyrt::channel::bounded",
                run: |times| whole(calls::channel(times)),
            },
            explicit: Work {
                name: "TokioBackend::bounded",
                run: |times| whole(calls::explicit_channel(times)),
            },
            native: Work {
                name: "tokio::sync::mpsc",
                run: |times| whole(calls::native_channel(times)),
            },
            amount: 1_000_000 / scale,
        },
    ]
}

/// A task that nobody joins, in all its ways.
#[derive(Clone, Copy, Debug)]
pub struct RawSpawn {
    /// Through the backend that was chosen at run time.
    pub any: Work,
    /// Through one whose type is not known.
    pub erased: Work,
    /// Through tokio's driver.
    pub driver: Work,
    /// On tokio.
    pub native: Work,
    /// How often a run does it.
    pub amount: usize,
}

/// The driver's own spawn, through what may stand for the driver.
pub fn raw_spawn(scale: usize) -> RawSpawn {
    use raw_spawn::{any, erased, native, through};
    RawSpawn {
        any: Work { name: "AnyBackend::spawn", run: |times| part(through(any, times)) },
        erased: Work { name: "ErasedBackend::spawn", run: |times| part(through(erased, times)) },
        driver: Work { name: "TokioBackend::spawn", run: |times| part(through(here, times)) },
        native: Work { name: "tokio::spawn", run: |times| part(native(times)) },
        amount: 100_000 / scale,
    }
}

/// All ways, by the job that they are called in where tokio is the one backend.
pub fn of_one_backend() -> Vec<(&'static str, Work)> {
    let ways =
        |call: Call| [call.ambient, call.explicit, call.native].map(|work| (call.of_one, work));
    calls(1).into_iter().flat_map(ways).collect()
}

fn here() -> TokioBackend {
    TokioBackend::current().expect("the job runs on tokio")
}
