//! B9's network half: sockets made on a thread that the runtime does not know.

use std::io;

use anyrt_core::net::{Net, TcpListener, TcpStream};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::both;
use crate::laws::tools::wire::{close, local, read_to_end, write_all};
use crate::support::{block_on, on_unknown_thread};

/// More than the buffers of a socket hold.
const LENGTH: usize = 3_000_000;

pub(in crate::laws) fn b9<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(async {
        both_ends_outside(backend).await;
        made_outside_used_inside(backend).await;
    });
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
    close(&mut stream).await
}

async fn converse(mut stream: impl TcpStream) -> io::Result<()> {
    let sent: Vec<u8> = (0..LENGTH).map(|at| (at % 251) as u8).collect();
    write_all(&mut stream, &sent).await?;
    let received = read_to_end(&mut stream, usize::MAX).await?;
    assert_eq!(received.len(), sent.len(), "the echo has another length");
    assert!(received == sent, "the echo has other bytes");
    Ok(())
}
