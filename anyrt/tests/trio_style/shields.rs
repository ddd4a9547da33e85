//! Shields: nested, with scopes of their own, and toggled.

use anyrt::{CancelScope, Reason, TaskGroup, channel};

use crate::support::{Event, HOUR, Log, MOMENT, in_time, until_called, until_cancelled};

#[anyrt::test(sim, seeds = 10)]
async fn a_cancellation_strikes_at_the_first_checkpoint_after_the_shield() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let run = scope.run(async {
        anyrt::shield(async {
            handle.cancel();
            anyrt::sleep(MOMENT).await;
            log.note("shielded");
        })
        .await;
        log.note("after the shield");
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["shielded", "after the shield"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn nested_shields_open_one_after_the_other() {
    let log = Log::default();
    let (outer, between) = (CancelScope::new(), CancelScope::new());
    let (outer_handle, between_handle) = (outer.handle(), between.handle());
    let run = outer.run(async {
        anyrt::shield(async {
            let cut = between.run(async {
                anyrt::shield(async {
                    outer_handle.cancel();
                    between_handle.cancel();
                    anyrt::yield_now().await;
                    log.note("in both");
                })
                .await;
                anyrt::checkpoint().await;
                log.note("the scope between is not cut");
            });
            assert!(cut.await.is_err());
            anyrt::yield_now().await;
            log.note("in one");
        })
        .await;
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert!(between_handle.cancelled_caught());
    assert_eq!(log.entries(), ["in both", "in one"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shielded_scope_can_be_cancelled_itself() {
    let log = Log::default();
    let (outer, shield) = (CancelScope::new(), CancelScope::new().shielded());
    let (outer_handle, shield_handle) = (outer.handle(), shield.handle());
    let run = outer.run(async {
        outer_handle.cancel_with("outer");
        let cut = shield.run(async {
            anyrt::yield_now().await;
            log.note("shielded");
            shield_handle.cancel_with("own");
            anyrt::sleep(HOUR).await;
        });
        assert_eq!(cut.await.unwrap_err().reason(), &Reason::from("own"));
        log.note("caught by itself");
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert_eq!(in_time(run).await.unwrap_err().reason(), &Reason::from("outer"));
    assert_eq!(log.entries(), ["shielded", "caught by itself"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_inside_a_shield_works() {
    let log = Log::default();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let run = scope.run(async {
        let hangs = anyrt::move_on_after(MOMENT, anyrt::sleep(HOUR));
        assert_eq!(anyrt::shield(hangs).await, None);
        log.note("timed out inside");
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["timed out inside"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shield_raised_through_its_handle_protects_until_it_is_lowered() {
    let log = Log::default();
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let (outer_handle, inner_handle) = (outer.handle(), inner.handle());
    let (go, gone) = channel::bounded::<()>(0);
    let (reached, reach) = channel::bounded::<()>(0);
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = log.clone();
        async move {
            let work = inner.run(async move {
                gone.recv().await.unwrap();
                log.note("protected");
                reached.send(()).await.unwrap();
                anyrt::sleep(HOUR).await;
            });
            let child = group.spawn(async move { Ok(outer.run(work).await.is_err()) });
            inner_handle.set_shield(true);
            outer_handle.cancel();
            go.send(()).await.unwrap();
            reach.recv().await.unwrap();
            assert!(!child.is_finished());
            inner_handle.set_shield(false);
            Ok((child.await.unwrap(), inner_handle.cancelled_caught()))
        }
    });
    assert_eq!(in_time(group).await, Ok((true, false)));
    assert_eq!(log.entries(), ["protected"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shield_raised_by_a_destructor_comes_too_late() {
    struct Raise(anyrt::CancelHandle);

    impl Drop for Raise {
        fn drop(&mut self) {
            self.0.set_shield(true);
        }
    }

    let log = Log::default();
    let (outer, inner) = (CancelScope::new(), CancelScope::new());
    let (outer_handle, inner_handle) = (outer.handle(), inner.handle());
    let run = outer.run(async {
        let work = inner.run(async {
            let _raise = Raise(inner_handle.clone());
            outer_handle.cancel();
            anyrt::sleep(HOUR).await;
        });
        let _ = work.await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert!(!inner_handle.cancelled_caught());
    assert!(log.entries().is_empty());
}

#[anyrt::test(sim, seeds = 10)]
async fn a_group_in_a_shield_in_a_group_finishes() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let run = scope.run(anyrt::task_group(|outer: TaskGroup| {
        let log = log.clone();
        async move {
            let (running, done) = (Event::new(), Event::new());
            let (is_running, set_done) = (running.clone(), done.clone());
            outer.spawn(async move {
                let _guard = log.at_drop("outer child ends");
                let inner = anyrt::task_group(|inner: TaskGroup| {
                    let log = log.clone();
                    async move {
                        let child = inner.spawn(async move {
                            running.set();
                            done.wait().await;
                            log.note("inner child ends");
                            Ok(7)
                        });
                        Ok(child.await.unwrap())
                    }
                });
                assert_eq!(anyrt::shield(inner).await, Ok(7));
                log.note("inner group ends");
                anyrt::checkpoint().await;
                log.note("too far");
            });
            is_running.wait().await;
            handle.cancel();
            set_done.set();
            anyrt::sleep(HOUR).await;
        }
    }));
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["inner child ends", "inner group ends", "outer child ends"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_shield_around_a_group_does_not_stop_the_groups_own_cancellation() {
    let log = Log::default();
    let shielded = anyrt::shield(anyrt::task_group(|group: TaskGroup| {
        let guard = log.at_drop("child");
        async move {
            group.spawn(async move {
                let _guard = guard;
                anyrt::sleep(HOUR).await;
            });
            group.cancel();
            anyrt::sleep(HOUR).await;
        }
    }));
    assert!(in_time(shielded).await.unwrap_err().is_cancelled());
    assert_eq!(log.entries(), ["child"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_waits_for_a_shielded_child_and_is_not_noticed_if_nothing_was_cut() {
    let log = Log::default();
    let in_child = log.clone();
    let scope = CancelScope::new().with_timeout(MOMENT);
    let handle = scope.handle();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(anyrt::shield(async move {
            until_called(&handle).await;
            in_child.note("child");
        }));
        Ok(7)
    });
    assert_eq!(in_time(scope.run(group)).await, Ok(Ok(7)));
    assert_eq!(log.entries(), ["child"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_waits_for_a_shielded_child_and_cuts_it_afterwards() {
    let log = Log::default();
    let in_child = log.clone();
    let scope = CancelScope::new().with_timeout(MOMENT);
    let handle = scope.handle();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            let work = async {
                until_called(&handle).await;
                in_child.note("child");
            };
            anyrt::shield(work).await;
            until_cancelled().await; // The scope may be called before the child learns of it.
            anyrt::checkpoint().await;
            in_child.note("too far");
        });
        Ok(7)
    });
    let cut = in_time(scope.run(group)).await.unwrap_err();
    assert_eq!(cut.reason(), &Reason::Deadline);
    assert_eq!(log.entries(), ["child"]);
}
