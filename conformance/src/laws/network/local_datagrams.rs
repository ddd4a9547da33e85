//! W13: Unix datagrams, of which the same holds as of UDP, with paths for addresses.

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyrt_core::error::{AddressError, NoPeer};
use anyrt_core::net::UnixDatagram;
use anyrt_core::{Backend, CancelHandle, CancelScope, Net, Toplevel};

use super::local::path;
use crate::laws::tools::wire::text;
use crate::laws::tools::{attempt, in_time, poll_some, step};

pub(super) fn w13<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(come_whole(backend));
    backend.run(are_there_after_a_cut(backend));
    backend.run(paths(backend));
}

async fn bind<B: Net>(backend: &B, path: Option<&Path>) -> B::UnixDatagram {
    backend.unix_datagram(path).await.expect("one may bind in the folder of temporary files")
}

async fn come_whole<B: Backend + Net>(backend: &B) {
    let ((from, _from), (to, _to)) = (path(), path());
    let (here, there) = (bind(backend, Some(&from)).await, bind(backend, Some(&to)).await);
    assert_eq!(here.local_path().ok(), Some(Some(from.clone())), "the path of a socket");
    let nameless = bind(backend, None).await;
    assert_eq!(nameless.local_path().ok(), Some(None), "the path of a socket that has none");
    nameless.connect(&to).expect("somebody is there");
    let mut buf = vec![0; 10_000];
    for length in [5, 0, 8_000, 1] {
        let sent = text(length);
        for (named, sender) in [(true, Some(&from)), (false, None)] {
            let count = match named {
                true => here.send_to(&sent, &to).await,
                false => nameless.send(&sent).await,
            };
            assert_eq!(count.expect("somebody is there"), length, "so much was sent");
            let mut receiving = Box::pin(there.recv_from(&mut buf));
            let received = in_time("a datagram", &mut receiving).await.expect("one was sent");
            drop(receiving);
            assert_eq!(received, (length, sender.cloned()), "length and sender of a datagram");
            assert!(buf[..length] == sent, "a datagram of {length} bytes came with others");
        }
    }
    let (left, right) = backend.unix_datagram_pair().await.expect("one may open sockets");
    for (sender, receiver) in [(&left, &right), (&right, &left)] {
        sender.send(b"pair").await.expect("the other one is there");
        let count = receiver.recv(&mut buf).await.expect("one was sent");
        assert_eq!(&buf[..count], b"pair", "what the other one of a pair received");
    }
}

async fn are_there_after_a_cut<B: Backend + Net>(backend: &B) {
    let (here, there) = backend.unix_datagram_pair().await.expect("one may open sockets");
    let mut buf = [0; 8];
    for number in 0..40_u8 {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut waiting = Box::pin(scope.run(there.recv_from(&mut buf)));
        if number % 2 == 0 {
            assert!(step(&mut waiting).await.is_pending(), "a datagram came that nobody sent");
        }
        here.send(&[number]).await.expect("somebody is there");
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
        let count = match reported {
            Some(received) => received.expect("one was sent").0,
            None => {
                let mut receiving = Box::pin(there.recv(&mut buf));
                in_time("a datagram after a cut", &mut receiving).await.expect("one was sent")
            }
        };
        assert_eq!(&buf[..count], [number], "datagram {number} of a wait that was maybe cut");
    }
    let late = attempt(there.recv(&mut buf)).await;
    assert!(late.is_none(), "a datagram came twice: {late:?}");
}

async fn paths<B: Backend + Net>(backend: &B) {
    let (path, _removed): (PathBuf, _) = path();
    let here = bind(backend, None).await;
    let unbound = here.send(b"to nobody").await.expect_err("there is no peer");
    assert_eq!(unbound.kind(), ErrorKind::NotConnected, "sending without a peer: {unbound}");
    let is_typed = unbound.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<NoPeer>);
    assert!(is_typed, "sending without a peer gave an error that is not `NoPeer`: {unbound:?}");

    let fails = async |expected: ErrorKind, what: &str| {
        let sent = here.send_to(b"to nobody", &path).await.expect_err(what);
        let connected = here.connect(&path).expect_err(what);
        for error in [sent, connected] {
            assert_eq!(error.kind(), expected, "{what}: {error}");
            let inside = error.get_ref().and_then(|inside| inside.downcast_ref::<AddressError>());
            let named = inside
                .is_some_and(|inside| inside.address().contains(path.to_string_lossy().as_ref()));
            assert!(named, "{what}: the error does not say the path: {error}");
        }
    };
    fails(ErrorKind::NotFound, "a path that does not exist").await;
    let there = bind(backend, Some(&path)).await;
    let taken = backend.unix_datagram(Some(&path)).await.map(drop).map_err(|error| error.kind());
    assert_eq!(taken, Err(ErrorKind::AddrInUse), "binding to a path that somebody has");
    drop(there);
    fails(ErrorKind::ConnectionRefused, "a path that nobody has any more").await;
}
