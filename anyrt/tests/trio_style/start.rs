//! `start`: a child that says when it is ready.

use anyrt::{CancelScope, GroupError, Readiness, StartError, TaskGroup};

use crate::support::{Event, Failing, HOUR, Log, bug, in_time, payload_of};

#[anyrt::test(sim, seeds = 10)]
async fn the_caller_goes_on_with_the_value_and_the_child_runs_on() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let go = Event::new();
            let gone = go.clone();
            let port = group.start(|ready| async move {
                anyrt::yield_now().await;
                in_child.note("ready");
                ready.started(8080);
                gone.wait().await;
                in_child.note("child ends");
            });
            let port = port.await.unwrap();
            log.note("body goes on");
            go.set();
            Ok(port)
        }
    });
    assert_eq!(in_time(group).await, Ok(8080));
    assert_eq!(log.entries(), ["ready", "body goes on", "child ends"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_before_it_is_ready_is_the_callers_alone() {
    let group = anyrt::task_group(|group: Failing| async move {
        let started = group.start(|ready: Readiness<(), _>| async move {
            let _ready = ready;
            anyrt::yield_now().await;
            Err::<(), _>("address in use")
        });
        let failed = started.await;
        anyrt::checkpoint().await; // The group goes on.
        Ok(failed)
    });
    assert_eq!(in_time(group).await, Ok(Err(StartError::Failed("address in use"))));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_after_it_is_ready_is_the_groups() {
    let group = anyrt::task_group(|group: Failing| async move {
        let started = group.start(|ready| async move {
            ready.started(1);
            anyrt::yield_now().await;
            Err::<(), _>("later")
        });
        assert_eq!(started.await, Ok(1));
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["later"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn ending_without_being_ready_is_told_after_the_child_has_ended() {
    let log = Log::default();
    let (guard, in_child) = (log.at_drop("child is dropped"), log.clone());
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let started = group.start(|ready: Readiness<u16, _>| async move {
                let _guard = guard;
                drop(ready);
                anyrt::yield_now().await;
                in_child.note("child ends");
            });
            let failed = started.await;
            log.note("told");
            Ok(failed)
        }
    });
    assert_eq!(in_time(group).await, Ok(Err(StartError::NeverStarted)));
    assert_eq!(log.entries(), ["child ends", "child is dropped", "told"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_panic_before_it_is_ready_resumes_in_the_caller_alone() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let started = group.start(|ready: Readiness<(), _>| async move {
            let _ready = ready;
            anyrt::yield_now().await;
            bug("before")
        });
        let payload = payload_of(started).await;
        anyrt::checkpoint().await; // Caught, it has not cancelled the group.
        Ok(payload.downcast_ref::<&str>().copied())
    });
    assert_eq!(in_time(group).await, Ok(Some("before")));
}

#[anyrt::test(sim, seeds = 10)]
async fn services_start_one_inside_the_other() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let inner = group.clone();
        let started = group.start(|ready| async move {
            let log = in_child.clone();
            let below = inner.start(|ready| async move {
                anyrt::yield_now().await;
                in_child.note("database");
                ready.started(1);
            });
            let below = below.await.unwrap();
            log.note("server");
            ready.started(below + 1);
        });
        Ok(started.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok(2));
    assert_eq!(log.entries(), ["database", "server"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_is_ready_inside_its_own_group_and_scopes() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let go = Event::new();
        let gone = go.clone();
        let caller = CancelScope::new();
        let caller_handle = caller.handle();
        let started = caller.run(group.start(|ready| async move {
            let limited = anyrt::fail_after(HOUR, async {
                let own = anyrt::task_group(|own: TaskGroup| {
                    let log = in_child.clone();
                    async move {
                        let grandchild = own.spawn(async move {
                            gone.wait().await;
                            anyrt::checkpoint().await;
                            log.note("grandchild");
                        });
                        CancelScope::new().run(async { ready.started("ready") }).await.unwrap();
                        grandchild.await.unwrap();
                    }
                });
                own.await
            });
            assert_eq!(limited.await, Ok(Ok(())));
            in_child.note("child");
        }));
        let value = started.await.unwrap().unwrap();
        caller_handle.cancel();
        go.set();
        Ok(value)
    });
    assert_eq!(in_time(group).await, Ok("ready"));
    assert_eq!(log.entries(), ["grandchild", "child"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn another_task_starts_a_child_in_a_group_that_it_is_not_in() {
    let outer = anyrt::task_group(|outer: TaskGroup| async move {
        let (keep_open, go) = (Event::new(), Event::new());
        let is_over = keep_open.clone();
        let inner = anyrt::task_group(|inner: TaskGroup| async move {
            let (target, gone) = (inner.clone(), go.clone());
            let caller = outer.spawn(async move {
                let started = target.start(|ready| async move {
                    ready.started(5);
                    gone.wait().await;
                });
                Ok(started.await)
            });
            // It outlives its caller: it is the inner group's.
            let started = caller.await.unwrap();
            go.set();
            keep_open.set();
            is_over.wait().await;
            Ok(started)
        });
        Ok(inner.await.unwrap())
    });
    assert_eq!(in_time(outer).await, Ok(Ok(5)));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_pending_start_keeps_the_group_open() {
    let log = Log::default();
    let outer = anyrt::task_group(|outer: TaskGroup| {
        let log = log.clone();
        async move {
            let (body_ends, go) = (Event::new(), Event::new());
            let (gone, body_ended) = (go.clone(), body_ends.clone());
            let inner = anyrt::task_group(|inner: TaskGroup| {
                let log = log.clone();
                async move {
                    let pending = Event::new();
                    let is_pending = pending.clone();
                    outer.spawn(async move {
                        let in_child = log.clone();
                        let started = inner.start(|ready| async move {
                            pending.set();
                            gone.wait().await;
                            in_child.note("ready");
                            ready.started(());
                        });
                        started.await.unwrap();
                    });
                    outer.spawn(async move {
                        body_ended.wait().await;
                        go.set();
                    });
                    is_pending.wait().await;
                    body_ends.set();
                }
            });
            assert_eq!(inner.await, Ok(()));
            log.note("group ends");
        }
    });
    assert_eq!(in_time(outer).await, Ok(()));
    assert_eq!(log.entries(), ["ready", "group ends"]);
}
