//! W8: what is told of addresses that do not answer.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use anyrt_core::error::ConnectError;
use anyrt_core::net::TcpListener;
use anyrt_core::{Backend, Net, Toplevel};

use crate::laws::tools::both;
use crate::laws::tools::wire::local;

pub(super) fn w8<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(all_attempts_are_listed(backend));
    backend.run(goes_on_after_a_failure(backend));
    backend.run(names(backend));
}

/// An address at which nobody listens any more.
async fn closed<B: Backend + Net>(backend: &B) -> SocketAddr {
    let listener = backend.listen(local()).await.expect("one may listen on the loopback address");
    listener.local_addr().expect("a listener has an address")
}

async fn all_attempts_are_listed<B: Backend + Net>(backend: &B) {
    let addresses = [closed(backend).await, closed(backend).await, closed(backend).await];
    let Err(error) = backend.connect_any(&addresses).await else {
        panic!("connected where nobody listens");
    };
    let listed: Vec<_> = error.attempts().iter().map(|attempt| attempt.address).collect();
    assert_eq!(listed, addresses, "the attempts that the error lists, in the order of trying");
    for attempt in error.attempts() {
        assert_eq!(attempt.error.kind(), ErrorKind::ConnectionRefused, "{error}");
        assert!(error.to_string().contains(&attempt.address.to_string()), "{error}");
    }
    let error = io::Error::from(error);
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "all were refused: {error}");
    let inside = error.get_ref().and_then(|inside| inside.downcast_ref::<ConnectError>());
    assert_eq!(inside.map(|inside| inside.attempts().len()), Some(3), "an I/O error keeps them");

    let none = backend.connect_any(&[]).await;
    assert!(matches!(none, Err(ConnectError::NoAddress { .. })), "of no address it gave {none:?}");
}

async fn goes_on_after_a_failure<B: Backend + Net>(backend: &B) {
    let listener = backend.listen(local()).await.expect("one may listen on the loopback address");
    let address = listener.local_addr().expect("a listener has an address");
    let addresses = [closed(backend).await, closed(backend).await, address];
    let (connected, accepted) = both(backend.connect_any(&addresses), listener.accept()).await;
    let peer = connected.map(|stream| anyrt_core::net::TcpStream::peer_addr(&stream).ok());
    assert_eq!(peer.ok().flatten(), Some(address), "of three addresses the third one answers");
    assert!(accepted.is_ok(), "what was connected was not accepted: {accepted:?}");
    for host in ["127.0.0.1", "localhost"] {
        let connect = backend.connect_host(host, address.port());
        let (connected, accepted) = both(connect, listener.accept()).await;
        assert!(connected.is_ok() && accepted.is_ok(), "{host}: {connected:?}, {accepted:?}");
    }
}

async fn names<B: Backend + Net>(backend: &B) {
    for (host, address) in [("127.0.0.1", "127.0.0.1:7"), ("::1", "[::1]:7")] {
        let found = backend.resolve(host, 7).await.ok();
        let address = address.parse().expect("an address");
        assert_eq!(found, Some(vec![address]), "an address is its own name");
    }
    // None of them is a name that a system would ask others for.
    for host in ["a name\0with an end", "spaces are not for names", &"long".repeat(100)] {
        let found = backend.resolve(host, 80).await;
        assert!(found.is_err(), "{host:?} was found at {found:?}");
        let connected = backend.connect_host(host, 80).await;
        let Err(error @ ConnectError::Lookup { .. }) = connected else {
            panic!("connecting to {host:?} gave {connected:?}");
        };
        assert!(error.to_string().contains(host), "the error does not say the name: {error}");
        assert!(error.source().is_some(), "the error does not say why: {error:?}");
    }
}
