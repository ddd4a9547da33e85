//! Deadlines: nested, moved, passed, and asked for.

use std::thread;
use std::time::Duration;

use anyrt::{CancelScope, Reason, TaskGroup, TimedOut};

use crate::support::{Event, HOUR, LIMIT, Log, MOMENT, in_time, until_called};

#[anyrt::test(sim, seeds = 10)]
async fn a_deadline_in_the_past_lets_the_body_run_to_its_first_checkpoint() {
    let log = Log::default();
    let past = anyrt::now() - MOMENT;
    let cut = anyrt::move_on_at(past, async {
        log.note("entered");
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert_eq!(in_time(cut).await, None);
    assert_eq!(log.entries(), ["entered"]);
    assert_eq!(in_time(anyrt::move_on_at(past, async { 1 })).await, Some(1));
    assert_eq!(in_time(anyrt::fail_at(past, async { 1 })).await, Ok(1));
    assert_eq!(
        in_time(anyrt::fail_after(Duration::ZERO, anyrt::sleep(HOUR))).await,
        Err(TimedOut::new())
    );
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_tells_where_its_time_was_given() {
    let line = line!() + 1;
    let timed_out = in_time(anyrt::fail_after(Duration::ZERO, anyrt::sleep(HOUR))).await;
    let timed_out = timed_out.unwrap_err();
    assert_eq!((timed_out.place().file(), timed_out.place().line()), (file!(), line));
    assert!(timed_out.to_string().contains(&format!("{}:{line}", file!())), "{timed_out}");
}

#[anyrt::test(sim, seeds = 10)]
async fn the_inner_timeout_is_sooner_and_fires_alone() {
    let outer = anyrt::fail_after(HOUR, async {
        let inner = anyrt::move_on_after(MOMENT, anyrt::sleep(HOUR)).await;
        anyrt::checkpoint().await;
        inner
    });
    assert_eq!(in_time(outer).await, Ok(None));
}

#[anyrt::test(sim, seeds = 10)]
async fn the_outer_timeout_is_sooner_and_the_inner_one_does_not_fire() {
    let log = Log::default();
    let outer = anyrt::move_on_after(MOMENT, async {
        let _ = anyrt::fail_after(HOUR, anyrt::sleep(HOUR)).await;
        log.note("the inner one has fired");
    });
    assert_eq!(in_time(outer).await, None);
    assert!(log.entries().is_empty());
}

#[anyrt::test(sim, seeds = 10)]
async fn of_two_equal_deadlines_the_outer_one_fires() {
    let log = Log::default();
    let deadline = anyrt::now() + MOMENT;
    let outer = anyrt::fail_at(deadline, async {
        let _ = anyrt::fail_at(deadline, anyrt::sleep(HOUR)).await;
        log.note("the inner one has fired");
    });
    assert_eq!(in_time(outer).await, Err(TimedOut::new()));
    assert!(log.entries().is_empty());
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_counts_from_the_first_poll() {
    let scope = CancelScope::new().with_timeout(HOUR);
    let handle = scope.handle();
    assert_eq!(handle.deadline(), None);
    let run = scope.run(async { (anyrt::now(), handle.deadline().unwrap()) });
    in_time(anyrt::sleep(MOMENT)).await;
    let before = anyrt::now();
    let (inside, deadline) = in_time(run).await.unwrap();
    assert!(before + HOUR <= deadline && deadline <= inside + HOUR);
}

// A thread of its own has no place in virtual time.
#[anyrt::test]
async fn a_deadline_is_moved_to_now_by_a_thread() {
    let scope = CancelScope::new().with_timeout(HOUR);
    let handle = scope.handle();
    let (entered, inside) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || handle.set_deadline(Some(inside.recv().unwrap())));
    let cut = scope.run(async {
        entered.send(anyrt::now()).unwrap();
        anyrt::sleep(HOUR).await;
    });
    assert_eq!(in_time(cut).await.unwrap_err().reason(), &Reason::Deadline);
    thread.join().unwrap();
}

#[anyrt::test(sim, seeds = 10)]
async fn a_deadline_that_is_removed_or_moved_away_does_not_strike() {
    for moved in [None, Some(HOUR)] {
        let scope = CancelScope::new().with_timeout(MOMENT * 40);
        let handle = scope.handle();
        let run = scope.run(async {
            handle.set_deadline(moved.map(|away| anyrt::now() + away));
            anyrt::sleep(MOMENT * 60).await;
            "not cut"
        });
        assert_eq!(in_time(run).await, Ok("not cut"));
        assert!(!handle.cancel_called());
    }
}

#[anyrt::test(sim, seeds = 10)]
async fn a_deadline_set_while_the_scope_runs_strikes() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let running = Event::new();
        let is_running = running.clone();
        let child = group.spawn(async move {
            let run = scope.run(async move {
                running.set();
                anyrt::sleep(HOUR).await;
            });
            Ok(run.await.unwrap_err().reason().clone())
        });
        is_running.wait().await;
        handle.set_deadline(Some(anyrt::now() + MOMENT));
        Ok(child.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok(Reason::Deadline));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_deadline_that_has_struck_stays_struck() {
    let log = Log::default();
    let scope = CancelScope::new().with_timeout(MOMENT);
    let handle = scope.handle();
    let run = scope.run(async {
        anyrt::shield(until_called(&handle)).await;
        handle.set_deadline(None);
        log.note("removed");
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["removed"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn finishing_late_without_a_checkpoint_gives_the_value() {
    let late = anyrt::fail_after(MOMENT, async {
        thread::sleep(MOMENT * 2);
        "late"
    });
    assert_eq!(in_time(late).await, Ok("late"));
}

#[anyrt::test(sim, seeds = 10)]
async fn the_effective_deadline_is_the_earliest_that_is_visible() {
    let start = anyrt::now();
    let (soon, late) = (start + HOUR, start + 2 * HOUR);
    // A test is run without a scope around it; `in_time` would be one.
    assert_eq!(anyrt::current_effective_deadline(), None);
    let sooner_inside = anyrt::move_on_at(
        late,
        anyrt::move_on_at(soon, async { anyrt::current_effective_deadline() }),
    );
    assert_eq!(sooner_inside.await, Some(Some(Some(soon))));
    let later_inside = anyrt::move_on_at(soon, async {
        let visible = anyrt::move_on_at(late, async { anyrt::current_effective_deadline() }).await;
        let hidden =
            anyrt::shield(anyrt::move_on_at(late, async { anyrt::current_effective_deadline() }));
        (visible, hidden.await)
    });
    assert_eq!(later_inside.await, Some((Some(Some(soon)), Some(Some(late)))));
    let scope = CancelScope::new();
    scope.handle().cancel();
    let cancelled = scope.run(async { anyrt::current_effective_deadline().unwrap() });
    assert!(cancelled.await.unwrap() <= anyrt::now());
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_sees_the_deadlines_around_its_group_and_not_those_around_the_spawn() {
    // They are the test's time limits, too: `in_time` would be one more that is seen.
    let start = anyrt::now();
    let (around_group, around_spawn) = (start + 2 * LIMIT, start + LIMIT);
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let spawn = async { group.spawn(async { Ok(anyrt::current_effective_deadline()) }) };
        let child = anyrt::move_on_at(around_spawn, spawn).await.unwrap();
        Ok(child.await.unwrap())
    });
    let seen = anyrt::move_on_at(around_group, group).await;
    assert_eq!(seen, Some(Ok(Some(around_group))));
}
