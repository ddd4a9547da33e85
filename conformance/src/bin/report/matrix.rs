//! Runs the laws on the backends, law by law.

use std::io;
use std::time::Duration;

use anyrt_async_std::AsyncStdBackend;
use anyrt_conformance::{Law, Measured, Outcome, Subject, measure};
use anyrt_sim::Sim;
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;
use serde::Serialize;

use crate::options::{Choice, registry};

/// One law on one backend.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) law: &'static str,
    pub(crate) backend: &'static str,
    /// `passed`, `failed` or `hung`.
    pub(crate) outcome: &'static str,
    /// What was seen; empty if the law was kept.
    pub(crate) detail: String,
    /// How long the check took; of several runs, the slowest.
    pub(crate) ms: u64,
}

/// One law on all chosen backends.
pub(crate) struct Line {
    pub(crate) id: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// The laws and backends that were chosen.
pub(crate) struct Matrix {
    pub(crate) laws: Vec<Law<Subject>>,
    pub(crate) backends: Vec<&'static str>,
    repeat: usize,
}

impl Matrix {
    pub(crate) fn of(choice: &Choice) -> Self {
        Self {
            laws: registry().into_iter().filter(|law| choice.laws.contains(&law.id)).collect(),
            backends: choice.backends.clone(),
            repeat: choice.repeat,
        }
    }

    /// Runs all, and shows each law when all backends have tried it.
    pub(crate) fn run(
        &self,
        mut show: impl FnMut(&Line) -> io::Result<()>,
    ) -> io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for law in &self.laws {
            let mut line = Line { id: law.id, sentence: law.sentence, rows: Vec::new() };
            line.rows.extend(self.backends.iter().map(|backend| self.row(law, backend)));
            show(&line)?;
            rows.append(&mut line.rows);
        }
        Ok(rows)
    }

    fn row(&self, law: &Law<Subject>, backend: &'static str) -> Row {
        let mut row = Row { law: law.id, backend, outcome: "passed", detail: String::new(), ms: 0 };
        for run in 1..=self.repeat {
            let Measured { outcome, elapsed } = measure(law, &subject(backend));
            row.ms = row.ms.max(millis(elapsed));
            let detail = match outcome {
                Outcome::Passed => continue,
                Outcome::Failed { message } => {
                    row.outcome = "failed";
                    message
                }
                Outcome::Hung => {
                    row.outcome = "hung";
                    format!("the check still ran after {elapsed:?}")
                }
            };
            row.detail = match self.repeat {
                1 => detail,
                all => format!("run {run} of {all}: {detail}"),
            };
            break;
        }
        row
    }
}

/// The backend of this name; of a simulation a new one each time.
fn subject(backend: &str) -> Subject {
    match backend {
        "smol" => Subject::with_net(SmolBackend::new()),
        "async-std" => Subject::with_net(AsyncStdBackend::new()),
        // The checks have threads of their own.
        "sim" => Subject::with_net(Sim::new(0).among_threads().backend()),
        _ => Subject::with_net(TokioBackend::new()),
    }
}

fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
