//! Failures and values whose types have a lifetime, in groups that are awaited inside children.
//!
//! What a child awaits has to be `Send` whatever its lifetimes are: a type that the compiler knows
//! only through a bound is not "general enough" there.

use anyrt::{
    GroupError, InlineGroup, StartError, TaskGroup, bracket, finally, inline_group, race, shield,
    supervise, task_group,
};

type Failure = &'static str;

#[anyrt::test]
async fn a_group_in_a_child_may_fail_with_a_borrowed_text() {
    let ended = task_group(|outer: TaskGroup<Failure>| async move {
        outer.spawn(async {
            let inner = task_group(|inner: TaskGroup<Failure>| async move {
                inner.spawn(async { Err::<(), _>("inner") });
                Ok("value")
            });
            match inner.await {
                Err(GroupError::Failed(failures)) => Err(failures.into_iter().next().unwrap_or("")),
                _ => Ok("none"),
            }
        });
        Ok(())
    });
    let Err(GroupError::Failed(failures)) = ended.await else { panic!("a child failed") };
    assert_eq!(failures.into_iter().collect::<Vec<_>>(), ["inner"]);
}

#[anyrt::test]
async fn a_supervisor_in_a_child_may_fail_with_a_borrowed_text() {
    task_group(|outer: TaskGroup| async move {
        outer.spawn(async {
            let supervised = supervise(|group: TaskGroup<Failure>| async move {
                group.spawn(async { Err::<(), _>("noted") });
                Ok("value")
            });
            let supervised = shield(supervised).await.unwrap();
            assert_eq!((supervised.value, supervised.failures), ("value", vec!["noted"]));
        });
    })
    .await
    .unwrap();
}

#[anyrt::test]
async fn an_inline_group_in_a_child_may_fail_with_a_borrowed_text() {
    task_group(|outer: TaskGroup| async move {
        outer.spawn(async {
            let inline = inline_group(|group: InlineGroup<'_, Failure>| async move {
                group.spawn(async { Ok("child") }).await.map_err(|_| "cancelled")
            });
            assert_eq!(inline.await.unwrap(), "child");
        });
    })
    .await
    .unwrap();
}

#[anyrt::test]
async fn a_child_may_start_one_that_is_ready_with_a_borrowed_text() {
    task_group(|outer: TaskGroup<Failure>| async move {
        let group = outer.clone();
        outer.spawn(async move {
            let ready: Result<Failure, StartError<Failure>> = group
                .start(|ready| async move {
                    ready.started("ready");
                    Ok(())
                })
                .await;
            assert_eq!(ready.unwrap(), "ready");
            Ok(())
        });
        Ok(())
    })
    .await
    .unwrap();
}

#[anyrt::test]
async fn a_race_and_a_cleanup_in_a_child_may_end_in_a_borrowed_text() {
    task_group(|outer: TaskGroup| async move {
        outer.spawn(async {
            let won = race([async { Ok::<Failure, Failure>("won") }]).await;
            assert_eq!(won.unwrap(), "won");
            assert_eq!(finally(async { "value" }, async {}).await, "value");
        });
    })
    .await
    .unwrap();
}

#[anyrt::test]
async fn a_bracket_in_a_child_may_lend_what_has_a_lifetime() {
    let ended = task_group(async |outer: TaskGroup<Failure>| {
        let child = outer.spawn(async {
            let text = String::from("one two");
            let words: Vec<&str> = text.split(' ').collect();
            let count = bracket(
                words,
                async |mut words| {
                    words.push("three");
                    anyrt::checkpoint().await;
                    words.len()
                },
                async |words| {
                    anyrt::checkpoint().await;
                    assert_eq!(words, ["one", "two", "three"]);
                },
            );
            Ok(count.await)
        });
        Ok(child.value().await)
    });
    assert_eq!(ended.await, Ok(3));
}
