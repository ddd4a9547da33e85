//! The command line.

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::command_line::{self, Backends, bad_input};
use anyrt_examples::page_url::PageUrl;
use anyrt_examples::site::Site;
use clap::Parser;
use clap::builder::RangedU64ValueParser;

use crate::measure::Source;

/// Fetches pages one after another, then at once, on every backend, and shows what that gains.
#[derive(Debug, Parser)]
#[command(name = "fetch", version)]
pub(crate) struct Args {
    /// Which backend runs it: tokio, smol, async-std, or all
    #[arg(long, value_name = "NAME", default_value = "all", value_parser = command_line::backends)]
    pub(crate) backend: Backends,

    /// How many pages the embedded server has
    #[arg(long, value_name = "N", default_value = "20", value_parser = count(1), conflicts_with = "url")]
    pages: usize,

    /// How many fetches there are at once
    #[arg(long, value_name = "N", default_value = "5", value_parser = count(1))]
    pub(crate) limit: usize,

    /// How long each page of the embedded server takes
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = time, conflicts_with = "url")]
    latency: Duration,

    /// How long a fetch may take
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = timeout)]
    pub(crate) timeout: Duration,

    /// How many pages of the embedded server fail [default: one in ten]
    #[arg(long, value_name = "N", value_parser = count(0), conflicts_with = "url")]
    failing: Option<usize>,

    /// How many pages of the embedded server never come [default: one in twenty]
    #[arg(long, value_name = "N", value_parser = count(0), conflicts_with = "url")]
    hanging: Option<usize>,

    /// Fetches these pages (http:// only) instead of those of the embedded server
    #[arg(long, value_name = "URL", num_args = 1..)]
    url: Vec<PageUrl>,

    /// Prints a list for programs instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

impl Args {
    /// Reads the command line; if that is bad, says so in one line and gives the exit code.
    pub(crate) fn from_command_line() -> Result<Self, ExitCode> {
        let args: Self = command_line::parse()?;
        args.fault().map_or(Ok(args), |fault| Err(bad_input(fault)))
    }

    fn fault(&self) -> Option<&'static str> {
        let Site { pages, failing, hanging, .. } = self.site();
        (failing + hanging > pages)
            .then_some("--failing and --hanging together are more than --pages: give fewer of them")
    }

    fn site(&self) -> Site {
        Site {
            pages: self.pages,
            failing: self.failing.unwrap_or(self.pages / 10),
            hanging: self.hanging.unwrap_or(self.pages / 20),
            latency: self.latency,
        }
    }

    /// Gives the pages to fetch.
    pub(crate) fn source(&self) -> Source {
        if self.url.is_empty() { Source::Site(self.site()) } else { Source::Urls(self.url.clone()) }
    }
}

/// A number from `least` on, with an end that keeps the load bounded.
fn count(least: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(least..=10_000)
}

fn time(text: &str) -> Result<Duration, humantime::DurationError> {
    humantime::parse_duration(text)
}

fn timeout(text: &str) -> Result<Duration, String> {
    match time(text) {
        Ok(Duration::ZERO) => Err("a fetch needs some time, for example 1s".to_owned()),
        Ok(timeout) => Ok(timeout),
        Err(error) => Err(error.to_string()),
    }
}
