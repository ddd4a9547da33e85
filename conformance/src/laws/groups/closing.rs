//! G5: until when a group takes children.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::thread;

use anyrt_core::error::GroupClosed;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Random, seed};
use crate::support::{
    Count, Flag, Group, Marker, boom, catch, describe, holding, join, on_unknown_thread, turns,
};

pub(super) fn g5<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        from_children_when_the_body_is_over(backend).await;
        from_outside_when_the_body_is_over(backend).await;
        refused_after_the_end(backend).await;
    });
    accepted_means_awaited(backend);
}

/// A child that spawns a child that spawns a child, and no other task is in the group.
fn link<B: Backend>(
    group: Group<B>,
    left: usize,
    ran: Count,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        turns(left % 3).await;
        ran.up();
        if left > 1 {
            group.spawn(link::<B>(group.clone(), left - 1, ran));
        }
    })
}

async fn from_children_when_the_body_is_over<B: Backend>(backend: &B) {
    const LINKS: usize = 200;
    let ran = Count::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            group.spawn(link::<B>(group.clone(), LINKS, ran.clone()));
        })
        .await;
    assert!(result.is_ok(), "a chain of children gave {result:?}");
    assert_eq!(ran.get(), LINKS, "of a chain of {LINKS} children this many had run");
}

async fn from_outside_when_the_body_is_over<B: Backend>(backend: &B) {
    let (over, gate, ran) = (Event::new(), Event::new(), Flag::new());
    let (groups, to_outside) = backend.bounded::<Group<B>>(1);
    let outside = async {
        let group = to_outside.recv().await.expect("the body sends its group");
        over.wait().await;
        let (gate, ran) = (gate.clone(), ran.clone());
        on_unknown_thread(backend, move |_| {
            let accepted = group.try_spawn(async move { ran.raise() }).is_ok();
            gate.set();
            accepted
        })
        .await
    };
    let group = backend.task_group(async |group: Group<B>| {
        let _over = over.guard();
        group.spawn(gate.wait());
        assert!(groups.try_send(group).is_ok(), "an empty channel did not take the group");
    });
    let (result, accepted) = crate::laws::tools::both(group, outside).await;
    assert!(accepted, "try_spawn refused a child while another one ran, the body being over");
    assert!(result.is_ok(), "a group that is spawned into from outside gave {result:?}");
    assert!(ran.is_up(), "a child spawned from outside, the body being over, had not run");
}

async fn refused_after_the_end<B: Backend>(backend: &B) {
    let mut ended: Vec<(&str, Group<B>)> = Vec::new();
    let mut kept = None;
    let _ = backend.task_group(async |group: Group<B>| kept = Some(group)).await;
    ended.extend(kept.take().map(|group| ("that was empty", group)));
    let _ = backend
        .task_group(async |group: Group<B>| {
            group.spawn(turns(3));
            kept = Some(group);
        })
        .await;
    ended.extend(kept.take().map(|group| ("that had a child", group)));
    let _ = backend
        .task_group(async |group: Group<B>| {
            group.cancel();
            kept = Some(group);
            backend.checkpoint().await;
        })
        .await;
    ended.extend(kept.take().map(|group| ("that was cancelled", group)));
    let _ = catch(backend.task_group(async |group: Group<B>| {
        kept = Some(group);
        boom::<Marker>(Marker(1));
    }))
    .await;
    ended.extend(kept.take().map(|group| ("that panicked", group)));
    assert_eq!(ended.len(), 4, "of 4 groups this many ran their body");
    for (which, group) in ended {
        refused::<B>(which, &group).await;
    }
}

async fn refused<B: Backend>(which: &str, group: &Group<B>) {
    let (alive, ran) = (Count::new(), Flag::new());
    let child = {
        let ran = ran.clone();
        holding(alive.guard(), async move {
            ran.raise();
            Ok::<_, Infallible>(7)
        })
    };
    let Err(GroupClosed(child)) = group.try_spawn(child) else {
        panic!("a group {which} and had ended took a child")
    };
    assert_eq!(alive.get(), 1, "a group {which} and had ended dropped the future it refused");
    turns(10).await;
    assert!(!ran.is_up(), "a group {which} and had ended ran the future that it refused");
    let value = child.await;
    assert_eq!(value, Ok(7), "the future that a group {which} gave back ended in this");

    let panicked = catch_unwind(AssertUnwindSafe(|| drop(group.spawn(async {}))));
    let Err(payload) = panicked else {
        panic!("spawn into a group {which} and had ended did not panic")
    };
    let message = describe(&*payload);
    assert!(
        message.contains("try_spawn"),
        "spawn into a group {which} and had ended panicked without naming the remedy: {message}"
    );
}

/// A thread spawns while the group ends: what was accepted has ended when the group returns.
fn accepted_means_awaited<B: Backend + Toplevel>(backend: &B) {
    const ROUNDS: usize = 60;
    const TRIES: usize = 300;
    let seed = seed();
    let mut random = Random::new(seed);
    for round in 0..ROUNDS {
        let (ran, returned) = (Count::new(), Flag::new());
        let (pause, patience) = (random.below(2_000), random.below(60));
        let (seen, spawner) = backend.run(async {
            let mut spawner = None;
            let result = backend
                .task_group(async |group: Group<B>| {
                    let (ran, returned) = (ran.clone(), returned.clone());
                    spawner = Some(thread::spawn(move || {
                        let mut accepted = 0;
                        for _ in 0..TRIES {
                            let late = returned.is_up();
                            let (ran, child_returned) = (ran.clone(), returned.clone());
                            let child = async move {
                                assert!(!child_returned.is_up(), "a child ran after its group");
                                ran.up();
                            };
                            if group.try_spawn(child).is_err() {
                                return (accepted, false);
                            }
                            if late {
                                return (accepted, true);
                            }
                            accepted += 1;
                            for _ in 0..pause {
                                std::hint::spin_loop();
                            }
                        }
                        (accepted, false)
                    }));
                    turns(patience).await;
                })
                .await;
            let seen = ran.get();
            returned.raise();
            assert!(result.is_ok(), "a group that a thread spawns into gave {result:?}");
            (seen, spawner.expect("the body has run"))
        });
        let (accepted, late) = join(spawner);
        assert!(!late, "a group took a child after it had returned (seed {seed}, round {round})");
        assert_eq!(
            seen, accepted,
            "children that had run when the group returned, and children that it had accepted \
             (seed {seed}, round {round})"
        );
    }
}
