//! The pattern `paginate` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_examples::patterns::paginate::{first_items, with_list};
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let mut lines = Vec::new();
        for there in [3, 100] {
            let visit = with_list(there, async |first| first_items(first, 50).await);
            let (items, fetched) = visit.await?;
            let items = items?.len();
            lines.push(format!("of {there} pages {fetched} were fetched, with {items} items"));
        }
        Ok(lines.join("\n"))
    })
}
