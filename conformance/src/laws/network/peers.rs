//! W12: a UDP socket that is connected, to whom it sends, and whom it hears.

use std::error::Error;
use std::io::ErrorKind;

use anyrt_core::error::NoPeer;
use anyrt_core::net::UdpSocket;
use anyrt_core::{Backend, Net, Toplevel};

use crate::laws::tools::wire::local;
use crate::laws::tools::{attempt, in_time};

pub(super) fn w12<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(hears_its_peer_alone(backend));
    backend.run(needs_a_peer(backend));
}

async fn bind<B: Net>(backend: &B) -> B::UdpSocket {
    backend.bind_udp(local()).await.expect("one may bind on the loopback address")
}

async fn hears_its_peer_alone<B: Backend + Net>(backend: &B) {
    let (here, first) = (bind(backend).await, bind(backend).await);
    let (second, stranger) = (bind(backend).await, bind(backend).await);
    let address = here.local_addr().expect("a socket has an address");
    let mut buf = [0; 8];
    for peer in [&first, &second] {
        let to = peer.local_addr().expect("a socket has an address");
        here.connect(to).await.expect("one may send to the loopback address");
        assert_eq!(here.peer_addr().ok(), Some(to), "the peer of a socket that was connected");

        let count = here.send(b"hello").await.expect("somebody is there");
        assert_eq!(count, 5, "of a datagram so much was sent");
        let mut receiving = Box::pin(peer.recv_from(&mut buf));
        let received = in_time("a datagram for the peer", &mut receiving).await;
        drop(receiving);
        assert_eq!(received.ok(), Some((5, address)), "what the peer received");

        // Whether the system tells a stranger that nobody listens is its own affair.
        let _ = stranger.send_to(b"stranger", address).await;
        peer.send_to(b"peer", address).await.expect("somebody is there");
        let mut receiving = Box::pin(here.recv(&mut buf));
        let received = in_time("a datagram of the peer", &mut receiving).await;
        drop(receiving);
        assert_eq!(received.ok().map(|count| &buf[..count]), Some(&b"peer"[..]));
        let other = attempt(here.recv(&mut buf)).await;
        assert!(other.is_none(), "after the peer's datagram one of a stranger came: {other:?}");
    }
}

async fn needs_a_peer<B: Backend + Net>(backend: &B) {
    let here = bind(backend).await;
    let missing = here.peer_addr().map_err(|error| error.kind());
    assert_eq!(missing, Err(ErrorKind::NotConnected), "the peer of a socket without one");
    let Err(error) = here.send(b"to nobody").await else {
        panic!("a socket without a peer sent a datagram");
    };
    assert_eq!(error.kind(), ErrorKind::NotConnected, "sending without a peer: {error}");
    let is_typed = error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<NoPeer>);
    assert!(is_typed, "sending without a peer gave an error that is not `NoPeer`: {error:?}");
}
