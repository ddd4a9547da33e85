//! The pattern `connection_pool` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyrt_examples::patterns::connection_pool::double_all;
use anyrt_examples::pool::Pool;
use anyrt_examples::{program, toy_database};

fn main() -> ExitCode {
    program::run(async || {
        let visit = toy_database::visit(Duration::from_millis(50), async |database, counts| {
            let pool = Arc::new(Pool::open(database, 2, 5).await?);
            let answers = double_all(&pool, 0..50, |_| Duration::MAX).await?;
            let answered = answers.iter().filter(|answer| answer.is_ok()).count();
            let opened = counts.opened.load(Ordering::SeqCst);
            Ok(format!("{answered} queries over {opened} connections, then {pool:?}"))
        });
        visit.await?
    })
}
