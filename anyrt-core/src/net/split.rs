//! A connection in two halves, one of which reads while the other writes.
//!
//! # Invariants
//!
//! - The connection is polled under the mutex, and dropped and its users woken after it is released.
//! - Whoever waits notes its waker, and looks afterwards whether the connection was hung up meanwhile;
//!   hanging up takes the connection first, and wakes after. So one of them sees the other.
//! - A future that waits has its side's guard, from its first poll until it is ready or dropped.

use std::fmt::{self, Debug};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite, IoSlice, IoSliceMut};

use super::TcpStream;
use crate::error::HungUp;
use crate::lock::lock;
use crate::sync::{ResourceGuard, ResourceUse};
use crate::sys::Mutex;
use crate::waker_slot::WakerSlot;

/// What the halves share.
struct Shared<S> {
    /// Gone once it was hung up.
    stream: Mutex<Option<S>>,
    reading: Side,
    writing: Side,
}

/// Who reads, or writes.
struct Side {
    guard: ResourceGuard,
    waker: WakerSlot,
}

impl Side {
    fn new(action: &'static str) -> Self {
        Self { guard: ResourceGuard::new(action), waker: WakerSlot::default() }
    }
}

pub(super) fn split<S>(stream: S) -> (ReadHalf<S>, WriteHalf<S>) {
    let shared = Arc::new(Shared {
        stream: Mutex::new(Some(stream)),
        reading: Side::new("reading from the connection"),
        writing: Side::new("writing to the connection"),
    });
    (ReadHalf { shared: shared.clone() }, WriteHalf { shared })
}

impl<S: Unpin> Shared<S> {
    fn poll<T>(
        &self,
        side: &Side,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut stream = lock(&self.stream);
        let polled = stream.as_mut().map(|stream| poll(Pin::new(stream), cx));
        drop(stream);
        let Some(polled) = polled else { return Poll::Ready(Err(hung_up())) };
        if polled.is_pending() {
            side.waker.register(cx.waker());
            if lock(&self.stream).is_none() {
                return Poll::Ready(Err(hung_up()));
            }
        }
        polled
    }
}

impl<S> Shared<S> {
    fn hang_up(&self) {
        let stream = lock(&self.stream).take();
        drop(stream);
        self.reading.waker.wake();
        self.writing.waker.wake();
    }

    fn ask<T>(&self, ask: impl FnOnce(&S) -> io::Result<T>) -> io::Result<T> {
        lock(&self.stream).as_ref().map_or_else(|| Err(hung_up()), ask)
    }

    fn fmt(&self, name: &str, side: &Side, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("is_used", &side.guard.is_used())
            .field("is_hung_up", &lock(&self.stream).is_none())
            .finish()
    }
}

fn hung_up() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, HungUp::new())
}

/// Takes the side for a future, unless it has it or somebody else does.
fn take<'a>(side: &'a Side, turn: &mut Option<ResourceUse<'a>>) -> io::Result<()> {
    if turn.is_none() {
        let busy = |error| io::Error::new(io::ErrorKind::ResourceBusy, error);
        *turn = Some(side.guard.enter().map_err(busy)?);
    }
    Ok(())
}

/// The reading half of a connection.
///
/// Made by [`TcpStream::split`]. Tasks may share it behind a reference or an `Arc`, but only one at a
/// time may [`read`](Self::read) (law W5).
pub struct ReadHalf<S> {
    shared: Arc<Shared<S>>,
}

/// The writing half of a connection.
///
/// Made by [`TcpStream::split`]. Closing it sends the end of the stream, and the other half reads on (law
/// W3). Dropping it sends nothing: a writer that was cut has not said all that it had to say. The
/// connection ends when both halves are dropped, or one [hangs up](Self::hang_up).
pub struct WriteHalf<S> {
    shared: Arc<Shared<S>>,
}

impl<S: AsyncRead + Unpin> ReadHalf<S> {
    /// Reads some bytes, and tells how many; 0 is the end of the stream.
    ///
    /// # Errors
    ///
    /// Whatever the system says of a broken connection. `ResourceBusy` with
    /// [`BusyResource`](crate::error::BusyResource) inside if another task reads from it, which goes on
    /// undisturbed. `NotConnected` with [`HungUp`] inside if this end was hung up.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Bytes that it did not report are still there (law W1).
    pub fn read<'a>(&'a self, buf: &'a mut [u8]) -> Read<'a, S> {
        Read { half: self, buf, turn: None }
    }
}

impl<S: AsyncWrite + Unpin> WriteHalf<S> {
    /// Writes some of the bytes, and tells how many.
    ///
    /// # Errors
    ///
    /// Whatever the system says of a broken connection. `ResourceBusy` with
    /// [`BusyResource`](crate::error::BusyResource) inside if another task writes to it, which goes on
    /// undisturbed. `NotConnected` with [`HungUp`] inside if this end was hung up.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Bytes that it did not report were not sent.
    pub fn write<'a>(&'a self, buf: &'a [u8]) -> Write<'a, S> {
        Write { half: self, buf, turn: None }
    }
}

/// Makes what both halves have.
macro_rules! half {
    ($half:ident, $side:ident) => {
        impl<S> $half<S> {
            /// Closes both directions at once, and wakes whoever reads or writes.
            ///
            /// They, and whoever tries later, get [`HungUp`] (law W4).
            pub fn hang_up(&self) {
                self.shared.hang_up();
            }
        }

        impl<S: TcpStream> $half<S> {
            /// Gives the address of the other end.
            ///
            /// # Errors
            ///
            /// If the connection is gone.
            pub fn peer_addr(&self) -> io::Result<SocketAddr> {
                self.shared.ask(S::peer_addr)
            }

            /// Gives the address of this end.
            ///
            /// # Errors
            ///
            /// If the connection is gone.
            pub fn local_addr(&self) -> io::Result<SocketAddr> {
                self.shared.ask(S::local_addr)
            }
        }

        impl<S> Debug for $half<S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.shared.fmt(stringify!($half), &self.shared.$side, f)
            }
        }
    };
}

half!(ReadHalf, reading);
half!(WriteHalf, writing);

/// The future of [`ReadHalf::read`].
///
/// # Cancel safety
///
/// **Safe.** Bytes that it did not report are still there (law W1).
#[derive(Debug)]
#[must_use = "a read does nothing unless it is awaited"]
pub struct Read<'a, S> {
    half: &'a ReadHalf<S>,
    buf: &'a mut [u8],
    turn: Option<ResourceUse<'a>>,
}

impl<S: AsyncRead + Unpin> Future for Read<'_, S> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { half, buf, turn } = &mut *self;
        let shared = &half.shared;
        take(&shared.reading, turn)?;
        let polled = shared.poll(&shared.reading, cx, |stream, cx| stream.poll_read(cx, buf));
        if polled.is_ready() {
            *turn = None;
        }
        polled
    }
}

/// The future of [`WriteHalf::write`].
///
/// # Cancel safety
///
/// **Safe.** Bytes that it did not report were not sent.
#[derive(Debug)]
#[must_use = "a write does nothing unless it is awaited"]
pub struct Write<'a, S> {
    half: &'a WriteHalf<S>,
    buf: &'a [u8],
    turn: Option<ResourceUse<'a>>,
}

impl<S: AsyncWrite + Unpin> Future for Write<'_, S> {
    type Output = io::Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { half, buf, turn } = &mut *self;
        let shared = &half.shared;
        take(&shared.writing, turn)?;
        let polled = shared.poll(&shared.writing, cx, |stream, cx| stream.poll_write(cx, buf));
        if polled.is_ready() {
            *turn = None;
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadHalf<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let shared = &self.shared;
        shared.poll(&shared.reading, cx, |stream, cx| stream.poll_read(cx, buf))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let shared = &self.shared;
        shared.poll(&shared.reading, cx, |stream, cx| stream.poll_read_vectored(cx, bufs))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteHalf<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let shared = &self.shared;
        shared.poll(&shared.writing, cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let shared = &self.shared;
        shared.poll(&shared.writing, cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shared = &self.shared;
        shared.poll(&shared.writing, cx, S::poll_flush)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shared = &self.shared;
        shared.poll(&shared.writing, cx, S::poll_close)
    }
}
