//! Several runtimes in one process, used at once from all sides, do not mix (law N4).

use std::future::Future;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyrt::TaskGroup;
use anyrt::channel::{self, Receiver, Sender};
use futures_util::join;
use tokio::runtime::{Builder, Runtime};

use crate::in_time::in_time;
use crate::library::{here, home, work};

const RUNTIMES: [&str; 3] = ["tokio", "smol", "async-std"];
const HOUR: Duration = Duration::from_secs(3600);

/// Runs a future as a task of a runtime, whose own program this thread becomes.
fn on<T: Send + 'static>(runtime: &str, future: impl Future<Output = T> + Send + 'static) -> T {
    match runtime {
        "tokio" => Runtime::new().unwrap().block_on(async { tokio::spawn(future).await.unwrap() }),
        "smol" => smol::block_on(smol::spawn(future)),
        _ => async_std::task::block_on(async_std::task::spawn(future)),
    }
}

fn start<T: Send + 'static>(
    runtime: &'static str,
    future: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    thread::spawn(move || on(runtime, future))
}

/// Tells the next runtime where it runs, while it hears the same from the one before.
async fn meet(next: &Sender<&'static str>, before: &Receiver<&'static str>) -> &'static str {
    let (told, heard) = join!(next.send(home()), before.recv());
    told.unwrap();
    heard.unwrap()
}

#[test]
fn n4_groups_tasks_and_timers_on_all_runtimes_at_once() {
    const CHILDREN: usize = 20;

    let found = in_time(|| {
        // A ring of meetings for each number, so that nobody can go on alone.
        let rings = (0..CHILDREN).map(|_| RUNTIMES.map(|_| channel::bounded(0)));
        let rings: Vec<_> = rings.collect();
        let threads = [0, 1, 2].map(|place| {
            let ends =
                rings.iter().map(|ring| (ring[place].0.clone(), ring[(place + 2) % 3].1.clone()));
            let ends: Vec<_> = ends.collect();
            start(RUNTIMES[place], crowd(ends))
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let expected = [0, 1, 2].map(|place| {
        let (me, before) = (RUNTIMES[place], RUNTIMES[(place + 2) % 3]);
        vec![(me, me, before, me); CHILDREN]
    });
    assert_eq!(found, expected, "the answer, the home, the one met, the home after that");
}

/// A group of children, each of which meets those of its number on the other runtimes.
async fn crowd(
    ends: Vec<(Sender<&'static str>, Receiver<&'static str>)>,
) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let body = |group: TaskGroup| async move {
        let children = ends.into_iter().map(|(next, before)| {
            group.spawn(async move {
                let (answer, first) = (here(), home());
                let met = meet(&next, &before).await;
                anyrt::sleep(Duration::from_millis(1)).await;
                anyrt::move_on_after(Duration::from_millis(1), anyrt::sleep_forever()).await;
                Ok((answer, first, met, home()))
            })
        });
        let children: Vec<_> = children.collect();
        let mut found = Vec::new();
        for child in children {
            found.push(child.await.unwrap());
        }
        Ok(found)
    };
    anyrt::task_group(body).await.unwrap()
}

#[test]
fn n4_a_group_keeps_its_runtime_when_others_spawn_into_it() {
    for owner in RUNTIMES {
        for guest in RUNTIMES {
            let found = in_time(move || {
                let (give, take) = channel::bounded::<TaskGroup>(1);
                let (told, heard) = channel::bounded(1);
                let guest = start(guest, async move {
                    let group = take.recv().await.unwrap();
                    let child = group.spawn(async { Ok((here(), home(), work().await)) });
                    told.send(child.await.unwrap()).await.unwrap();
                });
                let group = start(owner, async move {
                    anyrt::task_group(|group: TaskGroup| async move {
                        give.send(group.clone()).await.unwrap();
                        Ok(heard.recv().await.unwrap())
                    })
                    .await
                });
                guest.join().unwrap();
                group.join().unwrap().unwrap()
            });
            assert_eq!(found, (owner, owner, owner), "{guest} spawns into a group of {owner}");
        }
    }
}

#[test]
fn n4_clocks_do_not_mix() {
    for other in ["smol", "async-std"] {
        let (virtual_hours, real) = in_time(move || {
            let (told, heard) = channel::bounded::<()>(0);
            let paused = thread::spawn(move || {
                let mut builder = Builder::new_current_thread();
                let runtime = builder.enable_all().start_paused(true).build().unwrap();
                runtime.block_on(async {
                    let before = anyrt::now();
                    anyrt::sleep(HOUR).await;
                    let late = anyrt::move_on_after(HOUR, anyrt::sleep_forever()).await;
                    told.send(()).await.unwrap();
                    (late.is_none(), anyrt::now() - before)
                })
            });
            let other = start(other, async move {
                let before = anyrt::now();
                let heard = anyrt::fail_after(HOUR, heard.recv()).await;
                heard.expect("its hour is a real one").unwrap();
                anyrt::now() - before
            });
            (paused.join().unwrap(), other.join().unwrap())
        });
        assert!(virtual_hours.0 && virtual_hours.1 >= HOUR * 2, "{virtual_hours:?}");
        assert!(real < HOUR, "on {other} it took {real:?}");
    }
}

#[test]
fn n4_a_program_keeps_its_clock_where_another_tokio_is_entered() {
    let elapsed = in_time(|| {
        let other = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        // The hours that go by here are not those of the program.
        other.block_on(tokio::time::advance(HOUR));
        let _guard = other.enter();
        let own: anyrt::AnyBackend = "tokio".parse().unwrap();
        anyrt::run_on(&own, async {
            let _guard = other.enter();
            let before = anyrt::now();
            anyrt::sleep_until(before + Duration::from_millis(1)).await;
            let elapsed = before.elapsed();
            assert!(before <= Instant::now(), "its clock is the real one");
            elapsed
        })
    });
    assert!(elapsed >= Duration::from_millis(1) && elapsed < HOUR, "{elapsed:?}");
}

#[test]
fn n4_a_timer_belongs_to_where_it_is_polled() {
    for poller in ["smol", "async-std"] {
        in_time(move || {
            // Nobody drives this runtime: its timers never end.
            let idle = Builder::new_current_thread().enable_all().build().unwrap();
            let guard = idle.enter();
            let sleep = anyrt::sleep(Duration::from_millis(1));
            let timeout = anyrt::move_on_after(Duration::from_millis(1), anyrt::sleep_forever());
            drop(guard);
            on(poller, async move {
                sleep.await;
                assert!(timeout.await.is_none());
            });
        });
    }
}

#[test]
fn n4_runtimes_chosen_at_once_do_not_mix() {
    let found = in_time(|| {
        let threads = anyrt::AnyBackend::available().into_iter().cycle().take(12).map(|backend| {
            thread::spawn(move || (anyrt::run_on(&backend, work()), backend.name()))
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(found.iter().all(|(found, chosen)| found == chosen), "{found:?}");
}

#[test]
fn n4_two_runtimes_of_tokio_do_not_mix() {
    let threads = in_time(|| {
        let (to_second, from_first) = channel::bounded(0);
        let (to_first, from_second) = channel::bounded(0);
        let first = named("first", to_second, from_second);
        let second = named("second", to_first, from_first);
        [first, second].map(|thread| thread.join().unwrap())
    });
    assert_eq!(threads, [["first"; 100], ["second"; 100]].map(Vec::from));
}

/// Gives the threads on which the children of a runtime of this name have met the other's.
fn named(
    name: &'static str,
    next: Sender<&'static str>,
    before: Receiver<&'static str>,
) -> JoinHandle<Vec<String>> {
    let runtime = Builder::new_multi_thread().thread_name(name).build().unwrap();
    let child = async move |group: TaskGroup| {
        let mut threads = Vec::new();
        for _ in 0..100 {
            let (next, before) = (next.clone(), before.clone());
            let child = group.spawn(async move {
                meet(&next, &before).await;
                Ok(thread::current().name().unwrap().to_owned())
            });
            threads.push(child.await.unwrap());
        }
        Ok(threads)
    };
    thread::spawn(move || runtime.block_on(anyrt::task_group(child)).unwrap())
}

#[test]
fn n4_a_scope_is_cancelled_from_another_runtime() {
    for owner in RUNTIMES {
        for canceller in RUNTIMES {
            let elapsed = in_time(move || {
                let begin = Instant::now();
                let scope = anyrt::CancelScope::new();
                let handle = scope.handle();
                let (told, heard) = channel::bounded::<()>(0);
                let owner = start(
                    owner,
                    scope.run(async move {
                        told.send(()).await.unwrap();
                        anyrt::sleep(HOUR).await;
                    }),
                );
                let canceller = start(canceller, async move {
                    heard.recv().await.unwrap();
                    handle.cancel();
                });
                canceller.join().unwrap();
                assert!(owner.join().unwrap().is_err());
                begin.elapsed()
            });
            assert!(elapsed < HOUR);
        }
    }
}
