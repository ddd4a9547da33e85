//! W1: what a read has taken that reported nothing.

use anyrt_core::net::ByteStream;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Net, Toplevel};

use crate::laws::tools::wire::{close, pair, read, text, write_all};
use crate::laws::tools::{Random, attempt, both, poll_some, seed, step};
use crate::support::turns;

const LENGTH: usize = 20_000;

pub(super) fn w1<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(cancelled_before(backend));
    backend.run(cut_while_it_waits(backend));
    backend.run(async {
        let (here, there) = pair(backend).await;
        cut_at_random(backend, here, there, seed()).await;
    });
}

async fn cancelled_before<B: Backend + Net>(backend: &B) {
    let (mut here, mut there) = pair(backend).await;
    write_all(&mut there, b"abc").await.expect("somebody reads");
    let mut buf = [0; 8];
    // With the first byte the others are there, too.
    let count = read(&mut here, &mut buf[..1]).await.expect("somebody writes");
    assert_eq!(&buf[..count], b"a");
    let scope = backend.cancel_scope();
    scope.handle().cancel();
    let cut = scope.run(read(&mut here, &mut buf)).await;
    assert!(cut.is_err(), "a read in a cancelled scope gave {cut:?}");
    let count = read(&mut here, &mut buf).await.expect("somebody writes");
    assert_eq!(&buf[..count], b"bc", "after a read that was cut the next one gave this");
}

async fn cut_while_it_waits<B: Backend + Net>(backend: &B) {
    let (mut here, mut there) = pair(backend).await;
    let mut buf = [0; 8];
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut waiting = Box::pin(scope.run(read(&mut here, &mut buf)));
    assert!(step(&mut waiting).await.is_pending(), "a read gave what nobody wrote");
    handle.cancel();
    let cut = waiting.await;
    assert!(cut.is_err(), "a read that waited in a cancelled scope gave {cut:?}");
    write_all(&mut there, b"xyz").await.expect("somebody reads");
    let count = read(&mut here, &mut buf).await.expect("somebody writes");
    assert_eq!(&buf[..count], b"xyz", "after a read that was cut the next one gave this");
}

/// Reads in every manner, and puts together what was reported.
pub(super) async fn cut_at_random<B: Backend, S: ByteStream>(
    backend: &B,
    mut here: S,
    mut there: S,
    seed: u64,
) {
    let sent = text(LENGTH);
    let writer = async {
        let mut random = Random::new(seed);
        let mut rest = &sent[..];
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.len().min(1 + random.below(60)));
            write_all(&mut there, part).await.expect("somebody reads");
            rest = after;
            turns(random.below(3)).await;
        }
        close(&mut there).await.expect("somebody reads");
    };
    let reader = async {
        let mut random = Random::new(seed ^ 1);
        let (mut received, mut buf) = (Vec::new(), [0; 50]);
        loop {
            let buf = &mut buf[..1 + random.below(50)];
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let manner = random.below(6);
            let pause = random.below(4);
            let read = read(&mut here, buf);
            let reported = match manner {
                0 => Some(read.await),
                1 => attempt(read).await,
                // Also where it would only have had to be polled again.
                2 => poll_some(&mut Box::pin(read), pause).await,
                3 => {
                    handle.cancel();
                    scope.run(read).await.ok()
                }
                _ => {
                    let mut waiting = Box::pin(scope.run(read));
                    match poll_some(&mut waiting, 1).await {
                        Some(reported) => reported.ok(),
                        None => {
                            turns(pause).await;
                            handle.cancel();
                            waiting.await.ok()
                        }
                    }
                }
            };
            match reported {
                None => {}
                Some(Ok(0)) => break received,
                Some(Ok(count)) => received.extend_from_slice(&buf[..count]),
                Some(Err(error)) => panic!("seed {seed}: a read failed: {error}"),
            }
        }
    };
    let ((), received) = both(writer, reader).await;
    let wrong = sent.iter().zip(&received).position(|(sent, received)| sent != received);
    assert_eq!(wrong, None, "seed {seed}: from here on other bytes were read than were sent");
    assert_eq!(received.len(), sent.len(), "seed {seed}: of the bytes sent so many were reported");
}
