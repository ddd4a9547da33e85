//! B6: wake-ups from any thread, at any time.

use std::future::poll_fn;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::support::{Flag, Group, join, turns};

pub(super) fn b6<B: Backend + Toplevel>(backend: &B) {
    from_another_thread(backend);
    from_a_blocking_call(backend);
    after_the_end(backend);
    by_many_threads_while_it_ends(backend);
}

/// Each step of a child and of the body needs one wake-up, and only this thread gives any.
fn from_another_thread<B: Backend + Toplevel>(backend: &B) {
    const STEPS: usize = 200;
    let (wakers, inbox) = mpsc::channel::<(Flag, Waker)>();
    let waking = thread::spawn(move || {
        let mut by_value = false;
        for (woken, waker) in inbox {
            woken.raise();
            by_value = !by_value;
            if by_value {
                waker.wake();
            } else {
                waker.wake_by_ref();
                let clone = waker.clone();
                drop(waker);
                clone.wake();
            }
        }
    });
    let result = backend.run(backend.task_group(async |group: Group<B>| {
        group.spawn(steps(STEPS, wakers.clone()));
        steps(STEPS, wakers.clone()).await;
    }));
    assert!(result.is_ok(), "a child that another thread wakes: the group gave {result:?}");
    drop(wakers);
    join(waking);
}

async fn steps(count: usize, wakers: mpsc::Sender<(Flag, Waker)>) {
    for _ in 0..count {
        let woken = Flag::new();
        let mut asked = false;
        poll_fn(|cx| {
            if woken.is_up() {
                return Poll::Ready(());
            }
            if !asked {
                asked = true;
                wakers.send((woken.clone(), cx.waker().clone())).expect("the thread runs");
            }
            Poll::Pending
        })
        .await;
    }
}

fn from_a_blocking_call<B: Backend + Toplevel>(backend: &B) {
    let woken = Flag::new();
    let result = backend.run(backend.task_group(async |group: Group<B>| {
        let (wakers, inbox) = mpsc::channel::<Waker>();
        let (raised, child_woken) = (woken.clone(), woken.clone());
        group.spawn(async move {
            let mut wakers = Some(wakers);
            poll_fn(|cx| {
                if let Some(wakers) = wakers.take() {
                    wakers.send(cx.waker().clone()).expect("the blocking call waits for it");
                }
                if child_woken.is_up() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        });
        backend
            .run_blocking(move || {
                let waker = inbox.recv().expect("the child sends its waker");
                raised.raise();
                waker.wake();
            })
            .await;
    }));
    assert!(result.is_ok(), "a child that a blocking call wakes: the group gave {result:?}");
}

/// The wakers outlive the task, the group and the run.
fn after_the_end<B: Backend + Toplevel>(backend: &B) {
    let (wakers, inbox) = mpsc::channel::<Waker>();
    backend.run(async {
        let (sender, wakers) = (wakers.clone(), wakers);
        let result = backend
            .task_group(async |group: Group<B>| {
                let child = group.spawn(async move { give_waker(&sender).await });
                let seen = child.await;
                assert!(seen.is_ok(), "a child that gives its waker away ended in {seen:?}");
            })
            .await;
        assert!(result.is_ok(), "a child that gives its waker away: the group gave {result:?}");
        give_waker(&wakers).await;
    });
    for waker in inbox {
        let other = waker.clone();
        join(thread::spawn(move || {
            other.wake_by_ref();
            other.wake();
        }));
        waker.wake();
    }
    let still = backend.run(backend.task_group(async |group: Group<B>| {
        let child = group.spawn(async { Ok(7) });
        Ok(child.await.ok())
    }));
    assert_eq!(still.ok().flatten(), Some(7), "what runs after late wake-ups gave this");
}

async fn give_waker(wakers: &mpsc::Sender<Waker>) {
    let mut given = false;
    poll_fn(|cx| {
        if given {
            return Poll::Ready(());
        }
        given = true;
        wakers.send(cx.waker().clone()).expect("the check waits for it");
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn by_many_threads_while_it_ends<B: Backend + Toplevel>(backend: &B) {
    const ROUNDS: usize = 50;
    for _ in 0..ROUNDS {
        let over = Flag::new();
        let (wakers, inbox) = mpsc::channel::<Waker>();
        let waking = {
            let over = over.clone();
            thread::spawn(move || {
                let Ok(waker) = inbox.recv() else { return };
                let threads = [(); 3].map(|()| {
                    let (waker, over) = (waker.clone(), over.clone());
                    thread::spawn(move || {
                        while !over.is_up() {
                            waker.wake_by_ref();
                            thread::yield_now();
                        }
                        waker.wake();
                    })
                });
                drop(waker);
                threads.into_iter().for_each(join);
            })
        };
        let result = backend.run(backend.task_group(async |group: Group<B>| {
            let child = group.spawn(async move {
                give_waker(&wakers).await;
                turns(3).await;
                Ok(7)
            });
            Ok(child.await.ok())
        }));
        over.raise();
        join(waking);
        assert_eq!(result.ok().flatten(), Some(7), "a child that three threads wake gave this");
    }
}
