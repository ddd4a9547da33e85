//! The semaphores that are compared.

use std::future::Future;

use super::gate::Gate;
use super::tasks::{Children, Plain};

impl Gate for anyrt_core::sync::Semaphore {
    const NAME: &'static str = "anyrt";
    type Tasks = Children;

    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let _permit = self.acquire().await;
        inside.await;
    }
}

/// The same in tasks that no group of anyrt has: the primitive alone, as the peers' are.
pub(super) struct Plainly(anyrt_core::sync::Semaphore);

impl Gate for Plainly {
    const NAME: &'static str = "anyrt, plain tasks";
    type Tasks = Plain;

    fn new(permits: usize) -> Self {
        Self(anyrt_core::sync::Semaphore::new(permits))
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let _permit = self.0.acquire().await;
        inside.await;
    }
}

impl Gate for tokio::sync::Semaphore {
    const NAME: &'static str = "tokio::sync";
    type Tasks = Plain;

    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let _permit = self.acquire().await.expect("nobody closes it");
        inside.await;
    }
}

impl Gate for async_lock::Semaphore {
    const NAME: &'static str = "async-lock";
    type Tasks = Plain;

    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let _permit = self.acquire().await;
        inside.await;
    }
}

impl Gate for mea::semaphore::Semaphore {
    const NAME: &'static str = "mea";
    type Tasks = Plain;

    fn new(permits: usize) -> Self {
        Self::new(permits)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let _permit = self.acquire(1).await;
        inside.await;
    }
}
