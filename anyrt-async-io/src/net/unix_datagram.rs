//! Unix sockets for datagrams.

use std::io;
use std::path::{Path, PathBuf};

use anyrt_core::net::UnixDatagram;
use async_net::unix;

/// Makes a socket at a path, which must not exist, or at none.
///
/// # Errors
///
/// Whatever the system says: in use, no such folder, no permission.
pub fn unix_datagram(path: Option<&Path>) -> io::Result<AsyncIoUnixDatagram> {
    let socket = match path {
        Some(path) => unix::UnixDatagram::bind(path),
        None => unix::UnixDatagram::unbound(),
    };
    socket.map(AsyncIoUnixDatagram)
}

/// Makes two sockets that are each other's peers.
///
/// # Errors
///
/// Whatever the system says, for example too many open files.
pub fn unix_datagram_pair() -> io::Result<(AsyncIoUnixDatagram, AsyncIoUnixDatagram)> {
    let (here, there) = unix::UnixDatagram::pair()?;
    Ok((AsyncIoUnixDatagram(here), AsyncIoUnixDatagram(there)))
}

/// A Unix socket for datagrams.
#[derive(Debug)]
pub struct AsyncIoUnixDatagram(unix::UnixDatagram);

impl AsyncIoUnixDatagram {
    /// Gives async-net's own socket.
    pub fn into_inner(self) -> unix::UnixDatagram {
        self.0
    }
}

impl UnixDatagram for AsyncIoUnixDatagram {
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, Option<PathBuf>)> {
        let (count, from) = self.0.recv_from(buf).await?;
        Ok((count, from.as_pathname().map(Path::to_owned)))
    }

    async fn send_to(&self, buf: &[u8], path: &Path) -> io::Result<usize> {
        self.0.send_to(buf, path).await
    }

    fn connect(&self, path: &Path) -> io::Result<()> {
        self.0.connect(path)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf).await
    }

    async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf).await
    }

    fn local_path(&self) -> io::Result<Option<PathBuf>> {
        Ok(self.0.local_addr()?.as_pathname().map(Path::to_owned))
    }
}
