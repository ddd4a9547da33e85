//! Supervisors that give up too soon, or tell too little.

use std::future::Future;

use anyrt_core::error::{Failures, GroupError};
use anyrt_core::group::Supervised;
use anyrt_core::{Backend, Outcome};

use super::group::{Group, State};
use super::{Fault, Sabotaged};

/// Runs a supervisor with the backend's fault; what a child does wrong, its group says.
pub(super) async fn run<B, E, O, Body, Fut>(
    backend: Sabotaged<B>,
    body: Body,
) -> Result<Supervised<O::Value, E>, GroupError<E>>
where
    B: Backend,
    E: Send + 'static,
    O: Outcome<E, Value: Send> + Send,
    Body: FnOnce(Group<B, E>) -> Fut + Send,
    Fut: Future<Output = O> + Send,
{
    let state = State::new(true);
    let good = backend.good.supervise(|good| body(Group::new(good, &backend, &state)));
    match (backend.fault, good.await) {
        (Fault::SupervisorKeepsTheLast, Ok(mut ended)) => {
            let earlier = ended.failures.len().saturating_sub(1);
            ended.failures.drain(..earlier);
            Ok(ended)
        }
        (Fault::SupervisorReportsItself, Err(GroupError::Failed(failures))) => {
            let own = failures.into_vec().pop().into_iter().collect();
            Err(GroupError::Failed(Failures::new(own).expect("there is one")))
        }
        (_, result) => result,
    }
}
