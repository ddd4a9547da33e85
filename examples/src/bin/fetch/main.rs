//! Fetches pages one after another, then at once, on every backend, and shows what that gains.
#![forbid(unsafe_code)]

mod args;
mod measure;
mod progress;
mod report;

use std::process::ExitCode;

use anyrt_examples::command_line::{complain, print};
use anyrt_examples::fetch::Limits;

use args::Args;
use measure::measure;

fn main() -> ExitCode {
    let args = match Args::from_command_line() {
        Ok(args) => args,
        Err(exit_code) => return exit_code,
    };
    let limits = Limits { at_once: args.limit, timeout: args.timeout };
    let source = args.source();

    let mut rows = Vec::new();
    for backend in &args.backend.0 {
        match anyrt::run_on(backend, measure(backend.name(), &source, limits)) {
            Ok(row) => rows.push(row),
            Err(error) => {
                complain(format_args!(
                    "the embedded server on {backend} stopped: {error} \
                     (a lower --limit needs fewer connections)"
                ));
                return ExitCode::FAILURE;
            }
        }
    }
    let text = if args.json { report::json(&rows) } else { report::table(&rows, &source, limits) };
    print(text)
}
