//! J4: outputs as they come.

use std::future::{Future, pending};
use std::pin::Pin;
use std::task::Poll;

use anyrt_core::join::AsCompleted;
use anyrt_core::prelude::*;
use anyrt_core::{Driver, Toplevel};

use crate::laws::tools::{Alarm, Event, eventually, in_time, step};
use crate::policies::Policies;
use crate::support::{Count, Group, holding};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pub(super) fn j4<P: Policies, D: Driver + Toplevel>(driver: &D) {
    driver.run(async {
        in_completion_order::<P, D>(driver).await;
        for away in [Away::Dropped, Away::DroppedAfterAPoll, Away::Cut] {
            a_next_that_takes_nothing::<P, D>(driver, away).await;
        }
        dropped::<D>(driver).await;
    });
}

/// Futures that wait for their events, and give their numbers.
fn numbered(alive: &Count, count: usize) -> (Vec<Event>, Vec<Boxed<usize>>) {
    let events: Vec<_> = (0..count).map(|_| Event::new()).collect();
    let future = |(number, event): (usize, &Event)| -> Boxed<usize> {
        let event = event.clone();
        Box::pin(holding(alive.guard(), async move {
            event.wait().await;
            number
        }))
    };
    let futures = events.iter().enumerate().map(future).collect();
    (events, futures)
}

async fn in_completion_order<P: Policies, D: Driver>(driver: &D) {
    let alive = Count::new();
    let (events, futures) = numbered(&alive, 4);
    let mut stream = AsCompleted::on(driver.clone(), futures);
    let mut seen = Vec::new();
    for number in [2, 0, 3, 1] {
        let mut next = Box::pin(P::next(&mut stream));
        assert!(step(&mut next).await.is_pending(), "an output that nobody has given");
        events[number].set();
        seen.push(in_time("the output of a future that has ended", &mut next).await);
    }
    assert_eq!(seen, [Some(2), Some(0), Some(3), Some(1)], "outputs in completion order");
    let end = P::next(&mut stream).await;
    assert_eq!(end, None, "what comes after the last output");
    assert_eq!(alive.get(), 0, "futures that were left after the end");
}

/// How a `next` goes away that was told of an output.
#[derive(Clone, Copy, Debug)]
enum Away {
    Dropped,
    /// If it did not give the output.
    DroppedAfterAPoll,
    Cut,
}

async fn a_next_that_takes_nothing<P: Policies, D: Driver>(driver: &D, away: Away) {
    let alive = Count::new();
    let (events, futures) = numbered(&alive, 2);
    let mut stream = AsCompleted::on(driver.clone(), futures);
    let (alarm, mut seen) = (Alarm::new(), Vec::new());
    {
        let scope = driver.cancel_scope();
        let handle = scope.handle();
        let mut next = Box::pin(scope.run(P::next(&mut stream)));
        assert!(alarm.step(&mut next).await.is_pending(), "an output that nobody has given");
        events[1].set();
        eventually!("who waits for an output is told", alarm.rung() > 0);
        // One that is polled may give the output; it must not lose it.
        let end = match away {
            Away::Dropped => Poll::Pending,
            Away::DroppedAfterAPoll => alarm.poll(&mut next),
            Away::Cut => {
                handle.cancel();
                Poll::Ready(in_time("a `next` that is cut", &mut next).await)
            }
        };
        if let Poll::Ready(Ok(output)) = end {
            seen.extend(output);
        }
    }
    events[0].set();
    while let Some(output) = P::next(&mut stream).await {
        seen.push(output);
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1], "{away:?}: outputs, one of which had a `next` go away");
}

async fn dropped<D: Driver>(driver: &D) {
    let alive = Count::new();
    let result = driver
        .task_group(async |_: Group<D>| {
            let begun = Event::new();
            let started = begun.clone();
            let waits: Boxed<()> = Box::pin(holding(alive.guard(), async move {
                started.set();
                pending::<()>().await;
            }));
            let mut stream = AsCompleted::on(driver.clone(), vec![waits]);
            let mut next = Box::pin(stream.next());
            assert!(step(&mut next).await.is_pending(), "an output of one that waits for ever");
            begun.wait().await;
        })
        .await;
    assert_eq!(result, Ok(()), "a group around a stream that was dropped");
    assert_eq!(alive.get(), 0, "a future of a stream that was dropped");
}
