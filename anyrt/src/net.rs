//! TCP, UDP and Unix sockets, on whichever backend runs.
//!
//! Sockets are read and written through [`futures_io`]'s traits; every operation on them is a
//! checkpoint. A read that gives 0 is the end of the stream; a connection that broke is an error (law
//! W2). A read that is cut or dropped has taken nothing (law W1).
//!
//! [`split`](TcpStream::split) parts a connection into a half that reads and one that writes, for two
//! tasks. Whoever reads where another task reads already gets
//! [`BusyResource`](crate::error::BusyResource); whoever is hung up on gets
//! [`HungUp`](crate::error::HungUp).
//!
//! TLS is not here: `futures-rustls` has it for whatever has these traits, and gives connections that have
//! them, too. Libraries that ask for tokio's traits get those with the feature `tokio-io`, and hyper by the package
//! `anyrt-hyper`.
//!
//! # Examples
//!
//! ```
//! use anyrt::prelude::*;
//! use futures_util::{AsyncReadExt, AsyncWriteExt};
//!
//! # fn main() -> std::io::Result<()> {
//! anyrt::run(async {
//!     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
//!     let mut here = anyrt::net::connect(listener.local_addr()?).await?;
//!     let (mut there, _) = listener.accept().await?;
//!
//!     here.write_all(b"hello").await?;
//!     here.close().await?;
//!     let mut text = String::new();
//!     there.read_to_string(&mut text).await?;
//!     assert_eq!(text, "hello");
//!     Ok(())
//! })
//! # }
//! ```

mod any;
#[cfg(feature = "tokio-io")]
pub mod compat;
mod names;
#[cfg(unix)]
mod unix;

use std::io;
use std::net::SocketAddr;

use anyrt_core::Net;
use anyrt_core::net::{CheckedListener, CheckedStream, CheckedUdpSocket};
#[cfg(unix)]
use anyrt_core::net::{CheckedUnixDatagram, CheckedUnixListener};

use crate::backend::AnyBackend;

pub use any::{AnyTcpListener, AnyTcpStream, AnyUdpSocket};
#[cfg(unix)]
pub use any::{AnyUnixDatagram, AnyUnixListener, AnyUnixStream};
pub use anyrt_core::net::{ATTEMPT_DELAY, Listeners, ReadHalf, WriteHalf};
pub use names::{connect_any, connect_host, resolve};
#[cfg(unix)]
pub use unix::{bind_unix_datagram, connect_unix, listen_unix, unix_datagram, unix_datagram_pair};

/// A TCP connection.
///
/// Closing it sends the end of the stream, and what comes can still be read (law W3).
///
/// # Examples
///
/// One task writes while another one reads:
///
/// ```
/// use std::io;
///
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
///
/// anyrt::run(async {
///     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
///     let client = anyrt::net::connect(listener.local_addr()?).await?;
///     let (server, _) = listener.accept().await?;
///
///     let (mut from_client, mut to_client) = server.split();
///     let (mut from_server, mut to_server) = client.split();
///     anyrt::task_group(async |group: anyrt::TaskGroup<io::Error>| {
///         group.spawn(async move {
///             let mut asked = String::new();
///             from_client.read_to_string(&mut asked).await?;
///             to_client.write_all(asked.to_uppercase().as_bytes()).await?;
///             to_client.close().await
///         });
///         group.spawn(async move {
///             to_server.write_all(b"hello").await?;
///             to_server.close().await
///         });
///         let mut answer = String::new();
///         from_server.read_to_string(&mut answer).await?;
///         assert_eq!(answer, "HELLO");
///         Ok(())
///     })
///     .await
///     .map_err(io::Error::other)
/// })
/// .unwrap();
/// ```
pub type TcpStream = CheckedStream<AnyTcpStream>;

/// A TCP listener.
pub type TcpListener = CheckedListener<AnyTcpListener>;

/// A UDP socket.
///
/// A datagram is received whole, and one of whose wait was cut is still there (law W9). A socket that is
/// connected has a peer, and hears nobody else (law W12).
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let anywhere = ([127, 0, 0, 1], 0).into();
///     let server = anyrt::net::bind_udp(anywhere).await?;
///     let client = anyrt::net::bind_udp(anywhere).await?;
///     client.connect(server.local_addr()?).await?;
///     client.send(b"ping").await?;
///
///     let mut buf = [0; 16];
///     let (length, from) = server.recv_from(&mut buf).await?;
///     server.send_to(&buf[..length], from).await?;
///     assert_eq!(client.recv(&mut buf).await?, 4);
///     assert_eq!(&buf[..4], b"ping");
///     Ok(())
/// })
/// # }
/// ```
pub type UdpSocket = CheckedUdpSocket<AnyUdpSocket>;

/// A connection of a Unix socket.
///
/// What holds of [`TcpStream`] holds of it, too (law W10).
#[cfg(unix)]
pub type UnixStream = CheckedStream<AnyUnixStream>;

/// A listener of a Unix socket.
#[cfg(unix)]
pub type UnixListener = CheckedUnixListener<AnyUnixListener>;

/// A Unix socket for datagrams.
///
/// What holds of [`UdpSocket`] holds of it, too, with paths for addresses (law W13).
#[cfg(unix)]
pub type UnixDatagram = CheckedUnixDatagram<AnyUnixDatagram>;

/// Connects to `address`.
///
/// # Errors
///
/// Whatever the system says: refused, unreachable, no permission. `Unsupported` if there is no
/// backend ([`AnyBackend::current`]), or one whose network anyrt does not know.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the connection that was begun.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
///     let stream = anyrt::net::connect(listener.local_addr()?).await?;
///     assert_eq!(stream.peer_addr()?, listener.local_addr()?);
///     Ok(())
/// })
/// # }
/// ```
pub async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    current()?.connect(address).await
}

/// Listens on `address`; port 0 takes a free one.
///
/// # Errors
///
/// Whatever the system says: in use, no permission, not an address of this machine. `Unsupported`
/// if there is no backend ([`AnyBackend::current`]), or one whose network anyrt does not know.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the socket.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
///     assert_ne!(listener.local_addr()?.port(), 0);
///     Ok(())
/// })
/// # }
/// ```
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    current()?.listen(address).await
}

/// Makes a UDP socket at `address`; port 0 takes a free one.
///
/// # Errors
///
/// As [`listen`] gives them.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the socket.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let here = anyrt::net::bind_udp(([127, 0, 0, 1], 0).into()).await?;
///     let there = anyrt::net::bind_udp(([127, 0, 0, 1], 0).into()).await?;
///     here.send_to(b"hello", there.local_addr()?).await?;
///     let mut buf = [0; 16];
///     let (length, from) = there.recv_from(&mut buf).await?;
///     assert_eq!((&buf[..length], from), (b"hello".as_slice(), here.local_addr()?));
///     Ok(())
/// })
/// # }
/// ```
pub async fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    current()?.bind_udp(address).await
}

/// Listens on several addresses at once.
///
/// # Errors
///
/// As [`listen`] gives them, of the first address that fails.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the sockets.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let here = ([127, 0, 0, 1], 0).into();
///     let listeners = anyrt::net::listen_all(&[here, here]).await?;
///     for address in listeners.local_addrs()? {
///         let _client = anyrt::net::connect(address).await?;
///         let (server, _) = listeners.accept().await?;
///         assert_eq!(server.local_addr()?, address);
///     }
///     Ok(())
/// })
/// # }
/// ```
pub async fn listen_all(addresses: &[SocketAddr]) -> io::Result<Listeners<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        listeners.push(listen(*address).await?);
    }
    Ok(Listeners::new(listeners))
}

fn current() -> io::Result<AnyBackend> {
    AnyBackend::current().map_err(|error| io::Error::new(io::ErrorKind::Unsupported, error))
}
