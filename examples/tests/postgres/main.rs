//! The pool over a real `PostgreSQL`, which the tests start themselves.
//!
//! Where no `PostgreSQL` is installed they are counted as ignored, and a line says so; with
//! `ANYRT_REQUIRE_POSTGRES` in the environment, as in CI, that is a failure. It is no plain `#[test]`s,
//! since those are ignored when they are compiled, or never.
#![forbid(unsafe_code)]

mod broken;
mod cut;
mod installation;
mod outage;
mod program;
mod refused;
mod server;
mod stress;
mod using;

use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyrt::AnyBackend;
use libtest_mimic::{Arguments, Trial};

use installation::Installation;
use server::Server;

/// By how much a machine may be late.
const PATIENCE: Duration = Duration::from_secs(120);

/// Fails instead of hanging.
async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(PATIENCE, future).await.expect("it hangs")
}

/// The server that most tests share, from the first of them on.
struct Shared {
    installation: Option<Installation>,
    server: OnceLock<Server>,
}

impl Shared {
    fn installation(&self) -> &Installation {
        self.installation.as_ref().expect("without it the tests are ignored")
    }

    fn server(&self) -> &Server {
        self.server.get_or_init(|| self.installation().start())
    }
}

fn trials(shared: &Arc<Shared>) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: String, test: Box<dyn FnOnce(&Shared) + Send>| {
        let shared = shared.clone();
        let is_ignored = shared.installation.is_none();
        let run = move || {
            test(&shared);
            Ok(())
        };
        trials.push(Trial::test(name, run).with_ignored_flag(is_ignored));
    };
    /// One test on each backend, as an async function that is told the server.
    macro_rules! on_each_backend {
        ($($module:ident :: $test:ident,)*) => { $(
            for backend in AnyBackend::available() {
                let name = format!("{}::{}::{backend}", stringify!($module), stringify!($test));
                add(name, Box::new(move |shared| {
                    anyrt::run_on(&backend, in_time($module::$test(shared.server())));
                }));
            }
        )* };
    }
    on_each_backend! {
        stress::ten_thousand_queries_of_200_tasks_share_5_connections,
        cut::a_query_that_is_cut_ends_in_the_server_too,
        cut::a_query_that_is_cut_inside_of_the_work_disturbs_no_other,
        cut::the_scope_around_a_pool_is_cancelled,
        broken::a_session_that_broke_is_replaced,
        broken::a_session_that_hangs_is_replaced,
        broken::whoever_works_with_a_session_that_breaks_learns_why,
        broken::a_pool_that_is_put_aside_is_closed,
        broken::a_query_in_a_pool_that_is_closed_is_cancelled,
        refused::a_wrong_password_is_refused,
        refused::a_database_that_is_not_there_is_refused,
        refused::no_more_connections_are_let_in_than_the_role_may_have,
        refused::a_port_where_nobody_listens,
        refused::a_peer_that_is_silent,
        refused::a_peer_that_is_no_database,
    }
    for backend in AnyBackend::available() {
        let name = format!("outage::the_server_is_killed_under_load_and_comes_back::{backend}");
        let test = move |shared: &Shared| outage::run(&backend, shared.installation());
        add(name, Box::new(test));
    }
    add(
        "program::it_runs_on_each_backend".into(),
        Box::new(|shared| program::run(shared.server())),
    );
    let name = "server::it_does_not_outlive_a_test_that_is_killed".into();
    add(name, Box::new(|_| server::it_does_not_outlive_a_test_that_is_killed()));
    trials
}

fn main() -> ExitCode {
    let installation = Installation::find();
    if server::is_to_be_held() {
        return server::hold(&installation.expect("it was there a moment ago"));
    }
    let arguments = Arguments::from_args();
    if let Err(what_is_missing) = &installation {
        let _ = writeln!(stderr(), "The tests with PostgreSQL are IGNORED: {what_is_missing}");
        if std::env::var_os("ANYRT_REQUIRE_POSTGRES").is_some() {
            return ExitCode::FAILURE;
        }
    }
    let shared = Arc::new(Shared { installation: installation.ok(), server: OnceLock::new() });
    let conclusion = libtest_mimic::run(&arguments, trials(&shared));
    conclusion.exit_code()
}
