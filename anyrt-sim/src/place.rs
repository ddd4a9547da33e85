//! Where this thread stands: it drives a world, runs a blocking call of one, or neither.

use std::cell::RefCell;
use std::sync::Arc;

use crate::world::World;

#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) world: Option<Arc<World>>,
    /// The blocking call that this thread runs; none on a thread that polls.
    pub(crate) call: Option<u64>,
}

thread_local! {
    static PLACE: RefCell<Place> = const { RefCell::new(Place { world: None, call: None }) };
}

/// Puts back what was there before, also after a panic.
pub(crate) struct Entered(Place);

impl Place {
    pub(crate) fn enter(self) -> Entered {
        Entered(PLACE.try_with(|place| place.replace(self)).unwrap_or_default())
    }

    pub(crate) fn current() -> Self {
        PLACE.try_with(|place| place.borrow().clone()).unwrap_or_default()
    }

    /// Whether it is a thread that polls the tasks of this world.
    pub(crate) fn drives(&self, world: &Arc<World>) -> bool {
        self.call.is_none() && self.is_in(world)
    }

    /// The blocking call of this world that the thread runs.
    pub(crate) fn call_of(&self, world: &Arc<World>) -> Option<u64> {
        self.call.filter(|_| self.is_in(world))
    }

    fn is_in(&self, world: &Arc<World>) -> bool {
        self.world.as_ref().is_some_and(|inside| Arc::ptr_eq(inside, world))
    }
}

impl Entered {
    /// What was there before.
    pub(crate) fn outside(&self) -> &Place {
        &self.0
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let _ = PLACE.try_with(|place| place.replace(std::mem::take(&mut self.0)));
    }
}
