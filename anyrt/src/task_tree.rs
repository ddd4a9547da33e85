//! What runs right now.

use crate::TaskTree;

/// Gives the groups and tasks of the process that live right now.
///
/// It shows names, the places where they were made, ages, and what each waits for; as text by its
/// `Display`, and as data by [`TaskTree::entries`]. Nothing stands still while it is drawn, so a task
/// that has just begun or ended may be missing.
///
/// # Examples
///
/// ```
/// use anyrt::TaskGroup;
///
/// anyrt::run(async {
///     let done = anyrt::task_group(async |group: TaskGroup| {
///         group.named("ticker").spawn(anyrt::sleep_forever());
///         let tree = anyrt::task_tree();
///         assert!(tree.tasks().any(|task| task.name.as_deref() == Some("ticker")));
///         println!("{tree}");
///         group.cancel();
///     });
///     done.await.unwrap();
/// });
/// ```
#[doc(alias = "dump")]
#[doc(alias = "all_tasks")]
pub fn task_tree() -> TaskTree {
    TaskTree::look()
}
