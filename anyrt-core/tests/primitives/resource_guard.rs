//! What a guard against two users does.

use std::panic::catch_unwind;
use std::sync::Arc;

use anyrt_core::sync::ResourceGuard;

static READING: ResourceGuard = ResourceGuard::new("reading");

#[test]
fn a_second_user_is_told_so_until_the_first_has_ended() {
    let first = READING.enter().unwrap();
    let error = READING.enter().unwrap_err();
    assert_eq!(error.action(), "reading");
    assert_eq!(error.to_string(), "somebody else is reading: one task at a time may");
    assert_eq!(format!("{READING:?}"), r#"ResourceGuard { action: "reading", is_used: true }"#);
    drop(first);
    let panic = catch_unwind(|| {
        let _reading = READING.enter().unwrap();
        panic!("on purpose");
    });
    assert!(panic.is_err());
    assert!(!READING.is_used());
}

#[test]
fn a_use_may_keep_the_guard_alive() {
    let guard = Arc::new(ResourceGuard::new("writing"));
    let first = guard.clone().enter_owned().unwrap();
    assert!(guard.clone().enter_owned().is_err());
    drop(first);
    assert!(guard.enter().is_ok());
}
