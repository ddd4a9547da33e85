//! A backend that does not notice what its runtime drops.

use anyrt_conformance::{Abort, Aborting, Moment};
use anyrt_core::{Driver, Toplevel};

use super::handle::Joined;
use super::tools::lock;
use super::{Fault, Sabotaged};

impl<D: Driver + Toplevel> Abort for Sabotaged<Aborting<D>> {
    fn abort_next(&self, moment: Moment) -> Box<dyn FnOnce() + Send> {
        if !self.has(Fault::AbortedIsFine) {
            return self.good.abort_next(moment);
        }
        // The good runtime drops nothing: the group sees a child that ends.
        let end = Joined::default();
        if moment != Moment::Later {
            end.set();
        }
        *lock(&self.shared.aborts) = Some(end.clone());
        Box::new(move || end.set())
    }
}
