//! Spans of `tracing` for tasks, groups and scopes; nothing at all without that feature.
//!
//! A span is entered while its body is polled, and closed with its node. Its parent is the span of the
//! node above when it is polled first, or what was current there if there is none.

#[cfg(feature = "tracing")]
mod on {
    use std::sync::OnceLock;

    use tracing::span::{Entered, Span};
    use tracing::{Level, span};

    use crate::tree::Node;

    /// Where a node keeps its span.
    #[derive(Default)]
    pub(crate) struct Slot(OnceLock<Span>);

    impl Slot {
        pub(crate) fn enter(&self) -> Option<Entered<'_>> {
            self.0.get().map(Span::enter)
        }
    }

    /// Opens the span of a node that hangs under `above` from now on.
    pub(crate) fn open(node: &Node, above: Option<&Node>) {
        let parent = above.and_then(|above| above.span.0.get()).cloned();
        let parent = parent.unwrap_or_else(Span::current);
        let span = if let Some(task) = node.task_part() {
            let (id, name, place) = (task.id(), node.name(), task.spawned_at());
            span!(target: "anyrt", parent: &parent, Level::DEBUG, "task", %id, name = name.as_deref(), spawned_at = %place)
        } else if let Some(group) = node.group_part() {
            let (number, place) = (group.number(), group.opened_at());
            span!(target: "anyrt", parent: &parent, Level::DEBUG, "group", number, opened_at = %place)
        } else {
            span!(target: "anyrt", parent: &parent, Level::DEBUG, "scope")
        };
        let _ = node.span.0.set(span);
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::tree::Node;

    /// No span.
    #[derive(Default)]
    pub(crate) struct Slot(());

    impl Slot {
        #[expect(clippy::unused_self, reason = "the same call as with spans")]
        pub(crate) fn enter(&self) -> Option<()> {
            None
        }
    }

    pub(crate) fn open(_: &Node, _: Option<&Node>) {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Slot, open};
#[cfg(feature = "tracing")]
pub(crate) use on::{Slot, open};
