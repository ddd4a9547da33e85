//! Every law of the system was seen to be broken: its check fails on a system that breaks it.
#![cfg(unix)]

#[path = "saboteurs/seen.rs"]
mod seen;

use std::io;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use anyrt_conformance::{Outcome, Subject, System, system_laws};
use anyrt_core::process::{ProcessDriver, RawCommand, RawProcess, Wait};
use anyrt_core::signal::{Signal, SignalDriver, SignalListener};
use anyrt_tokio::TokioBackend;
use futures_io::{AsyncRead, AsyncWrite};

type Listener = Box<dyn SignalListener>;

/// Listens from the first poll on.
#[derive(Debug)]
struct ListensLate(Signal, Option<Listener>);

impl SignalListener for ListensLate {
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self(signal, listener) = self;
        let listener = match listener {
            Some(listener) => listener,
            empty => empty.insert(TokioBackend::new().raw_signal(*signal)?),
        };
        listener.poll_signal(cx)
    }
}

/// All that listen share one ear.
#[derive(Debug)]
struct SharesAnEar(Arc<Mutex<Listener>>);

impl SignalListener for SharesAnEar {
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_signal(cx)
    }
}

/// Hears the same signal twice.
#[derive(Debug)]
struct HearsTwice(Listener, bool);

impl SignalListener for HearsTwice {
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.1) {
            return Poll::Ready(Ok(()));
        }
        let polled = self.0.poll_signal(cx);
        self.1 = polled.is_ready();
        polled
    }
}

/// What is wrong with a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It never gets the end of its input.
    NeverClosesInput,
    /// Its errors go nowhere.
    LosesErrors,
    /// It always ends well.
    EndsWell,
    /// It is not killed.
    CannotBeKilled,
    /// It is killed, and left unreaped.
    ReapsNobody,
    /// It lives on when nobody has it any more.
    SurvivesItsDrop,
}

#[derive(Debug)]
struct Sabotaged {
    raw: Option<Box<dyn RawProcess>>,
    fault: Fault,
    is_killed: bool,
}

impl Sabotaged {
    fn raw(&mut self) -> &mut Box<dyn RawProcess> {
        self.raw.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Sabotaged {
    fn drop(&mut self) {
        if matches!(self.fault, Fault::SurvivesItsDrop | Fault::ReapsNobody) {
            std::mem::forget(self.raw.take());
        }
    }
}

impl RawProcess for Sabotaged {
    fn id(&self) -> Option<u32> {
        self.raw.as_ref().and_then(|raw| raw.id())
    }

    fn kill(&mut self) -> io::Result<()> {
        self.is_killed = true;
        if self.fault == Fault::CannotBeKilled { Ok(()) } else { self.raw().kill() }
    }

    fn wait(&mut self) -> Wait<'_> {
        match self.fault {
            Fault::ReapsNobody if self.is_killed => Box::pin(async { Ok(ExitStatus::default()) }),
            Fault::EndsWell => {
                let wait = self.raw().wait();
                Box::pin(async { wait.await.map(|_| ExitStatus::default()) })
            }
            _ => self.raw().wait(),
        }
    }

    fn take_stdin(&mut self) -> Option<Box<dyn AsyncWrite + Send + Sync + Unpin>> {
        let pipe = self.raw().take_stdin();
        if self.fault == Fault::NeverClosesInput {
            let kept: &'static mut _ = Box::leak(Box::new(pipe?));
            return Some(Box::new(kept));
        }
        pipe
    }

    fn take_stdout(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.raw().take_stdout()
    }

    fn take_stderr(&mut self) -> Option<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        let pipe = self.raw().take_stderr();
        if self.fault == Fault::LosesErrors { None } else { pipe }
    }
}

fn spawning(fault: Fault) -> System {
    System::of(TokioBackend::new()).with_spawn(move |command: RawCommand| {
        let raw = TokioBackend::new().raw_spawn(command)?;
        Ok(Box::new(Sabotaged { raw: Some(raw), fault, is_killed: false }))
    })
}

fn listening(listen: impl Fn(Signal) -> io::Result<Listener> + Send + Sync + 'static) -> System {
    System::of(TokioBackend::new()).with_listen(listen)
}

fn outcome(id: &str, system: System) -> Outcome {
    // Those of signals take turns, and do not hang.
    let limit = Duration::from_secs(if id == "O1" { 100 } else { 5 });
    let subject = Subject::new(TokioBackend::new()).with_system(system);
    seen::outcome(system_laws(), id, limit, &subject)
}

/// Makes a test of each fault, and the table of what they break.
macro_rules! faults {
    ($($name:ident breaks $id:literal: $system:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_ne!(outcome($id, $system), Outcome::Passed);
            }
        )*

        const BROKEN: &[&str] = &[$($id),*];
    };
}

faults! {
    listens_late breaks "O1": listening(|signal| Ok(Box::new(ListensLate(signal, None))));
    shares_an_ear breaks "O1": {
        let raw = |signal| TokioBackend::new().raw_signal(signal).expect("tokio has signals");
        let ears = [Signal::User1, Signal::User2].map(|signal| {
            (signal, Arc::new(Mutex::new(raw(signal))))
        });
        listening(move |signal| {
            let (_, ear) = ears.iter().find(|(known, _)| *known == signal).expect("one of two");
            Ok(Box::new(SharesAnEar(ear.clone())))
        })
    };
    hears_twice breaks "O1": listening(|signal| {
        Ok(Box::new(HearsTwice(TokioBackend::new().raw_signal(signal)?, false)))
    });
    never_closes_input breaks "O2": spawning(Fault::NeverClosesInput);
    loses_errors breaks "O2": spawning(Fault::LosesErrors);
    ends_well breaks "O2": spawning(Fault::EndsWell);
    cannot_be_killed breaks "O3": spawning(Fault::CannotBeKilled);
    reaps_nobody breaks "O3": spawning(Fault::ReapsNobody);
    survives_its_drop breaks "O3": spawning(Fault::SurvivesItsDrop);
}

#[test]
fn the_backends_own_is_harmless() {
    for law in system_laws() {
        let outcome = outcome(law.id, System::of(TokioBackend::new()));
        assert_eq!(outcome, Outcome::Passed, "{law:?}");
    }
}

#[test]
fn every_law_of_the_system_has_a_saboteur() {
    seen::assert_all_are_broken(&system_laws(), BROKEN);
}
