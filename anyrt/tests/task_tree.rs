//! What the task tree shows.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use anyrt::{CancelScope, TaskGroup, TaskTree, channel};
use anyrt_core::task_tree::{Kind, TaskEntry, Wait};
use futures_util::future::{Either, select};

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("the test takes too long")
}

/// The tree, once `is_there` says that what the test looks for is there.
async fn tree_when(is_there: impl Fn(&TaskTree) -> bool) -> TaskTree {
    loop {
        let tree = anyrt::task_tree();
        if is_there(&tree) {
            return tree;
        }
        anyrt::yield_now().await;
    }
}

fn named<'a>(tree: &'a TaskTree, name: &str) -> Option<&'a TaskEntry> {
    tree.tasks().find(|task| task.name.as_deref() == Some(name))
}

/// Tests run at the same time in one process: each has names of its own.
fn unique(what: &str) -> String {
    format!("{what} on {}", anyrt::AnyBackend::current().unwrap())
}

#[anyrt::test]
async fn each_task_tells_what_it_waits_for() {
    let names: Vec<_> =
        ["sleeps", "receives", "sends", "joins", "nests", "blocks"].map(unique).into();
    let [sleeps, receives, sends, joins, nests, blocks] = names.try_into().unwrap();
    let (full, _items) = channel::bounded::<()>(0);
    let (_sender, empty) = channel::bounded::<()>(1);
    let (release, released) = std::sync::mpsc::channel::<()>();
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let sleeping = group.named(sleeps.clone()).spawn(anyrt::sleep_forever());
        group.named(receives.clone()).spawn(async move {
            let _ = empty.recv().await;
        });
        group.named(sends.clone()).spawn(async move {
            let _ = full.send(()).await;
        });
        group.named(joins.clone()).spawn(async move { drop(sleeping.await) });
        group.named(nests.clone()).spawn(async {
            let inner = anyrt::task_group(|group: TaskGroup| async move {
                group.spawn(anyrt::sleep_forever());
            });
            let _ = inner.await;
        });
        group.named(blocks.clone()).spawn(async move {
            let _ = anyrt::blocking::run(move || released.recv()).await;
        });
        let wanted = [
            (sleeps, Wait::Sleep),
            (receives, Wait::Recv),
            (sends, Wait::Send),
            (joins, Wait::Join),
            (nests, Wait::Group),
            (blocks, Wait::Blocking),
        ];
        for (name, wait) in wanted {
            let waits = |tree: &TaskTree| {
                named(tree, &name).is_some_and(|task| task.waits_for == Some(wait))
            };
            let tree = tree_when(waits).await;
            let text = named(&tree, &name).unwrap().to_string();
            assert!(text.contains(&format!("waits for {wait}")), "{text}");
            assert!(text.contains("task_tree.rs"), "no place: {text}");
        }
        release.send(()).unwrap();
        group.cancel();
    });
    assert_eq!(in_time(result).await, Ok(()));
}

#[anyrt::test]
async fn nested_groups_are_shown_inside_their_task() {
    let (outer, inner) = (unique("outer"), unique("inner"));
    let gone = inner.clone();
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let inside = inner.clone();
        group.named(outer.clone()).spawn(async move {
            let scope = CancelScope::new().run(anyrt::task_group(|group: TaskGroup| async move {
                group.background().named(inside).spawn(anyrt::sleep_forever());
                anyrt::sleep_forever().await;
            }));
            let _ = scope.await;
        });
        let tree = tree_when(|tree| named(tree, &inner).is_some()).await;
        let at = |name: &str| {
            tree.entries()
                .iter()
                .position(|entry| matches!(&entry.kind, Kind::Task(task) if task.name.as_deref() == Some(name)))
                .unwrap()
        };
        let (outer_at, inner_at) = (at(&outer), at(&inner));
        let depth = |index: usize| tree.entries()[index].depth;
        assert_eq!(depth(inner_at), depth(outer_at) + 2, "{tree}");
        let between = &tree.entries()[outer_at + 1];
        assert!(
            matches!(&between.kind, Kind::Group(group) if group.opened_at.file() == file!()),
            "{tree}"
        );
        assert!(named(&tree, &inner).unwrap().is_background);
        group.cancel();
    });
    assert_eq!(in_time(result).await, Ok(()));
    assert!(named(&anyrt::task_tree(), &gone).is_none(), "an ended task is still shown");
}

#[anyrt::test]
async fn a_cancelled_task_that_cleans_up_is_shown_as_cancelled() {
    let name = unique("cleans up");
    let (go, gone) = channel::bounded::<()>(0);
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let handle = group.named(name.clone()).spawn(async move {
            anyrt::finally(anyrt::sleep_forever(), async move {
                let _ = gone.recv().await;
            })
            .await;
        });
        handle.cancel();
        let is_cancelled = |tree: &TaskTree| {
            named(tree, &name)
                .is_some_and(|task| task.is_cancelled && task.waits_for == Some(Wait::Recv))
        };
        let tree = tree_when(is_cancelled).await;
        assert!(named(&tree, &name).unwrap().to_string().ends_with("cancelled"));
        go.send(()).await.unwrap();
    });
    assert_eq!(in_time(result).await, Ok(()));
}

#[anyrt::test]
async fn children_of_a_join_policy_show_the_line_of_its_call() {
    let backend = anyrt::AnyBackend::current().unwrap();
    // The first child of a group of this backend's test, both of them made at this line.
    let is_made_at = |tree: &TaskTree, line: u32| {
        tree.entries().windows(2).any(|pair| match (&pair[0].kind, &pair[1].kind) {
            (Kind::Group(group), Kind::Task(task)) => {
                let place = (group.opened_at.file(), group.opened_at.line());
                place == (file!(), line)
                    && group.backend == backend.name()
                    && task.spawned_at == group.opened_at
            }
            _ => false,
        })
    };
    macro_rules! shows_its_line {
        ($called:expr) => {{
            let called = pin!($called);
            let found = pin!(tree_when(|tree| is_made_at(tree, line!())));
            assert!(matches!(select(found, called).await, Either::Left(_)));
        }};
    }

    let never = || pending::<Result<(), ()>>();
    in_time(async {
        shows_its_line!(anyrt::gather([never()]));
        shows_its_line!(anyrt::try_gather([never()]));
        shows_its_line!(anyrt::join((never(), never())));
        shows_its_line!(anyrt::try_join((never(), never())));
        shows_its_line!(anyrt::race([never()]));
        shows_its_line!(async { anyrt::as_completed([never()]).next().await });
    })
    .await;
}

#[test]
fn very_deep_trees_are_drawn_without_recursion() {
    fn nest(
        depth: usize,
        gives: channel::Sender<String>,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let group = anyrt::task_group(|group: TaskGroup| async move {
                if depth == 0 {
                    let tree = anyrt::task_tree();
                    gives.try_send(tree.to_string()).unwrap();
                } else {
                    group.named("deep").spawn(nest(depth - 1, gives));
                }
            });
            group.await.unwrap();
        })
    }

    let backend: anyrt::AnyBackend = "smol".parse().unwrap();
    let (sender, receiver) = channel::unbounded();
    anyrt::run_on(&backend, in_time(nest(2_000, sender)));
    let text = receiver.try_recv().unwrap();
    assert!(text.lines().filter(|line| line.contains("`deep`")).count() >= 2_000);
}
