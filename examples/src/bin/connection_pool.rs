//! The pattern `connection_pool` as a program: over a toy, or over a server that is named.
#![forbid(unsafe_code)]

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyrt_examples::command_line::{self, Backends};
use anyrt_examples::patterns::connection_pool::double_all;
use anyrt_examples::pool::Pool;
use anyrt_examples::postgres::Postgres;
use anyrt_examples::{program, toy_database};
use clap::Parser;
use tokio_postgres::Config;

/// Fifty queries over five connections, to a toy of a database or to a real one.
#[derive(Parser)]
struct Args {
    /// Which backend runs it: tokio, smol, async-std, sim (in virtual time), or all but sim
    #[arg(long, value_name = "NAME", default_value = "all", value_parser = command_line::backends)]
    backend: Backends,

    /// The server to ask instead of the toy, as in host=localhost user=me dbname=mine, or as a URL
    #[arg(long, value_name = "URL")]
    postgres: Option<Config>,
}

async fn over_a_toy() -> Result<String, Box<dyn Error>> {
    let visit = toy_database::visit(Duration::from_millis(50), async |database, counts| {
        let pool = Arc::new(Pool::open(database, 2..=5).await?);
        let answers = double_all(&pool, 0..50, |_| Duration::MAX).await?;
        let answered = answers.iter().filter(|answer| answer.is_ok()).count();
        let opened = counts.opened.load(Ordering::SeqCst);
        Ok(format!("{answered} queries over {opened} connections, then {pool:?}"))
    });
    visit.await?
}

async fn over(postgres: Postgres) -> Result<String, Box<dyn Error>> {
    let visit = postgres.visit(2..=5, async |pool| {
        let answers = double_all(&pool, 0..50, |_| Duration::MAX).await?;
        let answered = answers.iter().filter(|answer| answer.is_ok()).count();
        Ok(format!("{answered} queries to PostgreSQL, then {pool:?}"))
    });
    visit.await?
}

fn main() -> ExitCode {
    let args: Args = match command_line::parse() {
        Ok(args) => args,
        Err(exit_code) => return exit_code,
    };
    program::run_on(args.backend.0, async || match &args.postgres {
        None => over_a_toy().await,
        Some(config) => over(Postgres::new(config.clone())).await,
    })
}
