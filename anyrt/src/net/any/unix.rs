//! The Unix sockets of any backend.

use std::fmt::{self, Debug};
use std::io;

use anyrt_core::NetDriver;
use anyrt_core::net::UnixListener;

use super::any_stream;
use crate::enabled::{AsyncStd, Sim, Smol, Tokio};

any_stream! {
    /// The raw connection of a Unix socket of an [`AnyBackend`](crate::AnyBackend).
    AnyUnixStream(Stream) = UnixStream
}

/// The raw listener of a Unix socket of an [`AnyBackend`](crate::AnyBackend).
pub struct AnyUnixListener(pub(super) Listener);

pub(super) enum Listener {
    Tokio(<Tokio as NetDriver>::UnixListener),
    Smol(<Smol as NetDriver>::UnixListener),
    AsyncStd(<AsyncStd as NetDriver>::UnixListener),
    Sim(<Sim as NetDriver>::UnixListener),
}

impl Debug for AnyUnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Listener::Tokio(listener) => Debug::fmt(listener, f),
            Listener::Smol(listener) => Debug::fmt(listener, f),
            Listener::AsyncStd(listener) => Debug::fmt(listener, f),
            Listener::Sim(listener) => Debug::fmt(listener, f),
        }
    }
}

impl UnixListener for AnyUnixListener {
    type Stream = AnyUnixStream;

    async fn accept(&self) -> io::Result<AnyUnixStream> {
        Ok(AnyUnixStream(match &self.0 {
            Listener::Tokio(listener) => Stream::Tokio(UnixListener::accept(listener).await?),
            Listener::Smol(listener) => Stream::Smol(UnixListener::accept(listener).await?),
            Listener::AsyncStd(listener) => Stream::AsyncStd(UnixListener::accept(listener).await?),
            Listener::Sim(listener) => Stream::Sim(UnixListener::accept(listener).await?),
        }))
    }
}
