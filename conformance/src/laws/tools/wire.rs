//! Connections on the loopback address, and what is done with them.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;

use anyrt_core::net::TcpListener;
use anyrt_core::{Backend, Net};
use futures_io::{AsyncRead, AsyncWrite};

use super::both;

pub(crate) fn local() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// Makes a connection, and gives the end that connected and the end that accepted.
pub(crate) async fn pair<B: Backend + Net>(backend: &B) -> (B::TcpStream, B::TcpStream) {
    let listener = backend.listen(local()).await.expect("one may listen on the loopback address");
    let address = listener.local_addr().expect("a listener has an address");
    let (here, there) = both(backend.connect(address), listener.accept()).await;
    (here.expect("somebody listens"), there.expect("somebody connects").0)
}

/// Reads once.
pub(crate) async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    buf: &mut [u8],
) -> io::Result<usize> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, buf)).await
}

/// Writes once.
pub(crate) async fn write<S: AsyncWrite + Unpin>(stream: &mut S, buf: &[u8]) -> io::Result<usize> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_write(cx, buf)).await
}

pub(crate) async fn write_all<S: AsyncWrite + Unpin>(
    stream: &mut S,
    mut bytes: &[u8],
) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = write(stream, bytes).await?;
        bytes = &bytes[written..];
    }
    poll_fn(|cx| Pin::new(&mut *stream).poll_flush(cx)).await
}

pub(crate) async fn close<S: AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_close(cx)).await
}

/// Reads until the end of the stream, or until it has `limit` bytes.
pub(crate) async fn read_to_end<S: AsyncRead + Unpin>(
    stream: &mut S,
    limit: usize,
) -> io::Result<Vec<u8>> {
    let (mut all, mut part) = (Vec::new(), vec![0; 65_536]);
    while all.len() < limit {
        match read(stream, &mut part).await? {
            0 => break,
            count => all.extend_from_slice(&part[..count]),
        }
    }
    Ok(all)
}

/// So many bytes, of which none is where another one belongs.
pub(crate) fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}
