//! TCP, on whichever backend runs.
//!
//! Sockets are read and written through [`futures_io`]'s traits; every operation on them is a
//! checkpoint.
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

pub use any::{AnyTcpListener, AnyTcpStream};

/// A TCP connection.
///
/// Closing its writing half sends the end of the stream.
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

fn current() -> io::Result<AnyBackend> {
    AnyBackend::current().map_err(|error| io::Error::new(io::ErrorKind::Unsupported, error))
}
