//! Connections of anyrt, as hyper wants them.

use std::fmt::{self, Debug};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt::net::TcpStream;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::Bridge;

#[cfg(feature = "tokio")]
type Native = hyper_util::rt::TokioIo<tokio::net::TcpStream>;

/// Reads and writes a connection of anyrt for hyper.
///
/// One of tokio is given to hyper as it is, if the feature `tokio` is on; all others go over a
/// [`Bridge`].
pub struct HyperIo(Way);

enum Way {
    #[cfg(feature = "tokio")]
    Native(Native),
    Bridged(Bridge<TcpStream>),
}

/// Does the same, whichever way it goes.
macro_rules! each {
    ($way:expr, $stream:ident => $do:expr) => {
        match $way {
            #[cfg(feature = "tokio")]
            Way::Native($stream) => $do,
            Way::Bridged($stream) => $do,
        }
    };
}

impl HyperIo {
    /// Takes a connection.
    pub fn new(stream: TcpStream) -> Self {
        #[cfg(feature = "tokio")]
        let stream = match stream.into_inner().downcast::<anyrt_tokio::TokioTcpStream>() {
            Ok(native) => return Self(Way::Native(Native::new(native.into_inner()))),
            Err(other) => TcpStream::new(other),
        };
        Self(Way::Bridged(Bridge::new(stream)))
    }

    /// Takes the way over the bridge, also on tokio.
    pub fn bridged(stream: TcpStream) -> Self {
        Self(Way::Bridged(Bridge::new(stream)))
    }

    /// Tells whether it needs no bridge.
    pub fn is_native(&self) -> bool {
        !matches!(self.0, Way::Bridged(_))
    }
}

impl Debug for HyperIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(&self.0, stream => Debug::fmt(stream, f))
    }
}

impl Read for HyperIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        each!(&mut self.0, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl Write for HyperIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(&mut self.0, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(&mut self.0, stream => Pin::new(stream).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        each!(&self.0, stream => stream.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(&mut self.0, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(&mut self.0, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
