//! B9's network half: sockets made on a thread that the runtime does not know.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;

use anyrt_core::net::{Net, TcpListener, TcpStream};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::both;
use crate::support::{block_on, on_unknown_thread};

/// More than the buffers of a socket hold.
const LENGTH: usize = 3_000_000;

pub(in crate::laws) fn b9<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(async {
        both_ends_outside(backend).await;
        made_outside_used_inside(backend).await;
    });
}

fn local() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

async fn both_ends_outside<B: Backend + Net>(backend: &B) {
    let (addresses, to_client) = backend.bounded(1);
    let server = on_unknown_thread(backend, move |backend: &B| {
        block_on(async {
            let listener = backend.listen(local()).await?;
            let sent = addresses.send(listener.local_addr()?).await;
            assert!(sent.is_ok(), "the client did not wait for the address");
            let (stream, peer) = listener.accept().await?;
            assert_eq!(stream.peer_addr()?, peer, "accept and peer_addr name different peers");
            echo(stream).await
        })
    });
    let client = on_unknown_thread(backend, move |backend: &B| {
        block_on(async {
            let address = to_client.recv().await.expect("the server sends its address");
            let stream = backend.connect(address).await?;
            assert_eq!(stream.peer_addr()?, address, "connected to somewhere else");
            converse(stream).await
        })
    });
    let ended: (io::Result<()>, io::Result<()>) = both(server, client).await;
    assert!(
        matches!(ended, (Ok(()), Ok(()))),
        "server and client on unknown threads ended in {ended:?}"
    );
}

async fn made_outside_used_inside<B: Backend + Net>(backend: &B) {
    let listener = on_unknown_thread(backend, |backend: &B| block_on(backend.listen(local())))
        .await
        .expect("an unknown thread may listen");
    let address = listener.local_addr().expect("a listener has an address");
    let server = async {
        let (stream, _) = listener.accept().await?;
        echo(stream).await
    };
    let client = async {
        let connect = move |backend: &B| block_on(backend.connect(address));
        converse(on_unknown_thread(backend, connect).await?).await
    };
    let ended: (io::Result<()>, io::Result<()>) = both(server, client).await;
    assert!(
        matches!(ended, (Ok(()), Ok(()))),
        "sockets made on unknown threads, used inside, ended in {ended:?}"
    );
}

/// Reads what the other side sends, and then sends it back.
async fn echo(mut stream: impl TcpStream) -> io::Result<()> {
    let received = read_to_end(&mut stream, LENGTH).await?;
    write_all(&mut stream, &received).await?;
    poll_fn(|cx| Pin::new(&mut stream).poll_close(cx)).await
}

async fn converse(mut stream: impl TcpStream) -> io::Result<()> {
    let sent: Vec<u8> = (0..LENGTH).map(|at| (at % 251) as u8).collect();
    write_all(&mut stream, &sent).await?;
    let received = read_to_end(&mut stream, usize::MAX).await?;
    assert_eq!(received.len(), sent.len(), "the echo has another length");
    assert!(received == sent, "the echo has other bytes");
    Ok(())
}

async fn write_all(stream: &mut impl TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = poll_fn(|cx| Pin::new(&mut *stream).poll_write(cx, bytes)).await?;
        bytes = &bytes[written..];
    }
    poll_fn(|cx| Pin::new(&mut *stream).poll_flush(cx)).await
}

/// Reads until the end of the stream, or until it has `limit` bytes.
async fn read_to_end(stream: &mut impl TcpStream, limit: usize) -> io::Result<Vec<u8>> {
    let (mut all, mut part) = (Vec::new(), vec![0; 65_536]);
    while all.len() < limit {
        match poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, &mut part)).await? {
            0 => break,
            count => all.extend_from_slice(&part[..count]),
        }
    }
    Ok(all)
}
