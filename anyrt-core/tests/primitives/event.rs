//! What only an event does.

use std::sync::Arc;
use std::thread;

use anyrt_core::sync::Event;
use futures_executor::block_on;

use crate::support::{Alarm, in_time, now};

static STATIC: Event = Event::new();

#[test]
fn an_event_fits_into_a_static_and_stays_set() {
    assert_eq!(format!("{STATIC:?}"), "Event { is_set: false, waiting: 0 }");
    STATIC.set();
    STATIC.set();
    for _ in 0..3 {
        now(STATIC.wait());
    }
    assert!(STATIC.is_set());
}

#[test]
fn setting_wakes_all_that_wait() {
    let event = Event::new();
    let mut waits: Vec<_> = (0..3).map(|_| (Arc::<Alarm>::default(), event.wait())).collect();
    for (alarm, wait) in &mut waits {
        assert!(alarm.poll(wait).is_pending());
    }
    assert_eq!(event.statistics().waiting, 3);
    event.set();
    for (alarm, wait) in &mut waits {
        assert!(alarm.has_rung());
        assert!(alarm.poll(wait).is_ready());
    }
    assert_eq!(event.statistics().waiting, 0);
}

#[test]
fn no_wake_up_is_lost_between_threads() {
    in_time(|| {
        for _ in 0..2_000 {
            let event = Arc::new(Event::new());
            let waiter = thread::spawn({
                let event = event.clone();
                move || block_on(event.wait())
            });
            event.set();
            waiter.join().unwrap();
        }
    });
}
