//! Unix sockets.

use std::io;
use std::path::Path;

use anyrt_core::net::UnixListener;
use async_net::unix;

use super::stream;

/// Connects to whoever listens on `path`.
///
/// # Errors
///
/// Whatever the system says: no such path, refused, no permission.
///
/// # Cancel safety
///
/// **Safe.** Dropping it closes the connection that was begun.
pub async fn connect_unix(path: &Path) -> io::Result<AsyncIoUnixStream> {
    unix::UnixStream::connect(path).await.map(AsyncIoUnixStream)
}

/// Listens on `path`, which must not exist.
///
/// # Errors
///
/// Whatever the system says: in use, no such folder, no permission.
pub fn listen_unix(path: &Path) -> io::Result<AsyncIoUnixListener> {
    unix::UnixListener::bind(path).map(AsyncIoUnixListener)
}

/// A listener of a Unix socket.
#[derive(Debug)]
pub struct AsyncIoUnixListener(unix::UnixListener);

impl AsyncIoUnixListener {
    /// Gives async-net's own listener.
    pub fn into_inner(self) -> unix::UnixListener {
        self.0
    }
}

impl UnixListener for AsyncIoUnixListener {
    type Stream = AsyncIoUnixStream;

    async fn accept(&self) -> io::Result<AsyncIoUnixStream> {
        let (stream, _) = self.0.accept().await?;
        Ok(AsyncIoUnixStream(stream))
    }
}

/// A connection of a Unix socket.
#[derive(Debug)]
pub struct AsyncIoUnixStream(unix::UnixStream);

impl AsyncIoUnixStream {
    /// Gives async-net's own connection.
    pub fn into_inner(self) -> unix::UnixStream {
        self.0
    }
}

stream!(AsyncIoUnixStream);
