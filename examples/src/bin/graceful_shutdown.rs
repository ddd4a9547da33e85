//! The pattern `graceful_shutdown` as a program: a server, until Ctrl-C or `kill`.
#![forbid(unsafe_code)]

use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyrt::AnyBackend;
use anyrt_examples::command_line::{self, complain, print};
use anyrt_examples::patterns::graceful_shutdown::serve_until_signal;
use clap::Parser;

/// Serves until it is told to end; a request for /3 takes three seconds.
#[derive(Debug, Parser)]
struct Args {
    /// Which backend runs it: tokio, smol or async-std
    #[arg(long, value_name = "NAME", default_value = "tokio")]
    backend: AnyBackend,

    /// How long requests may take to finish when it is told to end
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    grace: Duration,

    /// How long a second of a request takes
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = humantime::parse_duration)]
    second: Duration,
}

async fn serve(args: &Args) -> io::Result<String> {
    let listener = anyrt::net::listen((Ipv4Addr::LOCALHOST, 0).into()).await?;
    print(format_args!("listening on {}", listener.local_addr()?));
    let tally = serve_until_signal(listener, args.grace, args.second).await?;
    let [answered, cancelled] =
        [&tally.answered, &tally.cancelled].map(|count| count.load(Ordering::SeqCst));
    Ok(format!("answered {answered}, cancelled {cancelled}"))
}

fn main() -> ExitCode {
    let args: Args = match command_line::parse() {
        Ok(args) => args,
        Err(exit_code) => return exit_code,
    };
    match anyrt::run_on(&args.backend, serve(&args)) {
        Ok(text) => print(text),
        Err(error) => {
            complain(error);
            ExitCode::FAILURE
        }
    }
}
