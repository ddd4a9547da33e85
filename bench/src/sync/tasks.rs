//! How the tasks of a job run: as children of an anyrt group, or plainly on tokio.

use std::convert::Infallible;
use std::future::Future;

use anyrt_core::Backend;
use anyrt_tokio::TokioBackend;

use crate::work::must_succeed;

pub(super) trait Tasks {
    /// Runs tasks of two kinds at once, to the end of all.
    fn run<A, B>(some: Vec<A>, others: Vec<B>) -> impl Future<Output = ()> + Send
    where
        A: Future<Output = ()> + Send + 'static,
        B: Future<Output = ()> + Send + 'static;
}

/// Children of one group of anyrt, on the tokio that runs the job.
pub(super) struct Children;

impl Tasks for Children {
    async fn run<A, B>(some: Vec<A>, others: Vec<B>)
    where
        A: Future<Output = ()> + Send + 'static,
        B: Future<Output = ()> + Send + 'static,
    {
        let tokio = TokioBackend::current().expect("the job runs on tokio");
        let body = |group: <TokioBackend as Backend>::TaskGroup<Infallible>| async move {
            for task in some {
                group.spawn(task);
            }
            for task in others {
                group.spawn(task);
            }
        };
        must_succeed(tokio.task_group(body).await);
    }
}

/// Tasks of tokio, each joined.
pub(super) struct Plain;

impl Tasks for Plain {
    async fn run<A, B>(some: Vec<A>, others: Vec<B>)
    where
        A: Future<Output = ()> + Send + 'static,
        B: Future<Output = ()> + Send + 'static,
    {
        let mut handles: Vec<_> = some.into_iter().map(tokio::spawn).collect();
        handles.extend(others.into_iter().map(tokio::spawn));
        for handle in handles {
            handle.await.expect("no task of a job panics");
        }
    }
}
