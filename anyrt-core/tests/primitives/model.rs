//! What a fair queue should do, in a few lines.

use crate::subjects::{Rule, Subject};

/// Somebody who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    pub(crate) units: usize,
    pub(crate) standing: Standing,
    pub(crate) is_cancelled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Was not polled yet.
    New,
    Queued,
    /// Was served in the queue, and does not know it yet.
    Served,
}

/// What a poll gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Waits,
    Has,
    Cancelled,
}

/// The units, and the askers: those in the queue come first, in the order of their first polls.
pub(crate) struct Model {
    rule: Rule,
    free: usize,
    pub(crate) askers: Vec<Asker>,
}

impl Model {
    pub(crate) fn new(subject: Subject) -> Self {
        Self { rule: subject.rule, free: subject.units, askers: Vec::new() }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.askers.iter().filter(|asker| asker.standing != Standing::New).count()
    }

    fn somebody_waits(&self) -> bool {
        self.askers.iter().any(|asker| asker.standing == Standing::Queued && !asker.is_cancelled)
    }

    pub(crate) fn may_take(&self, units: usize) -> bool {
        !self.somebody_waits() && self.free >= units
    }

    pub(crate) fn take(&mut self, units: usize) -> bool {
        let takes = self.may_take(units);
        self.free -= if takes { units } else { 0 };
        takes
    }

    /// Polls the asker at this place; gives its new place, if it still waits.
    pub(crate) fn poll(&mut self, at: usize) -> (Outcome, usize) {
        let asker = self.askers[at];
        match asker.standing {
            Standing::New if asker.is_cancelled => {
                self.askers.remove(at);
                return (Outcome::Cancelled, at);
            }
            Standing::New if self.take(asker.units) => {
                self.askers.remove(at);
                return (Outcome::Has, at);
            }
            Standing::New => {
                self.askers.remove(at);
                let place = self.waiting();
                self.askers.insert(place, Asker { standing: Standing::Queued, ..asker });
                self.serve();
                return self.outcome(place);
            }
            Standing::Queued if asker.is_cancelled => {
                self.askers.remove(at);
                self.serve();
                return (Outcome::Cancelled, at);
            }
            Standing::Queued | Standing::Served => self.serve(),
        }
        self.outcome(at)
    }

    fn outcome(&mut self, at: usize) -> (Outcome, usize) {
        if self.askers[at].standing == Standing::Served {
            self.askers.remove(at);
            return (Outcome::Has, at);
        }
        (Outcome::Waits, at)
    }

    pub(crate) fn leave(&mut self, at: usize) {
        let asker = self.askers.remove(at);
        match asker.standing {
            Standing::New => {}
            Standing::Queued => self.serve(),
            Standing::Served if self.is_released() => self.serve(),
            Standing::Served => self.give(asker.units),
        }
    }

    /// Whether there is nothing that a served one could pass on.
    fn is_released(&self) -> bool {
        matches!(self.rule, Rule::Together(_))
    }

    /// What was held comes back.
    pub(crate) fn release(&mut self, units: usize) {
        match self.rule {
            Rule::Lent => self.give(units),
            Rule::Given | Rule::Passing | Rule::Together(_) => {}
        }
    }

    pub(crate) fn give(&mut self, units: usize) {
        self.free += units;
        self.serve();
    }

    fn serve(&mut self) {
        match self.rule {
            Rule::Together(size) => self.serve_together(size),
            Rule::Passing => {
                self.serve_in_order();
                self.free = 0;
            }
            Rule::Lent | Rule::Given => self.serve_in_order(),
        }
    }

    fn serve_together(&mut self, size: usize) {
        let waits = |asker: &Asker| asker.standing == Standing::Queued && !asker.is_cancelled;
        let waiting: Vec<_> =
            (0..self.askers.len()).filter(|at| waits(&self.askers[*at])).collect();
        for together in waiting.chunks_exact(size) {
            for at in together {
                self.askers[*at].standing = Standing::Served;
            }
        }
    }

    fn serve_in_order(&mut self) {
        for asker in &mut self.askers {
            if asker.standing != Standing::Queued || asker.is_cancelled {
                continue;
            }
            if asker.units > self.free {
                return;
            }
            self.free -= asker.units;
            asker.standing = Standing::Served;
        }
    }
}
