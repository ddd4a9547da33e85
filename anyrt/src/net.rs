//! TCP, on whichever backend runs.
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

use std::io;
use std::net::SocketAddr;

use anyrt_core::Net;
use anyrt_core::net::{CheckedListener, CheckedStream};

use crate::backend::AnyBackend;
use crate::error::ConnectError;

pub use any::{AnyTcpListener, AnyTcpStream};
pub use anyrt_core::net::{ATTEMPT_DELAY, Listeners, ReadHalf, WriteHalf};

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

/// Looks up the addresses of a name; an address is its own name.
///
/// # Errors
///
/// Whatever the system says: no such name, no answer. `Unsupported` as of [`connect`].
///
/// # Cancel safety
///
/// **Safe.** A look-up that has begun goes on, and nobody hears of it.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let addresses = anyrt::net::resolve("localhost", 80).await?;
///     assert!(addresses.iter().all(|address| address.ip().is_loopback()));
///     Ok(())
/// })
/// # }
/// ```
pub async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    current()?.resolve(host, port).await
}

/// Connects to a name, at whichever of its addresses answers first.
///
/// They are tried as [`connect_any`] does it, which is called "happy eyeballs" (RFC 8305).
///
/// # Errors
///
/// [`ConnectError`]: the name has no address, or none of them answered; then it has each attempt (law
/// W8). As an [`io::Error`] it keeps that inside.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the connections that were begun.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
///     let port = listener.local_addr()?.port();
///     let stream = anyrt::net::connect_host("localhost", port).await?;
///     assert_eq!(stream.peer_addr()?, listener.local_addr()?);
///
///     drop(listener);
///     let error = anyrt::net::connect_host("127.0.0.1", port).await.unwrap_err();
///     assert_eq!(error.attempts().len(), 1);
///     Ok(())
/// })
/// # }
/// ```
#[doc(alias = "happy eyeballs")]
pub async fn connect_host(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let lookup = |source| ConnectError::Lookup { host: host.to_owned(), source };
    current().map_err(lookup)?.connect_host(host, port).await
}

/// Connects to whichever of the addresses answers first.
///
/// They are tried one after another, the two families in turns, each [`ATTEMPT_DELAY`] after the one
/// before, or at once when that failed. All other attempts have ended when it returns (law W7).
///
/// # Errors
///
/// [`ConnectError`], with each attempt (law W8). One of `Unsupported` as of [`connect`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the connections that were begun.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let closed = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?.local_addr()?;
///     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
///     let addresses = [closed, listener.local_addr()?];
///     let stream = anyrt::net::connect_any(&addresses).await?;
///     assert_eq!(stream.peer_addr()?, addresses[1]);
///     Ok(())
/// })
/// # }
/// ```
pub async fn connect_any(addresses: &[SocketAddr]) -> Result<TcpStream, ConnectError> {
    let lookup = |source| ConnectError::Lookup { host: "any address".to_owned(), source };
    current().map_err(lookup)?.connect_any(addresses).await
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
