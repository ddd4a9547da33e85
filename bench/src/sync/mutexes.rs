//! The mutexes that are compared.

use std::future::Future;

use super::gate::Gate;
use super::tasks::{Children, Plain};

impl Gate for anyrt_core::sync::Mutex<u64> {
    const NAME: &'static str = "anyrt";
    type Tasks = Children;

    fn new(_: usize) -> Self {
        Self::new(0)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let mut passes = self.lock().await;
        inside.await;
        *passes += 1;
    }
}

impl Gate for tokio::sync::Mutex<u64> {
    const NAME: &'static str = "tokio::sync";
    type Tasks = Plain;

    fn new(_: usize) -> Self {
        Self::new(0)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let mut passes = self.lock().await;
        inside.await;
        *passes += 1;
    }
}

impl Gate for async_lock::Mutex<u64> {
    const NAME: &'static str = "async-lock";
    type Tasks = Plain;

    fn new(_: usize) -> Self {
        Self::new(0)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let mut passes = self.lock().await;
        inside.await;
        *passes += 1;
    }
}

impl Gate for mea::mutex::Mutex<u64> {
    const NAME: &'static str = "mea";
    type Tasks = Plain;

    fn new(_: usize) -> Self {
        Self::new(0)
    }

    async fn pass<F: Future<Output = ()> + Send>(&self, inside: F) {
        let mut passes = self.lock().await;
        inside.await;
        *passes += 1;
    }
}
