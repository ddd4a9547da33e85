//! The explicit choice wins over everything that could be detected, and nests (law N3).

use anyrt::AnyBackend;
use tokio::runtime::Runtime;

use crate::in_time::in_time;
use crate::library::{here, work};

fn backend(name: &str) -> AnyBackend {
    name.parse().unwrap()
}

#[test]
fn inside_anyrt() {
    for backend in AnyBackend::available() {
        let name = backend.name();
        let program = async {
            let child = |group: anyrt::TaskGroup| async move {
                Ok(group.spawn(async { Ok(work().await) }).await.unwrap())
            };
            let child = anyrt::task_group(child).await.unwrap();
            (work().await, child, anyrt::blocking::run(here).await)
        };
        let found = in_time(move || anyrt::run_on(&backend, program));
        assert_eq!(found, (name, name, name), "the program, a child, a blocking call");
    }
}

#[test]
fn n3_a_choice_wins_in_every_place() {
    for chosen in AnyBackend::available() {
        let name = chosen.name();
        let on_chosen = move || anyrt::run_on(&chosen, work());

        let run = on_chosen.clone();
        let entered = move || {
            let runtime = Runtime::new().unwrap();
            let _guard = runtime.enter();
            run()
        };
        assert_eq!(in_time(entered), name, "under an enter guard of tokio");

        let run = on_chosen.clone();
        let blocking = || async { tokio::task::spawn_blocking(run).await.unwrap() };
        let blocking = move || Runtime::new().unwrap().block_on(blocking());
        assert_eq!(in_time(blocking), name, "in spawn_blocking of tokio");

        let run = on_chosen.clone();
        let task = move || smol::block_on(async move { smol::unblock(run).await });
        assert_eq!(in_time(task), name, "in unblock of smol");

        let task = move || async_std::task::block_on(async move { on_chosen() });
        assert_eq!(in_time(task), name, "in a task of async-std");
    }
}

#[test]
fn n3_choices_nest_through_blocking_calls() {
    for outer in AnyBackend::available() {
        for inner in AnyBackend::available() {
            let (outer, names) = (outer.clone(), (outer.name(), inner.name(), outer.name()));
            let program = async move {
                let before = work().await;
                let inner = anyrt::blocking::run(move || anyrt::run_on(&inner, work())).await;
                (before, inner, work().await)
            };
            assert_eq!(in_time(move || anyrt::run_on(&outer, program)), names);
        }
    }
}

#[test]
fn n3_choices_nest_deeply() {
    let found = in_time(|| {
        anyrt::run_on(&backend("tokio"), async {
            let inner = anyrt::blocking::run(|| {
                anyrt::run_on(&backend("async-std"), async {
                    let run = || anyrt::run_on(&backend("smol"), work());
                    (work().await, anyrt::blocking::run(run).await)
                })
            });
            (work().await, inner.await)
        })
    });
    assert_eq!(found, ("tokio", ("async-std", "smol")));
}
