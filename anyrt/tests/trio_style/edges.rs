//! Where two rules meet.

use anyrt::{CancelScope, Readiness, Reason, StartError, TaskError, TaskGroup, channel};

use crate::support::{Event, Failing, HOUR, LIMIT, Log, MOMENT, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn the_deadlines_of_a_starting_child_are_the_callers_and_then_the_groups() {
    // They are the test's time limits, too: `in_time` would be one more that is seen.
    let start = anyrt::now();
    let (around_group, around_start) = (start + 2 * LIMIT, start + LIMIT);
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (tell, told) = channel::unbounded();
        let started = group.start(|ready| async move {
            tell.try_send(anyrt::current_effective_deadline()).unwrap();
            ready.started(());
            tell.try_send(anyrt::current_effective_deadline()).unwrap();
        });
        anyrt::move_on_at(around_start, started).await.unwrap().unwrap();
        Ok([told.recv().await.unwrap(), told.recv().await.unwrap()])
    });
    let seen = anyrt::move_on_at(around_group, group).await;
    assert_eq!(seen, Some(Ok([Some(around_start), Some(around_group)])));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_that_says_it_is_ready_in_a_shield_after_its_caller_was_cancelled_is_not_moved() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let scope = CancelScope::new();
        let handle = scope.handle();
        let started = scope.run(group.start(|ready| async move {
            anyrt::shield(async {
                handle.cancel();
                ready.started(());
                anyrt::yield_now().await;
                in_child.note("shielded");
            })
            .await;
            anyrt::checkpoint().await;
            in_child.note("too far");
        }));
        Ok(started.await.is_err())
    });
    assert_eq!(in_time(group).await, Ok(true));
    assert_eq!(log.entries(), ["shielded"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shield_of_the_caller_does_not_keep_a_start_from_the_groups_cancellation() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let inner = group.clone();
            let started = anyrt::shield(group.start(|ready: Readiness<(), _>| async move {
                let _ready = ready;
                inner.cancel_with("closing");
                anyrt::sleep(HOUR).await;
            }));
            match started.await {
                Err(StartError::Cancelled(cancelled)) => {
                    assert_eq!(cancelled.reason(), &Reason::from("closing"));
                    log.note("told");
                }
                other => panic!("{other:?}"),
            }
            anyrt::checkpoint().await;
            log.note("too far");
        }
    });
    assert!(in_time(group).await.unwrap_err().is_cancelled());
    assert_eq!(log.entries(), ["told"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_scope_raises_its_own_shield_before_its_first_checkpoint_and_lowers_it_later() {
    let log = Log::default();
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let handle = inner.handle();
    outer.handle().cancel();
    let run = outer.run(inner.run(async {
        handle.set_shield(true);
        anyrt::yield_now().await;
        log.note("shielded");
        handle.set_shield(false);
        log.note("lowered");
        anyrt::checkpoint().await;
        log.note("too far");
    }));
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["shielded", "lowered"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shield_set_before_the_scope_runs_counts() {
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    inner.handle().set_shield(true);
    outer.handle().cancel();
    let run = outer.run(inner.run(async {
        anyrt::yield_now().await;
        "shielded"
    }));
    assert_eq!(in_time(run).await, Ok(Ok("shielded")));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shielded_scope_without_time_is_cut_by_itself() {
    let outer = CancelScope::new();
    outer.handle().cancel();
    let run = outer.run(async {
        let shield = CancelScope::new().shielded().with_timeout(std::time::Duration::ZERO);
        shield.run(anyrt::checkpoint()).await.unwrap_err().reason().clone()
    });
    assert_eq!(in_time(run).await, Ok(Reason::Deadline));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_deadline_set_through_the_handle_before_the_scope_runs_counts() {
    let scope = CancelScope::new();
    scope.handle().set_deadline(Some(anyrt::now() - MOMENT));
    assert_eq!(
        in_time(scope.run(anyrt::sleep(HOUR))).await.unwrap_err().reason(),
        &Reason::Deadline
    );
    let scope = CancelScope::new().with_deadline(anyrt::now() - MOMENT);
    scope.handle().set_deadline(None);
    assert_eq!(in_time(scope.run(anyrt::yield_now())).await, Ok(()));
}

#[anyrt::test(sim, seeds = 10)]
async fn of_a_timeout_and_a_deadline_the_earlier_one_counts() {
    let soon = anyrt::now() - MOMENT;
    let scope = CancelScope::new().with_timeout(HOUR).with_deadline(soon);
    assert!(in_time(scope.run(anyrt::sleep(HOUR))).await.is_err());
    let late = anyrt::now() + HOUR;
    let scope = CancelScope::new().with_deadline(late).with_timeout(MOMENT);
    assert!(in_time(scope.run(anyrt::sleep(HOUR))).await.is_err());
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shield_that_outlasts_the_timeout_gives_its_value() {
    let saved = anyrt::fail_after(
        MOMENT,
        anyrt::shield(async {
            anyrt::sleep(MOMENT * 2).await;
            "saved"
        }),
    );
    assert_eq!(in_time(saved).await, Ok("saved"));
}

#[anyrt::test(sim, seeds = 10)]
async fn the_handle_of_a_child_that_has_ended_is_still_a_checkpoint() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let ended = group.spawn(async { Ok(1) });
            while !ended.is_finished() {
                anyrt::yield_now().await;
            }
            let scope = CancelScope::new();
            scope.handle().cancel();
            let cut = scope.run(async {
                let _ = ended.await;
                log.note("too far");
            });
            Ok(cut.await.is_err())
        }
    });
    assert_eq!(in_time(group).await, Ok(true));
    assert!(log.entries().is_empty());
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_cancels_itself_through_its_own_handle() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (give, given) = channel::bounded::<anyrt::TaskHandle<()>>(1);
        let (end, ended) = channel::bounded::<Result<(), TaskError>>(0);
        let watcher = group.clone();
        let child = group.spawn(async move {
            let own = given.recv().await.unwrap();
            own.cancel();
            watcher.spawn(async move { end.send(own.await).await.unwrap() });
            in_child.note("cancelled");
            anyrt::checkpoint().await;
            in_child.note("too far");
        });
        give.send(child).await.unwrap();
        Ok(ended.recv().await.unwrap().is_err())
    });
    assert_eq!(in_time(group).await, Ok(true));
    assert_eq!(log.entries(), ["cancelled"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cleanup_has_no_deadline_but_its_own() {
    let log = Log::default();
    let session = anyrt::finally(anyrt::sleep(HOUR), async {
        assert_eq!(anyrt::current_effective_deadline(), None);
        log.note("none");
    });
    assert_eq!(in_time(anyrt::move_on_after(MOMENT, session)).await, None);
    assert_eq!(log.entries(), ["none"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_background_child_that_fails_cancels_the_group_too() {
    let group = anyrt::task_group(|group: Failing| async move {
        group.background().spawn(async { Err::<(), _>("background") });
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    assert_eq!(in_time(group).await.unwrap_err().failures(), ["background"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_group_of_background_children_alone_ends_with_its_body() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let running = Event::new();
        let is_running = running.clone();
        group.background().spawn(async move {
            let work = async {
                running.set();
                anyrt::sleep(HOUR).await;
            };
            let cleanup = async {
                anyrt::sleep(MOMENT).await;
                in_child.note("cleaned up");
            };
            anyrt::finally(work, cleanup).await;
        });
        is_running.wait().await;
        Ok("body")
    });
    assert_eq!(in_time(group).await, Ok("body"));
    assert_eq!(log.entries(), ["cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_race_in_a_cancelled_scope_runs_its_racers_to_their_first_checkpoints() {
    let log = Log::default();
    let racer = |name| {
        let log = log.clone();
        async move {
            log.note(name);
            anyrt::checkpoint().await;
            log.note("too far");
            Ok::<_, &str>(name)
        }
    };
    let scope = CancelScope::new();
    scope.handle().cancel();
    let cut = scope.run(anyrt::race([racer("one"), racer("two")]));
    assert!(in_time(cut).await.is_err());
    assert_eq!(log.sorted(), ["one", "two"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_destructor_may_cancel_the_outer_scope_which_then_catches() {
    struct Cancel(anyrt::CancelHandle);

    impl Drop for Cancel {
        fn drop(&mut self) {
            self.0.cancel_with("from a destructor");
        }
    }

    let log = Log::default();
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let (outer_handle, inner_handle) = (outer.handle(), inner.handle());
    let run = outer.run(async {
        let cut = inner.run(async {
            let _guard = Cancel(outer_handle.clone());
            inner_handle.cancel();
            anyrt::sleep(HOUR).await;
        });
        let _ = cut.await;
        log.note("too far");
    });
    let cancelled = in_time(run).await.unwrap_err();
    assert_eq!(cancelled.reason(), &Reason::from("from a destructor"));
    assert!(!inner_handle.cancelled_caught());
    assert!(log.entries().is_empty());
}
