//! I: groups whose children run in their owner's task, and may borrow.

mod dropped;
mod ends;

use std::convert::Infallible;
use std::sync::Mutex;
use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::law::Law;
use crate::laws::tools::{Event, lock};

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "I1",
            "Children of an inline group may borrow what outlives its future; they run inside the \
             caller's task, concurrently with its body and with each other.",
            i1,
        ),
        Law::new(
            "I2",
            "G1, E1, E5 and C9 hold for the children of an inline group: they are joined, cancelled \
             by a failure or a panic, and reached by a cancellation.",
            ends::i2,
        ),
        Law::new(
            "I3",
            "Dropping an inline group's future drops its children there and then, also those that \
             never ran; nobody adopts them.",
            dropped::i3,
        ),
    ]
}

/// An inline group of `B` whose children fail with `E`.
type Inline<'env, B, E = Infallible> = <B as Backend>::InlineGroup<'env, E>;

fn i1<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        they_borrow(backend).await;
        they_take_turns(backend).await;
    });
}

async fn they_borrow<B: Backend>(backend: &B) {
    let (numbers, sum) = (vec![1, 2, 3], Mutex::new(0));
    let result = backend
        .inline_group(|group: Inline<'_, B>| {
            let (numbers, sum) = (&numbers, &sum);
            async move {
                for number in numbers {
                    group.spawn(async move {
                        backend.checkpoint().await;
                        *lock(sum) += number;
                    });
                }
                let inner = group.clone();
                let length = group.spawn(async move {
                    // A child of a child borrows, too.
                    let length = inner.spawn(async move { Ok(numbers.len()) });
                    Ok(length.await.ok())
                });
                Ok(length.await.ok())
            }
        })
        .await;
    assert_eq!(result, Ok(Some(Some(3))), "the value of a child of an inline child");
    assert_eq!(*lock(&sum), 6, "what the children did with what they borrowed");
}

/// Each waits for what another one does: in any order of one after the other, they hang.
async fn they_take_turns<B: Backend>(backend: &B) {
    let here = thread::current().id();
    let (body, first, second) = (Event::new(), Event::new(), Event::new());
    let threads = Mutex::new(Vec::new());
    let result = backend
        .inline_group(|group: Inline<'_, B>| {
            let (body, first, second, threads) = (&body, &first, &second, &threads);
            let step = move |waits: &'static str, begin: Event, then: Event| async move {
                begin.wait().await;
                lock(threads).push((waits, thread::current().id()));
                then.set();
            };
            async move {
                group.spawn(step("for the second", second.clone(), first.clone()));
                group.spawn(step("for the body", body.clone(), second.clone()));
                body.set();
                first.wait().await;
            }
        })
        .await;
    assert_eq!(result, Ok(()), "an inline group whose children wait for each other");
    let expected = [("for the body", here), ("for the second", here)];
    assert_eq!(*lock(&threads), expected, "who waited, and on which thread it ran");
}
