//! A supervisor: children fail, and the others go on.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyrt::{CancelScope, GroupError, Supervised, TaskGroup, channel};
use futures_util::FutureExt;

const HOUR: Duration = Duration::from_secs(3600);

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("the test takes too long")
}

#[anyrt::test]
async fn children_fail_in_turn_and_the_rest_goes_on() {
    let result = anyrt::supervise(|group: TaskGroup<&str>| async move {
        let (go, gone) = channel::bounded::<()>(0);
        let first = group.spawn(async { Err::<(), _>("first") });
        assert!(first.await.is_err());
        group.spawn(async move {
            gone.recv().await.unwrap();
            Err::<(), _>("second")
        });
        assert!(!anyrt::is_cancelled(), "a failure has cancelled the supervisor");
        let fine = group.spawn(async { Ok("fine") });
        go.send(()).await.unwrap();
        Ok(fine.await.unwrap())
    });
    let wanted = Supervised { value: "fine", failures: vec!["first", "second"] };
    assert_eq!(in_time(result).await, Ok(wanted));
}

#[anyrt::test]
async fn a_body_that_fails_cancels_its_children() {
    let result = anyrt::supervise(|group: TaskGroup<&str>| async move {
        let failed = group.spawn(async { Err::<(), _>("child") });
        group.spawn(async {
            anyrt::sleep(HOUR).await;
            Ok(())
        });
        assert!(failed.await.is_err());
        Err::<(), _>("body")
    });
    let failures = in_time(result).await.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["child", "body"]));
}

#[anyrt::test]
async fn a_panic_of_a_child_cancels_the_others_and_resumes() {
    let result = anyrt::supervise(|group: TaskGroup<&str>| async move {
        group.spawn(async {
            std::panic::resume_unwind(Box::new("bug"));
            #[expect(unreachable_code, reason = "gives the block its type")]
            Ok(())
        });
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    let payload = in_time(AssertUnwindSafe(result).catch_unwind()).await.unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"bug"));
}

#[anyrt::test]
async fn failures_are_not_lost_when_the_supervisor_is_cancelled() {
    let result = anyrt::supervise(|group: TaskGroup<&str>| async move {
        let failed = group.spawn(async { Err::<(), _>("child") });
        assert!(failed.await.is_err());
        group.cancel();
        anyrt::checkpoint().await;
        Ok(())
    });
    let failures = in_time(result).await.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["child"]));
}

#[anyrt::test]
async fn an_outer_cancellation_ends_all() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let result = scope.run(anyrt::supervise(|group: TaskGroup<&str>| async move {
        group.spawn(async {
            anyrt::sleep(HOUR).await;
            Ok(())
        });
        handle.cancel();
        anyrt::sleep(HOUR).await;
        Ok(())
    }));
    assert!(in_time(result).await.is_err());
}
