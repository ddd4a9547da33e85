//! The scope tree: whatever changes at once, all flags agree in the end.

use std::sync::Arc;

use loom::thread;

use super::model;
use crate::error::Reason;
use crate::tree::Node;

/// Nodes that hang below each other, the first one on top.
fn chain<const N: usize>() -> [Arc<Node>; N] {
    let nodes = [(); N].map(|()| Node::scope());
    for (above, node) in nodes.iter().zip(&nodes[1..]) {
        node.start();
        node.attach(Some(above));
    }
    nodes
}

#[test]
fn a_node_that_attaches_takes_the_cancellation_over() {
    model(|| {
        let [top, middle] = chain();
        let cancelled = top.clone();
        let cancel = thread::spawn(move || cancelled.cancel(Reason::Requested));
        let node = Node::scope();
        node.attach(Some(&middle));
        cancel.join().unwrap();
        assert!(node.is_effective());
    });
}

#[test]
fn of_two_cancellations_one_gives_its_reason() {
    model(|| {
        let [top, node] = chain();
        let cancelled = top.clone();
        let cancel = thread::spawn(move || cancelled.cancel(Reason::Failure));
        top.cancel(Reason::Shutdown);
        let seen = node.reason();
        cancel.join().unwrap();
        assert!(node.is_effective());
        assert_eq!(seen, node.reason());
    });
}

#[test]
fn a_shield_that_comes_down_lets_the_cancellation_in() {
    model(|| {
        let [top, middle, node] = chain();
        let cancelled = top.clone();
        let cancel = thread::spawn(move || cancelled.cancel(Reason::Requested));
        middle.set_shield(true);
        middle.set_shield(false);
        cancel.join().unwrap();
        assert!(node.is_effective());
    });
}

#[test]
fn a_shield_that_goes_up_keeps_what_has_not_struck_out() {
    model(|| {
        let [top, middle, node] = chain();
        let (cancelled, shielded) = (top.clone(), middle.clone());
        let cancel = thread::spawn(move || cancelled.cancel(Reason::Requested));
        let shield = thread::spawn(move || {
            shielded.set_shield(true);
            !shielded.is_struck()
        });
        let resolver = node.strike();
        cancel.join().unwrap();
        let was_in_time = shield.join().unwrap();
        // Struck, it stays cancelled; else the shield has the last word.
        let has_struck = resolver.is_some_and(|resolver| Arc::ptr_eq(&resolver, &top));
        assert_eq!(has_struck, node.is_effective());
        assert_eq!(has_struck, node.is_struck());
        assert_eq!(has_struck, middle.is_effective());
        assert!(!(has_struck && was_in_time));
    });
}

#[test]
fn a_node_that_moves_belongs_where_it_came_to() {
    model(|| {
        let [here, node, below] = chain();
        let there = Node::scope();
        let (first, second) = (here.clone(), there.clone());
        let cancel_here = thread::spawn(move || first.cancel(Reason::Requested));
        let cancel_there = thread::spawn(move || second.cancel(Reason::Requested));
        node.rehome(Some(&there));
        cancel_here.join().unwrap();
        cancel_there.join().unwrap();
        assert!(below.is_effective());
        node.rehome(None);
        assert!(!below.is_effective());
    });
}
