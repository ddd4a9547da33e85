//! The command line: of the program, and of the processes that it starts.

use std::net::SocketAddr;

use clap::{Parser, Subcommand, ValueEnum};

/// Holds many connections open, each of which echoes once a second, and tells what one costs.
#[derive(Debug, Parser)]
#[command(name = "connections", version)]
pub(crate) struct Args {
    /// Which backend runs it; all, if none is named
    #[arg(long, value_enum)]
    backend: Option<Backend>,

    /// How the server is written; in both ways, if none is named
    #[arg(long, value_enum)]
    way: Option<Way>,

    /// How many connections there are
    #[arg(long, value_name = "N", default_value = "10000", value_parser = count(1_000_000))]
    pub(crate) connections: usize,

    /// For how long each echoes once a second
    #[arg(long, value_name = "N", default_value = "30", value_parser = count(3_600))]
    pub(crate) seconds: usize,

    /// Prints a list for programs instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) part: Option<Part>,
}

/// What a process does that the program has started.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// Serves so many connections
    #[command(hide = true)]
    Serve(Serve),
    /// Opens so many connections to a server
    #[command(hide = true)]
    Visit(Visit),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[arg(long, value_enum)]
    pub(crate) on: Backend,
    #[arg(long, value_enum)]
    pub(crate) way: Way,
    #[arg(long)]
    pub(crate) connections: usize,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Visit {
    #[arg(long, value_enum)]
    pub(crate) on: Backend,
    #[arg(long)]
    pub(crate) address: SocketAddr,
    #[arg(long)]
    pub(crate) connections: usize,
    #[arg(long)]
    pub(crate) seconds: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    Tokio,
    Smol,
    AsyncStd,
}

impl Backend {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Smol => "smol",
            Self::AsyncStd => "async-std",
        }
    }
}

/// How a server is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// With anyrt
    Anyrt,
    /// With what the runtime itself has
    ByHand,
}

impl Way {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Anyrt => "anyrt",
            Self::ByHand => "by-hand",
        }
    }
}

impl Args {
    pub(crate) fn backends(&self) -> Vec<Backend> {
        let all = [Backend::Tokio, Backend::Smol, Backend::AsyncStd];
        self.backend.map_or(all.to_vec(), |backend| vec![backend])
    }

    pub(crate) fn ways(&self) -> Vec<Way> {
        self.way.map_or(vec![Way::Anyrt, Way::ByHand], |way| vec![way])
    }
}

fn count(most: u64) -> clap::builder::RangedU64ValueParser<usize> {
    clap::builder::RangedU64ValueParser::new().range(1..=most)
}
