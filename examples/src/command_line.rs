//! What the command lines of all programs here share: the choice of backends, and how faults are told.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::process::ExitCode;

use anyrt::{AnyBackend, UnknownBackend};
use clap::Parser;
use clap::error::ErrorKind as ClapErrorKind;

/// The backends to run on, in this order.
#[derive(Clone, Debug)]
pub struct Backends(pub Vec<AnyBackend>);

/// Finds the backends that are meant by a name, or by `all`.
///
/// # Errors
///
/// [`UnknownBackend`], which says what names there are.
pub fn backends(name: &str) -> Result<Backends, UnknownBackend> {
    Ok(Backends(match name {
        "all" => AnyBackend::available(),
        name => vec![name.parse()?],
    }))
}

/// Reads the command line.
///
/// # Errors
///
/// The exit code, if there is nothing more to do: help was asked for, or the line is bad, which was said
/// in one line.
pub fn parse<A: Parser>() -> Result<A, ExitCode> {
    let error = match A::try_parse() {
        Ok(args) => return Ok(args),
        Err(error) => error,
    };
    if matches!(error.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion) {
        // Nobody may be reading.
        let _ = error.print();
        return Err(ExitCode::SUCCESS);
    }
    // The paragraphs after the first one repeat the usage.
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ");
    Err(bad_input(line.trim_start_matches("error: ")))
}

/// Says what is wrong with the command line, and gives the exit code.
pub fn bad_input(line: &str) -> ExitCode {
    complain(format_args!("{line} (see --help)"));
    ExitCode::from(2)
}

/// Says on stderr what is wrong; if nobody reads that either, there is nothing left to do.
pub fn complain(what: impl Display) {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = std::path::Path::new(&program).file_stem().unwrap_or_default().to_string_lossy();
    let _ = writeln!(stderr().lock(), "{program}: {what}");
}

/// Prints to stdout; that nobody reads it is no fault.
pub fn print(text: impl Display) -> ExitCode {
    match writeln!(stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(format_args!("the result cannot be written to stdout: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
