//! The life of a worker.

use std::any::{Any, type_name};
use std::env;
use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;

use crate::frame::{self, HELLO};
use crate::job::Job;

/// Says in a worker's environment which jobs it is for.
pub(crate) const ROLE: &str = "ANYRT_WORKER";

/// What a worker answers, before the bytes of it.
pub(crate) const DONE: u8 = 0;
pub(crate) const PANICKED: u8 = 1;

/// Does jobs until there are no more, if this process is a worker.
///
/// It then ends the process, and does not return. In any other process it does nothing. To be called at
/// the start of `main`, once for each type of job that the program has a pool for.
///
/// # Examples
///
/// ```no_run
/// # use anyrt_workers::{Job, serve};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Resize;
/// # impl Job for Resize { type Output = (); fn run(self) {} }
/// fn main() {
///     serve::<Resize>();
///     // The program.
/// }
/// ```
pub fn serve<J: Job>() {
    if env::var_os(ROLE).is_none_or(|role| role != type_name::<J>()) {
        return;
    }
    // Without a pool there is nobody who could be told.
    process::exit(i32::from(work::<J>().is_err()));
}

fn work<J: Job>() -> io::Result<()> {
    // Not locked: a thread of a job that writes there is to be noticed, not to wait for ever.
    let (mut jobs, mut outputs) = (BufReader::new(io::stdin()), io::stdout());
    frame::write(&mut outputs, HELLO)?;
    while let Some(job) = frame::read(&mut jobs)? {
        let done = catch_unwind(AssertUnwindSafe(|| {
            let job: J = postcard::from_bytes(&job)?;
            postcard::to_extend(&job.run(), vec![DONE])
        }));
        let answer = match done {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => said(format!("it or its output cannot travel: {error}")),
            Err(payload) => said(text(&*payload)),
        };
        frame::write(&mut outputs, &answer)?;
    }
    Ok(())
}

fn said(message: String) -> Vec<u8> {
    let mut answer = vec![PANICKED];
    answer.extend(message.into_bytes());
    answer
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "(a payload that is no text)".to_owned())
}
