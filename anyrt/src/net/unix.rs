//! Unix sockets: connections inside one machine.

use std::io;
use std::path::Path;

use anyrt_core::Net;

#[cfg(doc)]
use super::connect;
use super::{UnixDatagram, UnixListener, UnixStream, current};

/// Connects to whoever listens on a path, over a Unix socket.
///
/// # Errors
///
/// Whatever the system says: no such path, refused, no permission. `Unsupported` as of [`connect`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the connection that was begun.
///
/// # Examples
///
/// See [`listen_unix`].
///
/// ```
/// # fn main() {
/// let missing = anyrt::run(anyrt::net::connect_unix("/nowhere/at/all"));
/// assert_eq!(missing.unwrap_err().kind(), std::io::ErrorKind::NotFound);
/// # }
/// ```
pub async fn connect_unix(path: impl AsRef<Path> + Send) -> io::Result<UnixStream> {
    current()?.connect_unix(path.as_ref()).await
}

/// Listens on a path, which must not exist, for Unix sockets.
///
/// The path is not removed when the listener is dropped.
///
/// # Errors
///
/// Whatever the system says: in use, no such folder, no permission. `Unsupported` as of [`connect`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the socket.
///
/// # Examples
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("anyrt-doc-{}", std::process::id()));
/// anyrt::run(async {
///     let listener = anyrt::net::listen_unix(&path).await?;
///     let mut here = anyrt::net::connect_unix(&path).await?;
///     let mut there = listener.accept().await?;
///     std::fs::remove_file(&path)?;
///
///     here.write_all(b"hello").await?;
///     here.close().await?;
///     let mut text = String::new();
///     there.read_to_string(&mut text).await?;
///     assert_eq!(text, "hello");
///     Ok(())
/// })
/// # }
/// ```
pub async fn listen_unix(path: impl AsRef<Path> + Send) -> io::Result<UnixListener> {
    current()?.listen_unix(path.as_ref()).await
}

/// Makes a Unix socket for datagrams at a path, which must not exist.
///
/// The path is not removed when the socket is dropped.
///
/// # Errors
///
/// Whatever the system says: in use, no such folder, no permission. `Unsupported` as of [`connect`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the socket.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("anyrt-doc-datagram-{}", std::process::id()));
/// anyrt::run(async {
///     let server = anyrt::net::bind_unix_datagram(&path).await?;
///     let client = anyrt::net::unix_datagram().await?;
///     client.send_to(b"hello", &path).await?;
///     std::fs::remove_file(&path)?;
///
///     let mut buf = [0; 16];
///     let (length, from) = server.recv_from(&mut buf).await?;
///     assert_eq!(&buf[..length], b"hello");
///     assert_eq!(from, None, "the client has no path");
///     Ok(())
/// })
/// # }
/// ```
pub async fn bind_unix_datagram(path: impl AsRef<Path> + Send) -> io::Result<UnixDatagram> {
    current()?.unix_datagram(Some(path.as_ref())).await
}

/// Makes a Unix socket for datagrams without a path.
///
/// It sends to whoever has one, and nobody can answer it.
///
/// # Errors
///
/// Whatever the system says, for example too many open files. `Unsupported` as of [`connect`].
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
///     let socket = anyrt::net::unix_datagram().await?;
///     let missing = socket.connect("/nowhere/at/all".as_ref()).unwrap_err();
///     assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
///     Ok(())
/// })
/// # }
/// ```
pub async fn unix_datagram() -> io::Result<UnixDatagram> {
    current()?.unix_datagram(None).await
}

/// Makes two Unix sockets for datagrams that are each other's peers.
///
/// # Errors
///
/// Whatever the system says, for example too many open files. `Unsupported` as of [`connect`].
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
///     let (here, there) = anyrt::net::unix_datagram_pair().await?;
///     here.send(b"hello").await?;
///     let mut buf = [0; 16];
///     let length = there.recv(&mut buf).await?;
///     assert_eq!(&buf[..length], b"hello");
///     Ok(())
/// })
/// # }
/// ```
pub async fn unix_datagram_pair() -> io::Result<(UnixDatagram, UnixDatagram)> {
    current()?.unix_datagram_pair().await
}
