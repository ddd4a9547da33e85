//! What a child does: nothing, a yield, or a sleep by the timer of whoever spawns it.

use std::future::Future;
use std::time::Duration;

use anyrt_core::Backend;

use crate::work::yield_once;

/// As short as tokio's timer can tell.
const NAP: Duration = Duration::from_millis(1);

/// What a child does, on anyrt and elsewhere.
pub(super) trait Child: 'static {
    fn on_anyrt() -> impl Future<Output = ()> + Send + 'static;
    fn on_backend<B: Backend>(backend: B) -> impl Future<Output = ()> + Send + 'static;
    fn on_tokio() -> impl Future<Output = ()> + Send + 'static;
    fn on_smol() -> impl Future<Output = ()> + Send + 'static;
}

/// It is ready at once.
pub(super) struct Ready;

impl Child for Ready {
    async fn on_anyrt() {}

    async fn on_backend<B: Backend>(_: B) {}

    async fn on_tokio() {}

    async fn on_smol() {}
}

/// It yields once.
pub(super) struct Yield;

impl Child for Yield {
    fn on_anyrt() -> impl Future<Output = ()> + Send + 'static {
        yield_once()
    }

    fn on_backend<B: Backend>(_: B) -> impl Future<Output = ()> + Send + 'static {
        yield_once()
    }

    fn on_tokio() -> impl Future<Output = ()> + Send + 'static {
        yield_once()
    }

    fn on_smol() -> impl Future<Output = ()> + Send + 'static {
        yield_once()
    }
}

/// It sleeps.
pub(super) struct Nap;

impl Child for Nap {
    fn on_anyrt() -> impl Future<Output = ()> + Send + 'static {
        anyrt::sleep(NAP)
    }

    fn on_backend<B: Backend>(backend: B) -> impl Future<Output = ()> + Send + 'static {
        backend.sleep(NAP)
    }

    // The timer counts from its first poll, as ours does.
    async fn on_tokio() {
        tokio::time::sleep(NAP).await;
    }

    async fn on_smol() {
        smol::Timer::after(NAP).await;
    }
}
