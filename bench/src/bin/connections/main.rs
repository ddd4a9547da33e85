//! Thousands of connections, held by one process on each backend, each of which echoes once a second.
//!
//! The server is a process of its own and the client is another, so that the memory of each is that of
//! one end alone; and 10,000 connections need no more than that many files in a process. The client
//! is anyrt's; the server is written with anyrt, and by hand with what the runtime itself has.
#![forbid(unsafe_code)]

mod args;
mod by_hand;
mod client;
mod echo;
mod files;
mod process;
mod report;
mod server;

use std::io::{self, Write, stdout};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Backend, Part, Way};
use process::Started;
use report::Row;

fn main() -> ExitCode {
    let args = Args::parse();
    let text = match &args.part {
        None => compare(&args),
        Some(Part::Serve(part)) => server::run(part).map(|echoed| to_line(&*echoed)),
        Some(Part::Visit(part)) => client::run(part).map(|seen| to_line(&seen)),
    };
    match text.and_then(|text| tell(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("connections: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(args: &Args) -> io::Result<String> {
    let mut rows = Vec::new();
    for backend in args.backends() {
        for way in args.ways() {
            rows.push(measure(args, backend, way)?);
        }
    }
    Ok(if args.json { report::json(&rows) } else { report::table(&rows, args) })
}

/// Has a server and a client meet, and looks at their memory while all connections are open.
fn measure(args: &Args, backend: Backend, way: Way) -> io::Result<Row> {
    let connections = args.connections.to_string();
    let shared = ["--on", backend.name(), "--connections", &connections];
    let mut server = Started::new("serve", &[&shared[..], &["--way", way.name()]].concat())?;
    let address = server.line()?;
    let seconds = args.seconds.to_string();
    let rest = ["--address", &address, "--seconds", &seconds];
    let mut client = Started::new("visit", &[&shared[..], &rest].concat())?;

    client.hear(client::READY)?;
    let before = [server.memory(), client.memory()];
    client.hear(client::HALFWAY)?;
    let during = [server.memory(), client.memory()];
    let (seen, echoed) = (client.line()?, server.line()?);
    client.end()?;
    server.end()?;
    let of_each =
        |at: usize| Some(during[at]?.saturating_sub(before[at]?) / args.connections as u64);
    let (seen, echoed) = (serde_json::from_str(&seen)?, serde_json::from_str(&echoed)?);
    Ok(Row::new(backend, way, args, seen, echoed, [0, 1].map(of_each)))
}

/// Says a line, at once.
fn tell(line: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn to_line(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("it is plain data")
}
