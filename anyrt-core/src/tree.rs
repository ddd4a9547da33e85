//! The scope tree: who is cancelled, and who holds whom open.
//!
//! Scopes, groups and tasks are [`Node`]s. A node's parent is the node in whose frame it is
//! polled, so the tree follows the poll.
//!
//! # Invariants
//!
//! - **One formula.** A node is *effectively* cancelled when it was called, or struck, or it has no
//!   shield and its parent is effectively cancelled. [`Node::derive`] alone computes it, under the
//!   node's own link lock, from the parent's flag as it is at that moment and never from a value
//!   that was carried along.
//! - **Every change reaches every descendant.** Whoever changes a node's flag changes it under the
//!   node's link lock, takes the list of children under the same lock, and derives each of them
//!   after it. Of two changes, the derivation that comes last sees the flag that came last, so the
//!   flags agree when the last change has been passed on. A child that attaches lists itself first and
//!   derives its flag after: either the change finds it in the list, or it sees the change.
//! - **Nobody waits for another's walk.** While a change is on its way down, a parent's flag and its
//!   child's disagree, and no strike succeeds that rests on the older one. Who finds that does the
//!   rest of the way itself ([`Node::catch_up`]) before it looks again: looking alone would spin until
//!   the other thread goes on.
//! - **A strike is final.** The first leaf that is cut, or the first body that is dropped, freezes
//!   the nodes of its task from itself up to the one that will resolve ([`Node::strike`]). A struck
//!   node stays effectively cancelled, whatever shield is raised later. The marks are set from the
//!   top down, each under its node's lock and only where no shield has come in between; else they are
//!   taken back and nothing was struck.
//! - **The chain on the poll stack stands still.** A strike walks the parents of a node that is
//!   being polled. They are all being polled by the same thread, so none of them moves meanwhile.
//! - **Locks.** At most one link lock at a time, and no leaf lock inside it. Wakers and nodes are
//!   called and dropped after unlocking. Every walk is iterative, also the one that drops a chain of
//!   parents.

mod cancel;
mod census;
mod holders;
mod life;
mod link;
mod look;
mod node;
mod progress;
mod result;
mod tasks;
mod waker;

pub(crate) use holders::{Finding, Inquiry};
pub(crate) use look::look;
pub(crate) use node::{Node, Role};
