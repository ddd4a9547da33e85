//! The races program as a user runs it, and its library on real runtimes.

use assert_cmd::Command;

use anyrt_examples::races::{LockOrder, locked_update, transfers};

#[test]
fn both_races_are_found_and_shown_again() {
    let output = Command::cargo_bin("races").unwrap().output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let parts: Vec<_> = text.trim_end().split("\n\n").collect();
    assert_eq!(parts.len(), 4, "{text}");
    for (part, fault) in [(parts[0], "an update was lost"), (parts[2], "deadlock:")] {
        assert!(part.contains(fault) && part.contains("Sim::new("), "{part}");
        assert!(part.ends_with("run again: the same"), "{part}");
    }
    assert!(parts[2].contains("`there`") && parts[2].contains("waits for a lock"), "{text}");
    for part in [parts[1], parts[3]] {
        assert!(part.ends_with("1000 orders, and nothing found"), "{part}");
    }
}

#[anyrt::test(sim, seeds = 100)]
async fn no_update_is_lost() {
    locked_update().await;
}

#[anyrt::test(sim, seeds = 100)]
async fn no_transfer_waits_for_ever() {
    transfers(LockOrder::SmallerFirst).await;
}
