//! What finds the backend, and what library code on top of it sees.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::Pin;
use std::thread;
use std::time::Duration;

use anyrt::AnyBackend;
use anyrt_core::blocking::RunBlocking;
use anyrt_core::channel::{self, Receiver, Sender};
use anyrt_core::error::GroupError;
use anyrt_core::group::{RunGroup, TaskGroup};
use anyrt_core::scope::{FailAfter, MoveOnAfter};
use anyrt_core::time::Sleep;
use anyrt_core::{Ambient, Driver, Toplevel};
use anyrt_sim::SimBackend;
use anyrt_tokio::TokioBackend;
use tokio::runtime::Handle;

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What is held to the laws of detection.
///
/// It is the facade's backend, or one that is found wrongly.
pub trait Detect: Ambient + Toplevel {
    /// Gives the backends that are enabled.
    fn available() -> Vec<Self>;

    /// Gives the backend of this name.
    ///
    /// # Errors
    ///
    /// What is said to whoever asks for a backend that is not there.
    fn named(name: &str) -> Result<Self, String>;

    /// Gives a runtime of tokio as a backend.
    fn of_tokio(handle: Handle) -> Self;
}

impl Detect for AnyBackend {
    fn available() -> Vec<Self> {
        AnyBackend::available()
    }

    fn named(name: &str) -> Result<Self, String> {
        name.parse().map_err(|error: anyrt::UnknownBackend| error.to_string())
    }

    fn of_tokio(handle: Handle) -> Self {
        TokioBackend::from(handle).into()
    }
}

/// Which backend answered library code, and on which runtime a child of it was polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) answer: &'static str,
    pub(super) home: &'static str,
}

impl Seen {
    pub(super) fn on(name: &'static str) -> Self {
        Self { answer: name, home: name }
    }
}

/// What a child tells its neighbour on another runtime, and hears from one.
pub(super) type Ends = (Sender<&'static str>, Receiver<&'static str>);

/// What each child heard from its neighbour, and saw.
pub(super) type Crowd = Vec<(&'static str, Seen)>;

type Blocking = Box<dyn FnOnce() -> Vec<Seen> + Send>;

pub(super) type Begun = Box<dyn FnOnce() + Send>;

pub(super) type GroupOutcome = Result<(), GroupError<Infallible>>;

/// What the checks do with a detector; its type is erased, so that they are compiled once.
pub(super) struct Detector {
    pub(super) here: fn() -> &'static str,
    pub(super) available: fn() -> Vec<&'static str>,
    /// What is said of a name; nothing if there is such a backend.
    pub(super) refusal: fn(&str) -> Option<String>,
    /// Library code.
    pub(super) library: fn() -> BoxFuture<Seen>,
    /// Library code whose children meet others, each at its ends.
    pub(super) crowd: fn(Vec<Ends>) -> BoxFuture<Crowd>,
    /// Runs a program on the backend of this name.
    pub(super) run_on: fn(&str, BoxFuture<Vec<Seen>>) -> Vec<Seen>,
    pub(super) blocking: fn(Blocking) -> BoxFuture<Vec<Seen>>,
    /// A sleep of a second on a runtime of tokio.
    pub(super) sleep_on: fn(Handle) -> BoxFuture<()>,
    /// A timeout of a second where the code runs.
    pub(super) fail_after: fn() -> BoxFuture<()>,
    /// A group on a runtime of tokio with one child, which says when it has begun and never ends.
    pub(super) group_on: fn(Handle, Begun) -> BoxFuture<GroupOutcome>,
}

const SECOND: Duration = Duration::from_secs(1);

impl Detector {
    pub(super) fn of<D: Detect>() -> Self {
        Self {
            here: here::<D>,
            available: || D::available().iter().map(Driver::name).collect(),
            refusal: |name| D::named(name).err(),
            library: || Box::pin(library::<D>()),
            crowd: |ends| Box::pin(crowd::<D>(ends)),
            run_on: |name, program| anyrt::run_on(&choose::<D>(name), program),
            blocking: |f| Box::pin(RunBlocking::<D, _, _>::ambient(f)),
            sleep_on: |handle| Box::pin(Sleep::after(D::of_tokio(handle), SECOND)),
            fail_after: || {
                let timeout = FailAfter::<D, _>::after(SECOND, pending::<()>());
                Box::pin(async { drop(timeout.await) })
            },
            group_on: |handle, begun| {
                Box::pin(RunGroup::on(
                    D::of_tokio(handle),
                    |group: TaskGroup<D, Infallible>| async move {
                        group.spawn(async {
                            begun();
                            pending::<()>().await;
                        });
                    },
                ))
            },
        }
    }

    /// Runs library code as a program on the backend of this name.
    pub(super) fn library_on(&self, name: &str) -> Seen {
        let library = (self.library)();
        (self.run_on)(name, Box::pin(async { vec![library.await] }))[0]
    }
}

fn choose<D: Detect>(name: &str) -> D {
    D::named(name).unwrap_or_else(|error| panic!("{error}"))
}

fn here<D: Detect>() -> &'static str {
    D::with_current(Driver::name).unwrap_or("none")
}

/// Names the runtime that polls this code, by its own marks.
fn home() -> &'static str {
    if SimBackend::current().is_some() {
        "sim"
    } else if async_std::task::try_current().is_some() {
        "async-std"
    } else if Handle::try_current().is_ok() {
        "tokio"
    } else if thread::current().name().is_some_and(|name| name.starts_with("smol-")) {
        "smol"
    } else {
        "none"
    }
}

/// What a library does: it names no backend.
async fn library<D: Detect>() -> Seen {
    let (sender, receiver) = channel::bounded(1);
    let found =
        RunGroup::<D, Infallible, _, _, _>::ambient(|group: TaskGroup<D, Infallible>| async move {
            let clone = sender.clone();
            group.spawn(async move {
                let sent = clone.send(RunBlocking::<D, _, _>::ambient(|| 20).await).await;
                assert!(sent.is_ok(), "the receiver of a channel was gone");
            });
            let home = group.spawn(async move {
                Sleep::<D>::ambient_after(Duration::from_millis(1)).await;
                let sent = sender.send(22).await;
                assert!(sent.is_ok(), "the receiver of a channel was gone");
                Ok(home())
            });
            let mut sum = 0;
            while let Ok(part) = receiver.recv().await {
                sum += part;
            }
            Ok((sum, home.await.unwrap_or("none")))
        });
    let found = found.await;
    let Ok((42, home)) = found else {
        panic!("a group of two children that send 20 and 22 gave {found:?}");
    };
    let cut = MoveOnAfter::<D, _>::after(Duration::from_millis(1), Sleep::<D>::forever());
    assert!(cut.await.is_none(), "a timeout did not end sleep_forever");
    Seen { answer: here::<D>(), home }
}

/// A group of children, each of which meets a neighbour; gives what each heard and saw.
async fn crowd<D: Detect>(ends: Vec<Ends>) -> Crowd {
    let found =
        RunGroup::<D, Infallible, _, _, _>::ambient(|group: TaskGroup<D, Infallible>| async move {
            let children = ends.into_iter().map(|(next, before)| {
                group.spawn(async move {
                    // There is room, so both tell, and neither ends before it has heard the other.
                    let told = next.send(home()).await;
                    assert!(told.is_ok(), "the neighbour on another runtime was gone");
                    let heard = before.recv().await;
                    Sleep::<D>::ambient_after(Duration::from_millis(1)).await;
                    Ok((heard.unwrap_or("nobody"), Seen { answer: here::<D>(), home: home() }))
                })
            });
            let children: Vec<_> = children.collect();
            let mut found = Vec::new();
            for child in children {
                found.extend(child.await);
            }
            Ok(found)
        });
    found.await.unwrap_or_default()
}
