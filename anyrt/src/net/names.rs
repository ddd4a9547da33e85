//! Names: what addresses they have, and which of those answers.

use std::io;
use std::net::SocketAddr;

use anyrt_core::Net;
#[cfg(doc)]
use anyrt_core::net::ATTEMPT_DELAY;

#[cfg(doc)]
use super::connect;
use super::{TcpStream, current};
use crate::error::ConnectError;

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
