//! O3: no process outlives its scope, and none is left unreaped.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use anyrt_core::process::{Command, open, run};
use anyrt_core::{Backend as _, Toplevel};
use rustix::process::{Pid, test_kill_process};

use crate::laws::tools::{Event, Source, eventually};
use crate::subject::Subject;
use crate::support::{Flag, Group, Marker, boom, catch, describe, drive_until};

pub(super) fn o3(driver: &Subject) {
    for source in Source::ALL {
        driver.run(cancelled(driver, source));
    }
    driver.run(cancelled_while_it_is_run(driver));
    driver.run(cancelled_with_its_group(driver));
    driver.run(its_code_panics(driver));
    driver.run(cancelled_before_it_starts(driver));
    driver.run(dropped_by_foreign_code(driver));
}

/// Whether the system knows the process, alive or not yet reaped.
fn is_there(id: u32) -> bool {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("an id is a small number");
    test_kill_process(id).is_ok()
}

/// Longer than the check may take; where it fails, nothing is left for long.
fn sleeps() -> Command {
    Command::new("sleep").arg("60")
}

/// What a process's code tells of it.
#[derive(Clone, Default)]
struct Seen(Event, std::sync::Arc<std::sync::Mutex<Option<u32>>>);

impl Seen {
    fn note(&self, id: Option<u32>) {
        *crate::laws::tools::lock(&self.1) = id;
        self.0.set();
    }

    fn id(&self) -> u32 {
        crate::laws::tools::lock(&self.1).expect("the process has started")
    }
}

async fn cancelled(driver: &Subject, source: Source) {
    let (scope, seen, after) = (driver.cancel_scope(), Seen::default(), Flag::new());
    let (handle, inside, late) = (scope.handle(), seen.clone(), after.clone());
    let opened = open(driver, sleeps(), |child| async move {
        inside.note(child.id());
        let _ = child.wait().await;
        late.raise();
    });
    let mut running = pin!(scope.run(opened));
    drive_until(running.as_mut(), seen.0.wait(), "the process ended early").await;
    assert!(is_there(seen.id()), "a process that runs");
    source.cancel(driver, &handle).await;
    let ended = running.await;
    assert!(ended.is_err(), "a process that was cancelled from {source:?} gave {ended:?}");
    assert!(!is_there(seen.id()), "cancelled from {source:?}, its process was left behind");
    assert!(!after.is_up(), "cancelled from {source:?}, its code ran on");
}

async fn cancelled_while_it_is_run(driver: &Subject) {
    let command = Command::new("sh").args(["-c", "echo $$; exec sleep 60"]);
    let cut = driver.move_on_after(Duration::from_millis(20), run(driver, command)).await;
    assert!(cut.is_none(), "a process that takes long gave {cut:?}");
}

async fn cancelled_with_its_group(driver: &Subject) {
    const PROCESSES: usize = 5;
    let all: Vec<Seen> = (0..PROCESSES).map(|_| Seen::default()).collect();
    let ended = driver
        .task_group(|group: Group<Subject>| {
            let (driver, all) = (driver.clone(), all.clone());
            async move {
                for seen in &all {
                    let (driver, seen) = (driver.clone(), seen.clone());
                    group.spawn(async move {
                        let opened = open(&driver, sleeps(), |child| async move {
                            seen.note(child.id());
                            pending::<()>().await;
                        });
                        let _ = opened.await;
                    });
                }
                for seen in &all {
                    seen.0.wait().await;
                }
                group.cancel();
            }
        })
        .await;
    assert_eq!(ended, Ok(()), "a group that cancelled its children");
    let left: Vec<_> = all.iter().map(Seen::id).filter(|id| is_there(*id)).collect();
    assert!(left.is_empty(), "processes that outlived their group: {left:?}");
}

async fn its_code_panics(driver: &Subject) {
    let seen = Seen::default();
    let inside = seen.clone();
    let opened = open(driver, sleeps(), |child| async move {
        inside.note(child.id());
        boom(Marker(4))
    });
    let payload = catch(opened).await.expect_err("the code panicked");
    assert_eq!(describe(&*payload), describe(&Marker(4)), "the panic of a process's code");
    assert!(!is_there(seen.id()), "its code panicked, and its process was left behind");
}

async fn cancelled_before_it_starts(driver: &Subject) {
    let (scope, began) = (driver.cancel_scope(), Flag::new());
    scope.handle().cancel();
    let inside = began.clone();
    let ended = scope.run(open(driver, sleeps(), |_| async move { inside.raise() })).await;
    assert!(ended.is_err() && !began.is_up(), "a process in a cancelled scope gave {ended:?}");
}

async fn dropped_by_foreign_code(driver: &Subject) {
    let seen = Seen::default();
    let inside = seen.clone();
    let mut opened = Box::pin(open(driver, sleeps(), |child| async move {
        inside.note(child.id());
        pending::<()>().await;
    }));
    drive_until(opened.as_mut(), seen.0.wait(), "the process ended early").await;
    drop(opened);
    eventually!("a dropped process is killed and reaped", !is_there(seen.id()));
}
