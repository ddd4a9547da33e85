//! Pools of real processes, on every backend; this program is its own worker.
//!
//! Each part of law O5 was seen to be broken: its check fails on a pool that breaks it.

mod checks;
mod job;
mod pools;
mod saboteurs;

use std::any::Any;
use std::env;
use std::panic::{self, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyrt::AnyBackend;
use anyrt_workers::{Pool, serve};

use crate::job::Task;

/// What threads are called in which a check is to fail; nobody needs to read how.
const SABOTEUR: &str = "saboteur";

/// Runs `test` with a time limit: a hang is a failure.
fn in_time(name: &str, test: impl FnOnce() + Send + 'static) -> thread::Result<()> {
    let (alive, ended) = channel::<()>();
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _alive = alive;
        test();
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(RecvTimeoutError::Timeout) => Err(Box::new("it hangs")),
        _ => thread.expect("a thread can be started").join(),
    }
}

/// The first line of what a check said.
fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref().map(String::as_str).or(panic.downcast_ref().copied());
    text.and_then(|text| text.lines().next()).unwrap_or("a panic without a text")
}

fn keep_quiet_about_saboteurs() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(SABOTEUR) {
            tell(panic);
        }
    }));
}

/// Runs what has a name that contains the program's argument, if it has one.
macro_rules! run {
    (
        tests { $($name:ident)* }
        faults { $($fault:ident breaks $check:ident;)* }
    ) => {
        let wanted = env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
        let mut count = 0;
        for backend in AnyBackend::available() {
            $(
                let name = stringify!($name);
                if name.contains(&wanted) {
                    let on = backend.clone();
                    in_time(name, move || anyrt::run_on(&on, checks::$name::<Pool<Task>>()))
                        .unwrap_or_else(|panic| resume_unwind(panic));
                    println!("test {name} on {backend} ... ok");
                    count += 1;
                }
            )*
            $(
                let name = stringify!($fault);
                if name.contains(&wanted) {
                    let on = backend.clone();
                    let check = checks::$check::<saboteurs::$fault>;
                    match in_time(SABOTEUR, move || anyrt::run_on(&on, check())) {
                        Ok(()) => panic!("{} does not see {name}", stringify!($check)),
                        Err(panic) => println!("test {name} on {backend} ... {}", text(&*panic)),
                    }
                    count += 1;
                }
            )*
        }
        println!("{count} tests passed");
    };
}

fn main() {
    serve::<Task>();
    keep_quiet_about_saboteurs();
    run! {
        tests {
            jobs_are_done_and_workers_used_again
            many_jobs_share_few_workers
            a_panic_is_the_jobs_error
            a_crash_is_told_and_another_worker_takes_over
            what_writes_elsewhere_is_no_worker
            a_cancelled_job_takes_its_worker_with_it
            no_worker_outlives_its_pool
        }
        faults {
            UsesNoWorkerAgain breaks jobs_are_done_and_workers_used_again;
            GivesTheAnswerBefore breaks jobs_are_done_and_workers_used_again;
            StartsTooMany breaks many_jobs_share_few_workers;
            TakesPanicsForCrashes breaks a_panic_is_the_jobs_error;
            TellsNoCrash breaks a_crash_is_told_and_another_worker_takes_over;
            CrashesTheNextJob breaks a_crash_is_told_and_another_worker_takes_over;
            TakesAnyProgram breaks what_writes_elsewhere_is_no_worker;
            LeavesCancelledJobs breaks a_cancelled_job_takes_its_worker_with_it;
            KeepsItsWorkers breaks no_worker_outlives_its_pool;
        }
    }
}
