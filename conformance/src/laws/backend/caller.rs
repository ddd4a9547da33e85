//! B10: where a bad `spawn` says that it is.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location, catch_unwind};
use std::sync::Once;
use std::time::Instant;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Driver, TaskGroup, TaskHandle, Toplevel};

use crate::support::{Group, on_unknown_thread};

/// A file and a line.
type Place = (String, u32);

thread_local! {
    /// Where this thread panicked last, while somebody wants to know.
    static SEEN: RefCell<Option<Option<Place>>> = const { RefCell::new(None) };
}

/// Gives the place that the panic of `f` shows.
///
/// The hook belongs to the process, and other checks panic meanwhile: so it is put in once, in front
/// of the one that is there, and listens on a thread that asks for it only.
fn place_of_panic(f: impl FnOnce()) -> Option<Place> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let is_wanted = SEEN.try_with(|seen| {
                let mut seen = seen.borrow_mut();
                if let Some(seen) = &mut *seen {
                    *seen = panic.location().map(|at| (at.file().to_owned(), at.line()));
                }
                seen.is_some()
            });
            if !is_wanted.unwrap_or(false) {
                next(panic);
            }
        }));
    });
    SEEN.set(Some(None));
    let result = catch_unwind(AssertUnwindSafe(f));
    let seen = SEEN.take().flatten();
    assert!(result.is_err(), "a spawn into a group that had ended did not panic");
    seen
}

#[track_caller]
fn here() -> Option<Place> {
    let here = Location::caller();
    Some((here.file().to_owned(), here.line()))
}

pub(in crate::laws) fn b10<B: Backend + Toplevel>(backend: &B) {
    backend.run(a_child_knows_its_place(backend));
    backend.run(async {
        let group = ended_group(backend).await;
        let (here, seen) = (here(), place_of_panic(|| drop(group.spawn(async {}))));
        assert_eq!(seen, here, "a spawn into a group that had ended");
        through_a_library::<B>(&group);
        assert!(group.try_spawn(async {}).is_err(), "a group that had ended took a child");

        let from_outside = group.clone();
        on_unknown_thread(backend, move |_| {
            let (here, seen) =
                (self::here(), place_of_panic(|| drop(from_outside.spawn(async {}))));
            assert_eq!(seen, here, "a spawn from a thread that the runtime does not know");
        })
        .await;

        let in_child = backend.task_group(async |other: Group<B>| {
            other.spawn(async move {
                let (here, seen) = (self::here(), place_of_panic(|| drop(group.spawn(async {}))));
                assert_eq!(seen, here, "a spawn from a child of another group");
                through_a_library::<B>(&group);
            });
        });
        assert_eq!(in_child.await, Ok(()), "the group of a child whose spawn was refused");
    });
}

async fn a_child_knows_its_place<B: Backend>(backend: &B) {
    let ended = backend
        .task_group(async |group: Group<B>| {
            let (here, child) = (here(), group.spawn(async {}));
            assert_eq!(place_of(&child), here, "where a child was spawned");
            let (here, child) = (self::here(), group.try_spawn(async {}));
            let child = child.expect("the body of the group runs");
            assert_eq!(place_of(&child), here, "where a child was spawned that was tried");
            let (here, child) = (self::here(), group.named("worker").spawn(async {}));
            assert_eq!(place_of(&child), here, "where a child with a name was spawned");
            let limited = group.limited(1);
            let (here, child) = (self::here(), limited.spawn_when_free(async {}));
            assert_eq!(
                place_of(&child.await),
                here,
                "where a child of a limited group was spawned"
            );
        })
        .await;
    assert_eq!(ended, Ok(()), "a group with plain children");
}

fn place_of<H: TaskHandle<()>>(child: &H) -> Option<Place> {
    let place = child.spawned_at();
    Some((place.file().to_owned(), place.line()))
}

async fn ended_group<B: Backend>(backend: &B) -> Group<B> {
    let mut kept = None;
    let ended = backend
        .task_group(|group: Group<B>| {
            kept = Some(group.clone());
            async {}
        })
        .await;
    assert_eq!(ended, Ok(()), "an empty group");
    kept.expect("a group that was polled called its closure")
}

/// What a library spawns for its user is the user's.
fn through_a_library<B: Backend>(group: &Group<B>) {
    let (here, seen) = (here(), place_of_panic(|| library(group)));
    assert_eq!(seen, here, "a spawn by a library that passes its caller on");
}

#[track_caller]
fn library<G: TaskGroup<std::convert::Infallible>>(group: &G) {
    inner_layer(group, async {});
}

#[track_caller]
fn inner_layer<G, F>(group: &G, future: F)
where
    G: TaskGroup<std::convert::Infallible>,
    F: Future<Output = ()> + Send + 'static,
{
    drop(group.spawn(future));
}

/// The half for what the engine makes of a driver.
pub(in crate::laws) fn b10_of_a_driver<D: Driver + Toplevel>(driver: &D) {
    driver.run(a_handle_shows_its_place(driver));
    driver.run(async {
        let refusing = Refusing(driver.clone());
        let result = refusing
            .task_group(async |group: Group<Refusing<D>>| {
                let (here, seen) = (here(), place_of_panic(|| drop(group.spawn(async {}))));
                assert_eq!(seen, here, "a spawn that the runtime refused");
                through_a_library::<Refusing<D>>(&group);
            })
            .await;
        assert!(result.is_err(), "a group whose children the runtime dropped gave {result:?}");
    });
}

/// A handle shows its child's place to people, too.
async fn a_handle_shows_its_place<D: Driver>(driver: &D) {
    let ended = driver
        .task_group(async |group: Group<D>| {
            let child = group.spawn(async {});
            let (at, debug) = (child.spawned_at(), format!("{child:?}"));
            let place = format!("{}:{}", at.file(), at.line());
            assert!(debug.contains(&place), "{debug} does not show {place}");
        })
        .await;
    assert_eq!(ended, Ok(()), "a group with a plain child");
}

/// A runtime that takes no tasks, as one that is shut down might.
#[derive(Clone)]
struct Refusing<D>(D);

impl<D: Driver> Driver for Refusing<D> {
    type Sleep = D::Sleep;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, _: F) {
        panic!("this runtime takes no tasks any more");
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        self.0.spawn_blocking(f);
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep_until(&self, deadline: Instant) -> D::Sleep {
        self.0.sleep_until(deadline)
    }
}
