//! W4 and W5: halves of one connection, in several tasks.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::error::{BusyResource, HungUp};
use anyrt_core::net::{ReadHalf, TcpStream};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Net, TaskGroup, Toplevel};

use crate::laws::tools::wire::{pair, read, text, write, write_all};
use crate::laws::tools::{Event, in_time, parked, step};
use crate::net_policies::NetPolicies;
use crate::support::Group;

pub(super) fn w4<B: Backend + Toplevel + Net, P: NetPolicies>(backend: &B) {
    backend.run(hangs_up_on_a_reader::<B, P>(backend));
    backend.run(hangs_up_on_a_writer::<B, P>(backend));
}

pub(super) fn w5<B: Backend + Toplevel + Net, P: NetPolicies>(backend: &B) {
    backend.run(refuses_the_second::<B, P>(backend));
    backend.run(is_free_after_a_cut::<B, P>(backend));
}

/// What is inside an error, if it is of this kind.
fn inside<T, E: Error + Clone + 'static>(result: io::Result<T>, kind: ErrorKind) -> Option<E> {
    let error = result.err().filter(|error| error.kind() == kind)?;
    error.get_ref()?.downcast_ref::<E>().cloned()
}

async fn hangs_up_on_a_reader<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, mut there) = pair(backend).await;
    let (mut reading, mut writing) = here.split();
    let waits = Event::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let waits_there = waits.clone();
            let reader = group.spawn(async move {
                let mut buf = [0; 8];
                let first = parked(&waits_there, P::read(&reading, &mut buf)).await;
                let second = read(&mut reading, &mut buf).await;
                Ok((inside::<_, HungUp>(first, ErrorKind::NotConnected), second.is_err()))
            });
            waits.wait().await;
            P::hang_up(&writing);
            let mut reader = Box::pin(reader.into_future());
            Ok(in_time("a reader that was hung up on", &mut reader).await.ok())
        })
        .await;
    let Ok(Some((first, second_failed))) = result else { panic!("the reader ended in {result:?}") };
    assert!(first.is_some(), "a read that was hung up on did not give HungUp");
    assert!(second_failed, "after hanging up a read succeeded");
    let late = write(&mut writing, b"late").await;
    let late: Option<HungUp> = inside(late, ErrorKind::NotConnected);
    assert!(late.is_some(), "after hanging up a write did not give HungUp");
    let end = read(&mut there, &mut [0; 8]).await;
    assert!(matches!(end, Ok(0)), "where the other end had hung up a read gave {end:?}");
}

async fn hangs_up_on_a_writer<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, _there) = pair(backend).await;
    let (_reading, writing) = here.split();
    let bytes = text(100_000);
    let mut stuck = Box::pin(async {
        loop {
            let written = writing.write(&bytes).await;
            if written.is_err() {
                break written;
            }
        }
    });
    assert!(step(&mut stuck).await.is_pending(), "all was written, and nobody read");
    P::hang_up(&writing);
    let ended = in_time("a writer that was hung up on", &mut stuck).await;
    let ended: Option<HungUp> = inside(ended, ErrorKind::NotConnected);
    assert!(ended.is_some(), "a write that was hung up on did not give HungUp");
}

fn is_busy(poll: Poll<io::Result<usize>>) -> bool {
    let Poll::Ready(result) = poll else { return false };
    inside::<_, BusyResource>(result, ErrorKind::ResourceBusy).is_some()
}

async fn refuses_the_second<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, mut there) = pair(backend).await;
    let (reading, _writing) = here.split();
    let reading = Arc::new(reading);
    let (mut first_buf, mut second_buf) = ([0; 8], [0; 8]);
    let mut first = Box::pin(P::read(&reading, &mut first_buf));
    assert!(step(&mut first).await.is_pending(), "a read gave what nobody wrote");
    for _ in 0..3 {
        let mut second = Box::pin(P::read(&reading, &mut second_buf));
        let poll = step(&mut second).await;
        assert!(is_busy(poll), "a second reader was not told that it is one too many");
    }
    write_all(&mut there, b"abc").await.expect("somebody reads");
    let count = in_time("the first reader", &mut first).await.expect("somebody writes");
    drop(first);
    assert_eq!(&first_buf[..count], b"abc", "the first reader got this");
    write_all(&mut there, b"de").await.expect("somebody reads");
    assert_eq!(reads_all::<_, P>(&reading, 2).await, b"de", "the reader after it got this");
}

async fn is_free_after_a_cut<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, mut there) = pair(backend).await;
    let (reading, _writing) = here.split();
    let mut buf = [0; 8];
    let mut dropped = Box::pin(P::read(&reading, &mut buf));
    assert!(step(&mut dropped).await.is_pending(), "a read gave what nobody wrote");
    drop(dropped);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut waiting = Box::pin(scope.run(P::read(&reading, &mut buf)));
    assert!(step(&mut waiting).await.is_pending(), "a read gave what nobody wrote");
    handle.cancel();
    assert!(waiting.await.is_err(), "a read that waited in a cancelled scope was not cut");
    write_all(&mut there, b"abc").await.expect("somebody reads");
    assert_eq!(reads_all::<_, P>(&reading, 3).await, b"abc", "after reads that were cut");
}

async fn reads_all<S: TcpStream, P: NetPolicies>(half: &ReadHalf<S>, length: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < length {
        let mut buf = [0; 8];
        let count = P::read(half, &mut buf).await.expect("nobody else reads");
        assert_ne!(count, 0, "the stream ended after {all:?}");
        all.extend_from_slice(&buf[..count]);
    }
    all
}
