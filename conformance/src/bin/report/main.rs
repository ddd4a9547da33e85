//! Prints which backend keeps which law.
//!
//! `cargo run --release -p anyrt-conformance -- --help` says how to choose.
#![forbid(unsafe_code)]

mod matrix;
mod options;
mod print;

use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use clap::error::ErrorKind;

use self::matrix::Matrix;
use self::options::{Choice, Options};

fn main() -> ExitCode {
    let choice = match Options::try_parse()
        .map_err(Refused::Clap)
        .and_then(|options| options.choose().map_err(Refused::Value))
    {
        Ok(choice) => choice,
        Err(refused) => return refused.report(),
    };
    be_quiet_about_expected_panics();
    match report(&choice) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: the report could not be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report(choice: &Choice) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let matrix = Matrix::of(choice);
    let rows = if choice.json {
        let rows = matrix.run(|_| Ok(()))?;
        print::json(&mut out, &rows)?;
        rows
    } else {
        print::head(&mut out, &matrix)?;
        let rows = matrix.run(|law| print::line(&mut out, law))?;
        print::foot(&mut out, &matrix, &rows)?;
        rows
    };
    out.flush()?;
    Ok(rows.iter().all(|row| row.outcome == "passed"))
}

/// Why nothing was run.
enum Refused {
    Clap(clap::Error),
    Value(String),
}

impl Refused {
    fn report(self) -> ExitCode {
        let line = match self {
            Self::Clap(error)
                if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) =>
            {
                print!("{error}");
                return ExitCode::SUCCESS;
            }
            Self::Clap(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
            Self::Value(line) => format!("error: {line}"),
        };
        eprintln!("{line}");
        ExitCode::from(2)
    }
}

/// Many checks panic on purpose, on threads of their own; what fails is in the report.
fn be_quiet_about_expected_panics() {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() == Some("main") {
            loud(panic);
        }
    }));
}
