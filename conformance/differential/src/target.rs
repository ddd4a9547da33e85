//! What programs are run on: virtual clocks one after another, real ones many at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;

use anyrt_async_std::AsyncStdBackend;
use anyrt_core::{Backend, Toplevel};
use anyrt_sim::{Sim, SimBackend};
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;
use clap::ValueEnum;
use serde::Deserialize;
use tokio::runtime::Builder;

use crate::interpret::{Report, interpret};
use crate::log::lock;
use crate::program::Program;

/// How long a tick is on a virtual clock: tokio's counts milliseconds.
const TICK: Duration = Duration::from_millis(1);

/// How many programs run at once in real time.
const WIDTH: usize = 48;

/// A backend, with the clock it is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The simulator.
    Sim,
    /// tokio on one thread, on a clock that jumps.
    TokioPaused,
    /// tokio in real time.
    Tokio,
    /// smol in real time.
    Smol,
    /// async-std in real time.
    AsyncStd,
}

/// A program, and how far apart things happen in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The program.
    pub program: Program,
    /// The least time between two things that happen in it, in ticks.
    pub gap: u64,
}

/// How programs are run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// In how many orders each runs, where the backend has a choice.
    pub schedules: u64,
    /// How far apart things happen in real time.
    pub margin: Duration,
}

impl Target {
    /// Whether its clock jumps, so that instants can be compared.
    pub fn is_virtual(self) -> bool {
        matches!(self, Self::Sim | Self::TokioPaused)
    }

    /// Runs programs, and gives what came of each: one report for each different log.
    pub fn run(self, cases: &[Case], settings: Settings) -> Vec<Vec<Report>> {
        match self {
            Self::Sim => cases.iter().map(|case| on_sim(case, settings.schedules)).collect(),
            Self::TokioPaused => cases.iter().map(|case| vec![on_paused_tokio(case)]).collect(),
            Self::Tokio => in_real_time(&TokioBackend::new(), cases, settings),
            Self::Smol => in_real_time(&SmolBackend::new(), cases, settings),
            Self::AsyncStd => in_real_time(&AsyncStdBackend::new(), cases, settings),
        }
    }
}

fn on_sim(case: &Case, schedules: u64) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for seed in 0..schedules {
        let report = guarded(|| {
            let sim = Sim::new(case.program.seed.wrapping_mul(schedules).wrapping_add(seed));
            let run = sim.try_run(async {
                let backend = SimBackend::current().expect("a simulation runs this");
                interpret(backend, case.program.clone(), TICK, Duration::ZERO).await
            });
            run.unwrap_or_else(|error| Report { log: Vec::new(), broken: vec![error.to_string()] })
        });
        if !reports.contains(&report) {
            reports.push(report);
        }
    }
    reports
}

fn on_paused_tokio(case: &Case) -> Report {
    guarded(|| {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime of one thread needs nothing");
        let backend = TokioBackend::from(runtime.handle().clone());
        let program = interpret(backend.clone(), case.program.clone(), TICK, Duration::ZERO);
        runtime.block_on(backend.root(program))
    })
}

fn in_real_time<B: Backend + Toplevel>(
    backend: &B,
    cases: &[Case],
    settings: Settings,
) -> Vec<Vec<Report>> {
    let reports = Mutex::new(vec![Vec::new(); cases.len()]);
    let next = Mutex::new(cases.iter().enumerate());
    let late = settings.margin / 2;
    std::thread::scope(|scope| {
        for _ in 0..WIDTH.min(cases.len()) {
            scope.spawn(|| {
                while let Some((at, case)) = { lock(&next).next() } {
                    let tick = settings.margin.as_nanos() as u64 / case.gap;
                    let tick = Duration::from_nanos(tick.max(1));
                    let program = case.program.clone();
                    let report =
                        guarded(|| backend.run(interpret(backend.clone(), program, tick, late)));
                    lock(&reports)[at].push(report);
                }
            });
        }
    });
    reports.into_inner().unwrap_or_default()
}

/// A panic is a fault like any other.
fn guarded(run: impl FnOnce() -> Report) -> Report {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("something");
        Report { log: Vec::new(), broken: vec![format!("panicked: {text}")] }
    })
}
