//! Drives a primitive and its model through the same steps.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::error::Cancelled;
use anyrt_core::scope::{CancelHandle, CancelScope};

use crate::model::{Asker, Model, Outcome, Standing};
use crate::subjects::{Held, Primitive, Subject};
use crate::support::{Alarm, Still};

/// How many may ask at once.
const CROWD: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Makes an operation that asks for this one of the subject's amounts.
    Ask(usize),
    Poll(usize),
    Drop(usize),
    Cancel(usize),
    /// Drops what is held longest.
    Release,
    Give,
    /// Takes without waiting.
    Try,
}

fn all_steps(subject: Subject) -> Vec<Step> {
    let asks = (0..subject.asks.len()).map(Step::Ask);
    let at = |step: fn(usize) -> Step| (0..CROWD).map(step);
    let others = [Step::Release, Step::Give, Step::Try];
    asks.chain(at(Step::Poll)).chain(at(Step::Drop)).chain(at(Step::Cancel)).chain(others).collect()
}

/// An operation in a scope of its own.
struct Waiter {
    future: Pin<Box<dyn Future<Output = Result<Held, Cancelled>>>>,
    alarm: Arc<Alarm>,
    handle: CancelHandle,
}

struct Run {
    subject: Subject,
    primitive: Box<dyn Primitive>,
    model: Model,
    /// In the model's order.
    waiters: Vec<Waiter>,
    held: Vec<(Held, usize)>,
    done: Vec<Step>,
}

/// Tries every sequence of so many steps that make sense; gives their number.
pub(crate) fn every_sequence(subject: Subject, length: usize) -> usize {
    let steps = all_steps(subject);
    let (mut at, mut count) = (vec![0; length], 0);
    loop {
        let mut run = Run::new(subject);
        let failed = at.iter().position(|step| !run.step(steps[*step]));
        if failed.is_none() {
            run.end();
            count += 1;
        }
        // What begins with steps of which the last makes no sense is passed over.
        let mut place = failed.unwrap_or(length - 1);
        at[place + 1..].fill(0);
        while at[place] + 1 == steps.len() {
            at[place] = 0;
            if place == 0 {
                return count;
            }
            place -= 1;
        }
        at[place] += 1;
    }
}

/// Takes random steps; one that goes wrong is told with as few steps as lead there.
pub(crate) fn random_sequence(subject: Subject, seed: u64, length: usize) {
    let steps = all_steps(subject);
    let mut run = Run::new(subject);
    let mut random = seed;
    for _ in 0..length {
        // The generator of Knuth's MMIX.
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (random >> 33) as usize % steps.len();
        if goes_wrong(|| _ = run.step(steps[at])) {
            let few = shrink(&run.done, |fewer| goes_wrong(|| play(subject, fewer)));
            panic!("{}: ANYRT_SEED={seed}, or in short {few:?}", subject.name);
        }
    }
    run.end();
}

fn play(subject: Subject, steps: &[Step]) {
    let mut run = Run::new(subject);
    for step in steps {
        run.step(*step);
    }
}

fn goes_wrong(f: impl FnOnce()) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_err()
}

/// Leaves steps out, one by one, as long as it still goes wrong.
fn shrink(steps: &[Step], is_wrong: impl Fn(&[Step]) -> bool) -> Vec<Step> {
    let mut few = steps.to_vec();
    let mut at = 0;
    while at < few.len() {
        let step = few.remove(at);
        if is_wrong(&few) {
            at = 0;
        } else {
            few.insert(at, step);
            at += 1;
        }
    }
    few
}

impl Run {
    fn new(subject: Subject) -> Self {
        Self {
            subject,
            primitive: (subject.make)(),
            model: Model::new(subject),
            waiters: Vec::new(),
            held: Vec::new(),
            done: Vec::new(),
        }
    }

    /// Takes a step, unless it makes no sense here.
    fn step(&mut self, step: Step) -> bool {
        self.done.push(step);
        let waiters = self.waiters.len();
        match step {
            Step::Ask(ask) if waiters < CROWD => self.ask(self.subject.asks[ask]),
            Step::Poll(at) if at < waiters => self.poll(at),
            Step::Drop(at) if at < waiters => {
                drop(self.waiters.remove(at));
                self.model.leave(at);
            }
            Step::Cancel(at) if at < waiters && !self.model.askers[at].is_cancelled => {
                self.waiters[at].handle.cancel();
                self.model.askers[at].is_cancelled = true;
            }
            Step::Release if !self.held.is_empty() => {
                let (held, units) = self.held.remove(0);
                drop(held);
                self.model.release(units);
            }
            Step::Give => {
                let units = self.primitive.give();
                if units == 0 {
                    return false;
                }
                self.model.give(units);
            }
            Step::Try => {
                let units = self.subject.asks[0];
                let Some(held) = self.primitive.try_ask(units) else { return false };
                let expected = self.model.take(units);
                self.expect(held.is_some(), expected, "what a try gives");
                self.held.extend(held.map(|held| (held, units)));
            }
            _ => return false,
        }
        self.compare();
        true
    }

    fn ask(&mut self, units: usize) {
        let scope = CancelScope::on(Still);
        let handle = scope.handle();
        let future = Box::pin(scope.run(self.primitive.ask(units)));
        self.waiters.push(Waiter { future, alarm: Arc::default(), handle });
        self.model.askers.push(Asker { units, standing: Standing::New, is_cancelled: false });
    }

    fn poll(&mut self, at: usize) {
        let mut waiter = self.waiters.remove(at);
        let poll = waiter.alarm.poll(&mut waiter.future);
        let units = self.model.askers[at].units;
        let (expected, place) = self.model.poll(at);
        let outcome = match &poll {
            Poll::Pending => Outcome::Waits,
            Poll::Ready(Ok(_)) => Outcome::Has,
            Poll::Ready(Err(_)) => Outcome::Cancelled,
        };
        self.expect(outcome, expected, "what a poll gives");
        match poll {
            Poll::Pending => self.waiters.insert(place, waiter),
            Poll::Ready(held) => self.held.extend(held.ok().map(|held| (held, units))),
        }
    }

    fn compare(&self) {
        self.expect(self.primitive.waiting(), self.model.waiting(), "who stands in the queue");
        for (at, asker) in self.model.askers.iter().enumerate() {
            let is_woken = self.waiters[at].alarm.has_rung();
            match asker.standing {
                Standing::Served => self.expect(is_woken, true, "a served waiter is woken"),
                Standing::Queued if !asker.is_cancelled => {
                    self.expect(is_woken, false, "a waiter is woken for nothing");
                }
                _ => {}
            }
        }
    }

    #[track_caller]
    fn expect<T: PartialEq + std::fmt::Debug>(&self, found: T, expected: T, what: &str) {
        assert_eq!(found, expected, "{}: {what}, after {:?}", self.subject.name, self.done);
    }

    /// Lets everybody go, and looks whether all is there again.
    fn end(mut self) {
        while !self.waiters.is_empty() {
            self.step(Step::Drop(self.waiters.len() / 2));
        }
        while !self.held.is_empty() {
            self.step(Step::Release);
        }
        for _ in 0..2 {
            self.step(Step::Try);
            self.step(Step::Ask(self.subject.asks.len() - 1));
            self.step(Step::Poll(0));
        }
    }
}
