//! The `main` of every small program: which backend, then the program, then what came of it.

use std::error::Error;
use std::process::ExitCode;

use anyrt::AnyBackend;
use clap::Parser;

use crate::command_line::{self, Backends, complain, print};

/// Runs one pattern, and prints what came of it.
#[derive(Debug, Parser)]
struct Args {
    /// Which backend runs it: tokio, smol, async-std, sim (in virtual time), or all but sim
    #[arg(long, value_name = "NAME", default_value = "all", value_parser = command_line::backends)]
    backend: Backends,
}

/// Runs `program` on each backend that the command line names, and prints the text that it gives.
pub fn run<P>(program: P) -> ExitCode
where
    P: AsyncFn() -> Result<String, Box<dyn Error>>,
{
    let backends = match command_line::parse::<Args>() {
        Ok(args) => args.backend.0,
        Err(exit_code) => return exit_code,
    };
    run_on(backends, program)
}

/// Runs `program` on each of the backends, and prints the text that it gives.
pub fn run_on<P>(backends: Vec<AnyBackend>, program: P) -> ExitCode
where
    P: AsyncFn() -> Result<String, Box<dyn Error>>,
{
    for backend in backends {
        let printed = match anyrt::run_on(&backend, program()) {
            Ok(text) => print(format_args!("== {backend}\n{text}")),
            Err(error) => {
                complain(format_args!("on {backend}: {error}"));
                ExitCode::FAILURE
            }
        };
        if printed != ExitCode::SUCCESS {
            return printed;
        }
    }
    ExitCode::SUCCESS
}
