//! T4: async code from threads, inside of calls and through a portal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyrt_core::blocking::{Portal, PortalError, portal};
use anyrt_core::error::{GroupError, Reason};
use anyrt_core::group::{RunGroup, TaskGroup};
use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Backend, Driver, Toplevel, with_backend};

use crate::laws::tools::{Event, HOUR};
use crate::support::{
    Flag, Group, Marker, boom, describe, drive_until, join, on_unknown_thread, poll_once,
};
use crate::threads::Threads;

type Failing<D> = TaskGroup<D, String>;

pub(super) fn t4<P: Threads, D: Driver + Toplevel>(driver: &D) {
    driver.run(a_closure_awaits::<P, D>(driver));
    driver.run(cancelled_with_its_call::<P, D>(driver));
    misused_in_a_closure::<P, D>(driver);
    driver.run(a_thread_calls::<P, D>(driver));
    driver.run(a_cancelled_group_cuts_calls::<P, D>(driver));
    driver.run(misused_in_a_task::<P, D>(driver));
    a_program_for_who_blocks::<P, D>(driver);
}

fn limiter() -> Arc<CapacityLimiter> {
    Arc::new(CapacityLimiter::new(4))
}

/// The text of a panic that should come.
fn panic_of<T>(what: &str, f: impl FnOnce() -> T) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("{what} came back without a word"),
        Err(payload) => describe(&*payload),
    }
}

fn assert_advises(text: &str, remedies: &[&str]) {
    let is_told = remedies.iter().any(|remedy| text.contains(remedy));
    assert!(is_told, "a panic that names none of {remedies:?}: {text}");
}

async fn a_closure_awaits<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let there = driver.clone();
    let value = P::run(driver, limiter(), move || {
        let inside = there.clone();
        // It borrows, and is moved nowhere.
        let text = String::from("three");
        P::block_on(&there, async {
            inside.sleep(Duration::from_millis(1)).await;
            let name = with_backend(Driver::name);
            assert_eq!(name, Some(Driver::name(&inside)), "the backend of a closure's future");
            let group = inside.task_group(async |group: Group<D>| {
                let child = group.spawn(async { Ok(4) });
                Ok(child.await.ok())
            });
            (text.len(), group.await)
        })
    });
    assert_eq!(value.await, Ok((5, Ok(Some(4)))), "what a closure awaited");

    let there = driver.clone();
    let payload = P::run(driver, limiter(), move || {
        panic_of("a future that panics", || P::block_on(&there, async { boom::<_>(Marker(3)) }))
    });
    assert_eq!(payload.await, describe(&Marker(3)), "the panic of a closure's future");
}

async fn cancelled_with_its_call<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let (begun, scope) = (Event::new(), driver.cancel_scope());
    let (handle, there) = (scope.handle(), driver.clone());
    let inside = begun.clone();
    let call = P::run(driver, limiter(), move || {
        let late = P::block_on(&there, async {
            inside.set();
            there.sleep(HOUR).await;
        });
        // Once it is cancelled it stays so.
        let next = P::block_on(&there, there.sleep(HOUR));
        [late, next].map(|ended| ended.map_err(|cancelled| cancelled.reason().clone()))
    });
    let mut running = pin!(scope.run(call));
    drive_until(running.as_mut(), begun.wait(), "the call ended before its closure").await;
    handle.cancel_with("enough");
    let ends = running.await.expect("the call is waited for (law T1)");
    let enough = Err(Reason::from("enough"));
    assert_eq!(ends, [enough.clone(), enough], "what a cancelled closure awaited");
}

fn misused_in_a_closure<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let text = panic_of("block_on outside of a call", || P::block_on(driver, async {}));
    assert_advises(&text, &["run"]);
    let text = driver
        .run(async { panic_of("block_on in a task", || P::block_on(driver, async {}).map(drop)) });
    assert_advises(&text, &["await"]);
}

async fn a_thread_calls<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let dropped = Flag::new();
    let guard = dropped.guard();
    let ended = RunGroup::on(driver.clone(), async |group: Failing<D>| {
        let portal = group.portal();
        let through = portal.clone();
        let seen = on_unknown_thread(driver, move |driver| {
            let (here, sleeping) = (driver.clone(), driver.clone());
            let value = P::call(&through, async move {
                let _guard = guard;
                sleeping.sleep(Duration::from_millis(1)).await;
                assert_eq!(with_backend(Driver::name), Some(Driver::name(&here)), "its backend");
                7
            });
            let failed = P::call(&through, async { Err::<(), _>("mine".to_owned()) });
            let panicked = panic_of("a call that panics", || {
                P::call(&through, async { boom::<_>(Marker(5)) }).map_err(drop)
            });
            let after = P::call(&through, async { 8 });
            (value.ok(), failed.ok(), panicked, after.ok())
        })
        .await;
        let expected = (Some(7), Some(Err("mine".to_owned())), describe(&Marker(5)), Some(8));
        assert_eq!(seen, expected, "what calls gave to a thread");
        assert!(dropped.is_up(), "the future of a call outlived it");
        assert!(!driver.is_cancelled(), "what failed in a call has cancelled the group");
        Ok::<_, String>(portal)
    })
    .await;
    let portal = ended.expect("failures and panics of calls are their callers'");
    let back = on_unknown_thread(driver, move |_| match P::call(&portal, std::future::ready(9)) {
        Err(PortalError::Closed(future)) => Some(future.into_inner()),
        _ => None,
    });
    assert_eq!(back.await, Some(9), "the future of a call into a group that has ended");
}

async fn a_cancelled_group_cuts_calls<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let begun = Event::new();
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let group = RunGroup::on(driver.clone(), async |group: Failing<D>| {
        let (portal, inside, there) = (group.portal(), begun.clone(), driver.clone());
        let thread = std::thread::spawn(move || {
            let ended = P::call(&portal, async move {
                inside.set();
                there.sleep(HOUR).await;
            });
            matches!(ended, Err(PortalError::Cancelled(_)))
        });
        begun.wait().await;
        handle.cancel();
        Ok::<_, String>(thread)
    });
    let ended = scope.run(group).await;
    // The body ended, and the group joins its child, which was cut from outside (law E8).
    assert!(ended.is_err(), "a cancelled group with a call gave a value");
}

async fn misused_in_a_task<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let ended = RunGroup::on(driver.clone(), async |group: Failing<D>| {
        let portal = group.portal();
        let ran = Flag::new();
        let inside = ran.clone();
        let text = panic_of("a call in a task", || {
            P::call(&portal, async move { inside.raise() }).map_err(drop)
        });
        assert_advises(&text, &["await"]);
        let mut turn = pin!(driver.checkpoint());
        let _ = poll_once(turn.as_mut()).await;
        assert!(!ran.is_up(), "the future of a call that was refused ran");
        let text = panic_of("a program in a task", || {
            portal_on(driver, |_: Portal<D, String>| ()).map_err(drop)
        });
        assert_advises(&text, &["await"]);
    })
    .await;
    assert!(ended.is_ok(), "a group in which calls were refused");
}

fn portal_on<D: Driver + Toplevel, T>(
    driver: &D,
    body: impl FnOnce(Portal<D, String>) -> T,
) -> Result<T, GroupError<String>> {
    portal(driver, |portal| Ok::<_, String>(body(portal)))
}

fn a_program_for_who_blocks<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let sum = portal_on(driver, |portal| {
        let calls = [1, 2, 3].map(|number| {
            let (portal, there) = (portal.clone(), driver.clone());
            std::thread::spawn(move || {
                P::call(&portal, async move {
                    there.sleep(Duration::from_millis(number)).await;
                    number
                })
            })
        });
        calls.map(|call| join(call).ok()).into_iter().flatten().sum::<u64>()
    });
    assert_eq!(sum, Ok(6), "what a program gave to who blocks");

    let waited = Flag::new();
    let inside = waited.clone();
    let there = driver.clone();
    let ended = portal_on(driver, |portal| {
        portal.group().spawn(async move {
            there.sleep(Duration::from_millis(5)).await;
            inside.raise();
        });
    });
    assert!(ended == Ok(()) && waited.is_up(), "the program waits for its children: {ended:?}");

    let failed = portal(driver, |portal: Portal<D, String>| {
        let there = driver.clone();
        portal.group().spawn(async move { there.sleep(HOUR).await });
        Err::<(), _>("mine".to_owned())
    });
    let failures = failed.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["mine".to_owned()]), "a closure that fails");

    let text = panic_of("a closure that panics", || {
        portal_on(driver, |portal| {
            let there = driver.clone();
            portal.group().spawn(async move { there.sleep(HOUR).await });
            boom::<_>(Marker(6))
        })
    });
    assert_eq!(text, describe(&Marker(6)), "the panic of a closure");
}
