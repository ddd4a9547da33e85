//! W9: what a wait for a datagram has taken that reported nothing.

use std::io::ErrorKind;

use anyrt_core::net::UdpSocket;
use anyrt_core::{Backend, CancelHandle, CancelScope, Net, Toplevel};

use crate::laws::tools::wire::{local, text};
use crate::laws::tools::{attempt, in_time, poll_some, step};

pub(super) fn w9<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(come_whole(backend));
    backend.run(are_there_after_a_cut(backend));
}

async fn bind<B: Net>(backend: &B) -> B::UdpSocket {
    backend.bind_udp(local()).await.expect("one may bind on the loopback address")
}

async fn come_whole<B: Backend + Net>(backend: &B) {
    let (here, there) = (bind(backend).await, bind(backend).await);
    let from = here.local_addr().expect("a socket has an address");
    let to = there.local_addr().expect("a socket has an address");
    let mut buf = vec![0; 10_000];
    for length in [5, 0, 8_000, 1] {
        let sent = text(length);
        let count = here.send_to(&sent, to).await.expect("somebody is there");
        assert_eq!(count, length, "of a datagram so much was sent");
        let mut receiving = Box::pin(there.recv_from(&mut buf));
        let received = in_time("a datagram", &mut receiving).await.expect("one was sent");
        drop(receiving);
        assert_eq!(received, (length, from), "length and sender of a datagram");
        assert!(buf[..length] == sent, "a datagram of {length} bytes came with others");
    }
    // What does not fit is lost, and the next one is whole.
    for bytes in [b"too long".as_slice(), b"next"] {
        here.send_to(bytes, to).await.expect("somebody is there");
    }
    let mut short = [0; 3];
    let cut = there.recv_from(&mut short).await.expect("one was sent");
    assert_eq!((cut.0, &short), (3, b"too"), "of a datagram that is too long");
    let (count, _) = there.recv_from(&mut buf).await.expect("one was sent");
    assert_eq!(&buf[..count], b"next", "after a datagram that was too long");

    let huge = here.send_to(&text(100_000), to).await;
    assert!(huge.is_err(), "a datagram of 100,000 bytes was sent: {huge:?}");
    let taken = backend.bind_udp(to).await.map(drop).map_err(|error| error.kind());
    assert_eq!(taken, Err(ErrorKind::AddrInUse), "an address that somebody has");
}

async fn are_there_after_a_cut<B: Backend + Net>(backend: &B) {
    let (here, there) = (bind(backend).await, bind(backend).await);
    let to = there.local_addr().expect("a socket has an address");
    let mut buf = [0; 8];
    let early = attempt(there.recv_from(&mut buf)).await;
    assert!(early.is_none(), "a datagram came that nobody sent: {early:?}");
    for number in 0..40_u8 {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut waiting = Box::pin(scope.run(there.recv_from(&mut buf)));
        if number % 2 == 0 {
            assert!(step(&mut waiting).await.is_pending(), "a datagram came that nobody sent");
        }
        here.send_to(&[number], to).await.expect("somebody is there");
        let reported = match number % 4 {
            0 | 1 => {
                handle.cancel();
                waiting.await.ok()
            }
            _ => {
                let reported = poll_some(&mut waiting, usize::from(number % 3)).await;
                drop(waiting);
                reported.and_then(Result::ok)
            }
        };
        let (count, _) = match reported {
            Some(received) => received.expect("one was sent"),
            None => {
                let mut receiving = Box::pin(there.recv_from(&mut buf));
                in_time("a datagram after a cut", &mut receiving).await.expect("one was sent")
            }
        };
        assert_eq!(&buf[..count], [number], "datagram {number} of a wait that was maybe cut");
    }
}
