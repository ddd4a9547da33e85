//! The primitives, as the model sees them: units that are asked for, held and given back.

use std::any::Any;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::sync::{
    Barrier, Borrower, CapacityLimiter, Condvar, Event, Mutex, OnceCell, RwLock, Semaphore,
};

/// Something that is held; what it held goes back when it is dropped.
pub(crate) type Held = Box<dyn Any>;

pub(crate) type Operation = Pin<Box<dyn Future<Output = Held>>>;

/// A primitive under test.
pub(crate) trait Primitive {
    /// An operation that waits for so many units.
    fn ask(&self, units: usize) -> Operation;

    /// Takes units without waiting; `None` if the primitive has no such operation.
    fn try_ask(&self, _units: usize) -> Option<Option<Held>> {
        None
    }

    /// Gives units from outside, and tells how many.
    fn give(&self) -> usize {
        0
    }

    /// How many stand in the queue, served ones that were not polled yet among them.
    fn waiting(&self) -> usize;
}

/// How the units of a primitive come and go.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) make: fn() -> Box<dyn Primitive>,
    /// What is there at the beginning.
    pub(crate) units: usize,
    /// How much can be asked for.
    pub(crate) asks: &'static [usize],
    pub(crate) rule: Rule,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Whoever holds units gives them back.
    Lent,
    /// What is taken is gone; what is given stays until somebody takes it.
    Given,
    /// What is taken is gone, and what is given goes to those that wait, or to nobody.
    Passing,
    /// So many are served together, and nothing is taken.
    Together(usize),
}

pub(crate) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "Semaphore",
        make: || Box::new(Arc::new(Semaphore::new(2))),
        units: 2,
        asks: &[1, 2],
        rule: Rule::Lent,
    },
    Subject {
        name: "Mutex",
        make: || Box::new(Arc::new(Mutex::new(String::from("data")))),
        units: 1,
        asks: &[1],
        rule: Rule::Lent,
    },
    Subject {
        name: "RwLock",
        make: || Box::new(Arc::new(RwLock::new(String::from("data")))),
        units: ALL,
        asks: &[1, ALL],
        rule: Rule::Lent,
    },
    Subject {
        name: "CapacityLimiter",
        make: || Box::new(Arc::new(CapacityLimiter::new(1))),
        units: 1,
        asks: &[1],
        rule: Rule::Lent,
    },
    Subject {
        name: "OnceCell",
        make: || Box::new(Arc::new(OnceCell::<u8>::new())),
        units: 1,
        asks: &[1],
        rule: Rule::Lent,
    },
    Subject {
        name: "Event",
        make: || Box::new(Arc::new(Event::new())),
        units: 0,
        asks: &[1],
        rule: Rule::Given,
    },
    Subject {
        name: "Condvar",
        make: || Box::new(Arc::new(Condvar::new())),
        units: 0,
        asks: &[1],
        rule: Rule::Passing,
    },
    Subject {
        name: "Barrier",
        make: || Box::new(Arc::new(Barrier::new(2))),
        units: 0,
        asks: &[1],
        rule: Rule::Together(2),
    },
];

/// As many as there are: a writer's.
const ALL: usize = 1_000;

fn held(held: impl Any) -> Held {
    Box::new(held)
}

impl Primitive for Arc<Semaphore> {
    fn ask(&self, units: usize) -> Operation {
        let asking = self.clone().acquire_many_owned(units);
        Box::pin(async move { held(asking.await) })
    }

    fn try_ask(&self, units: usize) -> Option<Option<Held>> {
        Some(self.clone().try_acquire_many_owned(units).ok().map(held))
    }

    fn give(&self) -> usize {
        self.add_permits(1);
        1
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}

impl Primitive for Arc<Mutex<String>> {
    fn ask(&self, _: usize) -> Operation {
        let asking = self.clone().lock_owned();
        Box::pin(async move { held(asking.await) })
    }

    fn try_ask(&self, _: usize) -> Option<Option<Held>> {
        Some(self.clone().try_lock_owned().ok().map(held))
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}

impl Primitive for Arc<Event> {
    fn ask(&self, _: usize) -> Operation {
        let asking = self.clone().wait_owned();
        Box::pin(async move {
            asking.await;
            held(())
        })
    }

    fn give(&self) -> usize {
        self.set();
        // For all that will ever come.
        1_000_000
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}

impl Primitive for Arc<RwLock<String>> {
    fn ask(&self, units: usize) -> Operation {
        if units == ALL {
            let asking = self.clone().write_owned();
            return Box::pin(async move { held(asking.await) });
        }
        let asking = self.clone().read_owned();
        Box::pin(async move { held(asking.await) })
    }

    fn try_ask(&self, units: usize) -> Option<Option<Held>> {
        Some(if units == ALL {
            self.clone().try_write_owned().ok().map(held)
        } else {
            self.clone().try_read_owned().ok().map(held)
        })
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}

impl Primitive for Arc<Condvar> {
    fn ask(&self, _: usize) -> Operation {
        let condvar = self.clone();
        // A lock for which nobody else waits.
        Box::pin(async move {
            let mutex = Arc::new(Mutex::new(()));
            let Ok(guard) = mutex.try_lock_owned() else { unreachable!("it is new") };
            held(condvar.wait(guard).await)
        })
    }

    fn give(&self) -> usize {
        self.notify_one();
        1
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}

impl Primitive for Arc<Barrier> {
    fn ask(&self, _: usize) -> Operation {
        let asking = self.clone().wait_owned();
        Box::pin(async move { held(asking.await) })
    }

    fn waiting(&self) -> usize {
        let statistics = self.statistics();
        statistics.waiting + statistics.released
    }
}

impl Primitive for Arc<CapacityLimiter> {
    fn ask(&self, _: usize) -> Operation {
        let asking = self.clone().acquire_owned();
        Box::pin(async move { held(asking.await.unwrap()) })
    }

    fn try_ask(&self, _: usize) -> Option<Option<Held>> {
        let taken = self.clone().try_acquire_on_behalf_of_owned(Borrower::new());
        Some(taken.ok().map(held))
    }

    fn give(&self) -> usize {
        self.set_total(self.total() + 1);
        1
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}

/// What is held is the turn: an initialiser that does not end, and that may be dropped.
impl Primitive for Arc<OnceCell<u8>> {
    fn ask(&self, _: usize) -> Operation {
        let (cell, has_turn) = (self.clone(), Rc::new(Cell::new(false)));
        let begins = has_turn.clone();
        let mut asking = Some(Box::pin(async move {
            let never = || {
                poll_fn(|_| {
                    begins.set(true);
                    Poll::Pending
                })
            };
            cell.get_or_init(never).await;
        }));
        Box::pin(poll_fn(move |cx| {
            let Some(polled) = &mut asking else { return Poll::Pending };
            assert!(polled.as_mut().poll(cx).is_pending(), "nobody ends");
            if !has_turn.get() {
                return Poll::Pending;
            }
            Poll::Ready(held(asking.take()))
        }))
    }

    fn waiting(&self) -> usize {
        self.statistics().waiting
    }
}
