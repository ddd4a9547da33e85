//! What is sent back, and counted.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use serde::{Deserialize, Serialize};

/// How long a message is.
pub(crate) const LENGTH: usize = 32;

/// What a server has done.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Echoed {
    /// How many messages it sent back.
    pub(crate) echoes: AtomicU64,
    /// How many connections broke.
    pub(crate) errors: AtomicU64,
}

impl Echoed {
    /// Counts an echo.
    pub(crate) fn one(&self) {
        self.echoes.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that broke.
    pub(crate) fn note(&self, ended: &io::Result<()>) {
        self.errors.fetch_add(u64::from(ended.is_err()), Ordering::Relaxed);
    }
}

/// Sends back what comes, until the end.
pub(crate) async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, echoed: &Echoed) {
    let mut message = [0; LENGTH];
    let ended = async {
        loop {
            match stream.read(&mut message).await? {
                0 => return Ok(()),
                count => stream.write_all(&message[..count]).await?,
            }
            echoed.one();
        }
    };
    echoed.note(&ended.await);
}
