//! What only a cell does whose value is made once.

use std::future::{Future, pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::error::SetError;
use anyrt_core::sync::OnceCell;

use crate::support::{Alarm, now};

static STATIC: OnceCell<String> = OnceCell::new();

#[test]
fn a_cell_fits_into_a_static_and_keeps_its_first_value() {
    let text = "OnceCell { value: None, is_initialising: false, waiting: 0 }";
    assert_eq!(format!("{STATIC:?}"), text);
    assert_eq!(now(STATIC.get_or_init(async || "first".to_owned())), "first");
    assert_eq!(now(STATIC.get_or_init(|| ready("second".to_owned()))), "first");
    assert_eq!(STATIC.set("third".to_owned()), Err(SetError::AlreadySet("third".to_owned())));
    assert_eq!(STATIC.get().map(String::as_str), Some("first"));
}

#[test]
fn a_value_can_be_set_and_taken() {
    let mut cell = OnceCell::new();
    assert_eq!(cell.set(1), Ok(()));
    *cell.get_mut().unwrap() += 1;
    assert_eq!(cell.into_inner(), Some(2));
    assert_eq!(now(OnceCell::from(3).get_or_init(pending)), &3);
    assert_eq!(OnceCell::<u8>::default().into_inner(), None);
}

#[test]
fn an_initialiser_that_fails_leaves_it_to_the_next() {
    let cell = OnceCell::new();
    let failed: Result<&u8, &str> = now(cell.get_or_try_init(|| ready(Err("on purpose"))));
    assert_eq!(failed, Err("on purpose"));
    let made: Result<&u8, &str> = now(cell.get_or_try_init(|| ready(Ok(1))));
    assert_eq!(made, Ok(&1));
}

#[test]
fn an_initialiser_that_panics_leaves_it_to_the_next() {
    let cell = OnceCell::<u8>::new();
    let panics = || async { panic!("on purpose") };
    assert!(catch_unwind(AssertUnwindSafe(|| now(cell.get_or_init(panics)))).is_err());
    assert_eq!(now(cell.get_or_init(|| ready(1))), &1);
}

#[test]
fn an_initialiser_that_is_dropped_leaves_it_to_the_next_and_then_all_have_the_value() {
    let cell = OnceCell::<u8>::new();
    let alarms: [Arc<Alarm>; 4] = Default::default();
    let mut first = Box::pin(cell.get_or_init(pending));
    assert!(alarms[0].poll(&mut first).is_pending());
    assert_eq!(cell.set(9), Err(SetError::Initialising(9)));
    let mut others: Vec<_> =
        (1..4).map(|value| Box::pin(cell.get_or_init(move || ready(value)))).collect();
    for (alarm, other) in alarms[1..].iter().zip(&mut others) {
        assert!(alarm.poll(other).is_pending());
    }
    drop(first);
    assert_eq!(alarms.each_ref().map(|alarm| alarm.has_rung()), [false, true, false, false]);
    assert!(is_ready_with(&mut others[0], 1));
    assert!(alarms[2..].iter().all(|alarm| alarm.has_rung()), "all learn of the value at once");
    assert!(others[1..].iter_mut().all(|other| is_ready_with(other, 1)));
    assert_eq!(cell.statistics().waiting, 0);
}

fn is_ready_with<'a>(future: &mut (impl Future<Output = &'a u8> + Unpin), value: u8) -> bool {
    Arc::<Alarm>::default().poll(future) == Poll::Ready(&value)
}
