//! S4, while another thread moves the shield.

use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, LONG, both, parked};
use crate::support::{Flag, Group, join, turns};

pub(super) fn s4<B: Backend + Toplevel>(backend: &B) {
    backend.run(races_with_a_thread(backend));
    backend.run(toggled_by_a_thread(backend));
}

/// The shield comes down on another thread while a task goes to sleep in it.
async fn races_with_a_thread<B: Backend>(backend: &B) {
    for round in 0..60 {
        let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope().shielded());
        let (outside, own) = (outer.handle(), inner.handle());
        let begun = Event::new();
        let child = {
            let (backend, begun) = (backend.clone(), begun.clone());
            async move {
                outside.cancel();
                let waits = async {
                    begun.set();
                    turns(round % 4).await;
                    if round % 2 == 0 {
                        backend.sleep(LONG).await;
                    } else {
                        loop {
                            backend.checkpoint().await;
                        }
                    }
                };
                outer.run(inner.run(waits)).await.is_err()
            }
        };
        let result = backend
            .task_group(async |group: Group<B>| {
                let child = group.spawn(async move { Ok(child.await) });
                begun.wait().await;
                let thread = thread::spawn(move || own.set_shield(false));
                let cut = child.await;
                join(thread);
                Ok(cut.ok())
            })
            .await;
        assert_eq!(result, Ok(Some(true)), "round {round}: whether the outer scope was cut");
    }
}

/// A thread raises and lowers all the time; nobody cancels, and then somebody does.
async fn toggled_by_a_thread<B: Backend>(backend: &B) {
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, own) = (outer.handle(), inner.handle());
    let (stop, waits) = (Flag::new(), Event::new());
    let thread = {
        let stop = stop.clone();
        thread::spawn(move || {
            while !stop.is_up() {
                own.set_shield(true);
                thread::yield_now();
                own.set_shield(false);
            }
        })
    };
    let body = async {
        for _ in 0..500 {
            backend.checkpoint().await;
            turns(1).await;
        }
        parked(&waits, backend.sleep(LONG)).await;
    };
    let cancelling = async {
        waits.wait().await;
        outside.cancel();
        turns(20).await;
        stop.raise();
    };
    let (result, ()) = both(outer.run(inner.run(body)), cancelling).await;
    join(thread);
    assert!(waits.is_set(), "a shield that moves cut something, though nobody cancelled");
    assert!(result.is_err(), "the shield is down and the outer scope cancelled: it gave a value");
}
