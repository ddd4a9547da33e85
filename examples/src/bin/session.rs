//! The pattern `session` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::session::{Server, with_session};
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let server = Server::default();
        let answer = with_session(&server, async |session| session.ask(21).await).await;
        let cut = anyrt::move_on_after(
            Duration::from_millis(10),
            with_session(&server, async |_| anyrt::sleep_forever().await),
        );
        let cut = cut.await;
        let (opened, closed) = server.counts();
        Ok(format!("{answer:?}, {cut:?}: {opened} sessions were opened, and {closed} closed"))
    })
}
