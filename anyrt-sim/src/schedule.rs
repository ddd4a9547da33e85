//! Who is next: the queue of what can run, and how one is taken out of it.

use std::collections::VecDeque;

use crate::blocking::Job;
use crate::random::Random;
use crate::task::Key;

/// Which of the tasks that can run is polled next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schedule {
    /// Any of them, as the seed says.
    #[default]
    Random,
    /// The one that has been able to run for the longest time.
    Fifo,
    /// The one that has been able to run for the shortest time.
    ///
    /// Two tasks that wake each other starve all others.
    Lifo,
}

/// What can run: a task that was woken, or a blocking call that has not begun.
pub(crate) enum Runnable {
    Task(Key),
    Job(Job),
}

/// All that can run.
#[derive(Default)]
pub(crate) struct Ready(VecDeque<Runnable>);

impl Ready {
    #[inline]
    pub(crate) fn push(&mut self, runnable: Runnable) {
        self.0.push_back(runnable);
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one; its place is filled by the last, so that nothing moves up.
    #[inline]
    pub(crate) fn take(&mut self, schedule: Schedule, random: &mut Random) -> Option<Runnable> {
        match schedule {
            Schedule::Fifo => self.0.pop_front(),
            Schedule::Lifo => self.0.pop_back(),
            Schedule::Random => match self.0.len() {
                // One needs no chance, which costs time.
                0 | 1 => self.0.pop_front(),
                count => self.0.swap_remove_back(random.below(count as u64) as usize),
            },
        }
    }

    pub(crate) fn take_all(&mut self) -> VecDeque<Runnable> {
        std::mem::take(&mut self.0)
    }
}
