//! A backend that anyrt does not know: code written against anyrt runs on it all the same.

use std::future::Future;
use std::io;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use anyrt::{AnyBackend, TaskGroup};
use anyrt_core::{Driver, ErasedBackend, Toplevel};
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;

/// smol, under a name that nobody knows.
#[derive(Clone)]
struct Foreign;

impl Driver for Foreign {
    type Sleep = <SmolBackend as Driver>::Sleep;

    fn name(&self) -> &'static str {
        "foreign"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        Driver::spawn(&SmolBackend::new(), future);
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        Driver::spawn_blocking(&SmolBackend::new(), f);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        Driver::sleep_until(&SmolBackend::new(), deadline)
    }
}

impl Toplevel for Foreign {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        SmolBackend::new().block_on(future)
    }
}

/// Fails instead of hanging.
async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("it hangs")
}

async fn library() -> &'static str {
    let name = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async {
            anyrt::sleep(Duration::from_millis(1)).await;
            let _ = anyrt::move_on_after(Duration::from_millis(1), anyrt::sleep_forever()).await;
            assert_eq!(anyrt::blocking::run(|| 42).await, 42);
            Ok(AnyBackend::current().map(|found| found.name()))
        });
        Ok(child.await.unwrap())
    });
    let name = name.await.unwrap();
    assert_eq!(AnyBackend::current().map(|found| found.name()), Ok("foreign"));
    name.unwrap()
}

#[test]
fn library_code_runs_on_it() {
    assert_eq!(anyrt::run_on(&Foreign, in_time(library())), "foreign");
}

#[test]
fn it_has_no_network_and_says_so() {
    let listen = async { anyrt::net::listen(([127, 0, 0, 1], 0).into()).await.map(drop) };
    let error = anyrt::run_on(&Foreign, in_time(listen)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    assert!(error.to_string().contains("the backend `foreign`"), "{error}");
}

#[test]
fn it_is_started_only_through_its_own_type() {
    let found = anyrt::run_on(&Foreign, async { AnyBackend::current().unwrap() });
    assert_eq!(format!("{found:?} {found}"), "AnyBackend(\"foreign\") foreign");
    let start = std::panic::AssertUnwindSafe(|| found.run(async {}));
    let panic = catch_unwind(start).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("call `run` of its own type"), "{text}");
}

#[test]
fn a_known_backend_is_recognised() {
    for (erased, debug) in [
        (ErasedBackend::new(TokioBackend::new()), "AnyBackend(\"tokio\")"),
        (ErasedBackend::new(SmolBackend::new()), "AnyBackend(\"smol\")"),
        (ErasedBackend::new(AnyBackend::from(SmolBackend::new())), "AnyBackend(\"smol\")"),
    ] {
        let any = AnyBackend::from(erased);
        assert_eq!(format!("{any:?}"), debug);
        // It is the known one, and can be started.
        assert_eq!(any.run(async { 42 }), 42);
    }
    // Code under the adapter itself finds the adapter.
    let found = anyrt::run_on(&TokioBackend::new(), async { AnyBackend::current().unwrap() });
    assert_eq!(found.run(async { 42 }), 42);
}
