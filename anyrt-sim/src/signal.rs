//! Signals: whoever has the world raises them, and all that listen in it get them.

use std::io;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};

use anyrt_core::signal::{Signal, SignalDriver, SignalListener};

use crate::backend::SimBackend;
use crate::lock::lock;

/// Who listens in a world.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<Vec<(Signal, Weak<Ear>)>>);

#[derive(Debug, Default)]
struct Ear(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    came: bool,
    waker: Option<Waker>,
}

impl SimBackend {
    /// Raises a signal in this world, for all that listen in it.
    ///
    /// Without a listener nothing happens: no default action ends a simulation.
    ///
    /// # Examples
    ///
    /// ```
    /// use anyrt_core::signal::{Signal, Signals};
    /// use anyrt_sim::{Sim, SimBackend};
    ///
    /// let signal = Sim::new(7).run(async {
    ///     let sim = SimBackend::current().unwrap();
    ///     let mut signals = Signals::on(&sim, [Signal::Interrupt, Signal::Terminate]).unwrap();
    ///     sim.raise(Signal::Terminate);
    ///     signals.recv().await.unwrap()
    /// });
    /// assert_eq!(signal, Signal::Terminate);
    /// ```
    pub fn raise(&self, signal: Signal) {
        let mut woken = Vec::new();
        lock(&self.world.listeners.0).retain(|(kind, ear)| {
            let Some(ear) = ear.upgrade() else { return false };
            if *kind == signal {
                let mut heard = lock(&ear.0);
                heard.came = true;
                woken.extend(heard.waker.take());
            }
            true
        });
        woken.into_iter().for_each(Waker::wake);
    }
}

impl SignalDriver for SimBackend {
    fn raw_signal(&self, signal: Signal) -> io::Result<Box<dyn SignalListener>> {
        let ear = Arc::new(Ear::default());
        lock(&self.world.listeners.0).push((signal, Arc::downgrade(&ear)));
        Ok(Box::new(Listener(ear)))
    }
}

#[derive(Debug)]
struct Listener(Arc<Ear>);

impl SignalListener for Listener {
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut heard = lock(&self.0.0);
        if std::mem::take(&mut heard.came) {
            return Poll::Ready(Ok(()));
        }
        let before = heard.waker.replace(cx.waker().clone());
        drop(heard);
        drop(before);
        Poll::Pending
    }
}
