//! Where tokio's context is entered around foreign code.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Runtime};

use super::detect::{Detector, Seen};
use anyrt_core::Toplevel;

use super::several::{as_task, new_sim, new_tokio};

/// Enters a runtime of tokio around each poll, as the crate async-compat does.
struct Compat<F>(Handle, Pin<Box<F>>);

impl<F: Future> Future for Compat<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let handle = self.0.clone();
        let _context = handle.enter();
        self.1.as_mut().poll(cx)
    }
}

fn compat<F: Future>(runtime: &Runtime, future: F) -> Compat<F> {
    Compat(runtime.handle().clone(), Box::pin(future))
}

/// Polls a future on this thread, with the executor of this runtime.
fn poll_here<T>(runtime: &str, future: impl Future<Output = T>) -> T {
    match runtime {
        "tokio" => new_tokio().block_on(future),
        "smol" => smol::block_on(future),
        "sim" => new_sim().run(future),
        _ => async_std::task::block_on(future),
    }
}

pub(super) fn n6(detector: &Detector, name: &'static str) {
    let Detector { here, library, .. } = *detector;
    // async-std knows its tasks, and a simulation is inside anyrt; smol does not know its own, so that
    // tokio answers for what is polled by it.
    let expected = Seen::on(if name == "smol" { "tokio" } else { name });
    let runtime = new_tokio();
    let found = poll_here(name, compat(&runtime, library()));
    assert_eq!(found, expected, "{name} polls a future that enters tokio at each poll");
    let found = as_task(name, compat(&runtime, library()));
    assert_eq!(found, expected, "a task of {name} enters tokio at each poll");
    let blocking = move || (here(), poll_here(name, library()));
    if name != "tokio" {
        let guard = runtime.enter();
        assert_eq!(here(), "tokio", "under an enter guard");
        let found = poll_here(name, library());
        assert_eq!(found, expected, "{name} polls under an enter guard of tokio");
        drop(guard);
        let found = as_task("tokio", async move { tokio::task::spawn_blocking(blocking).await });
        assert_eq!(found.ok(), Some(("tokio", expected)), "{name} polls in spawn_blocking");
    }
    assert_eq!(here(), "smol", "after all that, on a thread of no runtime");

    let chosen =
        (detector.run_on)(name, Box::pin(compat(&runtime, async move { vec![library().await] })));
    assert_eq!(chosen, [Seen::on(name)], "chosen {name}, a future enters tokio at each poll");
}
