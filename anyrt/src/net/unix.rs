//! Unix sockets: connections inside one machine.

use std::io;
use std::path::Path;

use anyrt_core::Net;

#[cfg(doc)]
use super::connect;
use super::{UnixListener, UnixStream, current};

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
