//! Inline children with names, in the background, only so many at once, and started.

use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use anyrt::sync::Semaphore;
use anyrt::{GroupError, InlineGroup, Readiness, Reason, StartError, TaskError, channel};
use futures_util::poll;

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("it hangs")
}

#[anyrt::test]
async fn a_child_is_started_and_borrows() {
    let text = String::from("ready");
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let text = &text;
        async move {
            let (go, gone) = channel::bounded::<()>(0);
            let started = group.start(|ready| async move {
                gone.recv().await.unwrap();
                ready.started(text.len());
                gone.recv().await.unwrap();
            });
            group.spawn({
                let go = go.clone();
                async move { go.send(()).await.unwrap() }
            });
            let length = started.await.unwrap();
            go.send(()).await.unwrap();
            Ok(length)
        }
    });
    assert_eq!(in_time(result).await, Ok(5));
}

#[anyrt::test]
async fn a_failure_before_readiness_is_the_callers_and_later_the_groups() {
    let result = anyrt::inline_group(|group: InlineGroup<'_, &str>| async move {
        let failed = group.start(|_: Readiness<(), _>| async { Err::<(), _>("early") });
        assert_eq!(failed.await, Err(StartError::Failed("early")));
        let ready = group.start(|ready| async {
            ready.started(());
            Err::<(), _>("late")
        });
        assert_eq!(ready.await, Ok(()));
        pending::<()>().await;
        Ok(())
    });
    assert_eq!(in_time(result).await.map_err(GroupError::into_failures), Err(vec!["late"]));
}

#[anyrt::test]
async fn a_cut_start_joins_its_child() {
    let ends = Mutex::new(0);
    struct End<'a>(&'a Mutex<u32>);
    impl Drop for End<'_> {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let ends = &ends;
        async move {
            let never = group.start(|_: Readiness<(), _>| async move {
                let _end = End(ends);
                anyrt::sleep_forever().await;
            });
            let scope = anyrt::CancelScope::new();
            let handle = scope.handle();
            let cut = scope.run(async {
                let mut never = Box::pin(never);
                assert!(poll!(&mut never).is_pending());
                handle.cancel();
                never.await
            });
            assert!(cut.await.is_err());
            Ok(*ends.lock().unwrap())
        }
    });
    assert_eq!(in_time(result).await, Ok(1));
}

#[anyrt::test]
async fn background_children_with_names_end_with_the_others() {
    let result = anyrt::inline_group(|group: InlineGroup<'_>| async move {
        let clock = group.background().named("clock").spawn(anyrt::sleep_forever());
        assert_eq!(clock.name(), Some("clock"));
        group.named("worker").spawn(anyrt::yield_now());
        Ok(clock)
    });
    match in_time(in_time(result).await.unwrap().into_future()).await {
        Err(TaskError::Cancelled(cancelled)) => assert_eq!(cancelled.reason(), &Reason::WindingUp),
        other => panic!("{other:?}"),
    }
}

#[anyrt::test]
async fn a_limited_inline_group_runs_so_many_at_once_and_all() {
    let (running, end) = (Semaphore::new(3), Semaphore::new(0));
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let (running, end) = (&running, &end);
        async move {
            let workers = group.limited(3);
            for number in 0..12 {
                if number >= 3 {
                    assert_eq!((workers.available(), running.available()), (0, 0));
                    end.add_permits(1);
                }
                let work = move || async move {
                    let _running = running.try_acquire().expect("too many at once");
                    end.acquire().await.forget();
                };
                if number % 2 == 0 {
                    workers.spawn_when_free(work()).await;
                    anyrt::yield_now().await; // It has its first poll meanwhile.
                } else {
                    let started = workers.start(|ready| async move {
                        ready.started(());
                        work().await;
                    });
                    started.await.unwrap();
                }
            }
            end.add_permits(3);
        }
    });
    assert_eq!(in_time(result).await, Ok(()));
    assert_eq!((running.available(), end.available()), (3, 0));
}
