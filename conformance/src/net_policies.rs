//! What stands on sockets, under test: the engine's, or with a fault.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use anyrt_core::error::{ConnectError, ReadError};
use anyrt_core::io::BufferedReader;
use anyrt_core::net::{CheckedStream, ReadHalf, TcpStream, WriteHalf};
use anyrt_core::{Net, NetDriver};
use futures_io::AsyncRead;

use crate::policies::Engine;

/// What the engine makes of any sockets, so that its laws can be checked.
///
/// A method that is not written is the engine's. It is no part of what a backend implements.
pub trait NetPolicies: 'static {
    /// Reads from the half.
    ///
    /// # Errors
    ///
    /// As those of [`ReadHalf::read`].
    ///
    /// # Cancel safety
    ///
    /// **Safe**, as [`ReadHalf::read`].
    fn read<'a, S: TcpStream>(
        half: &'a ReadHalf<S>,
        buf: &'a mut [u8],
    ) -> impl Future<Output = io::Result<usize>> + Send {
        half.read(buf)
    }

    /// Hangs up on the half.
    fn hang_up<S: TcpStream>(half: &WriteHalf<S>) {
        half.hang_up();
    }

    /// Connects to whichever of the addresses answers first.
    ///
    /// # Errors
    ///
    /// As those of [`Net::connect_any`].
    ///
    /// # Cancel safety
    ///
    /// **Safe**, as [`Net::connect_any`].
    fn connect_any<D: NetDriver>(
        driver: &D,
        addresses: &[SocketAddr],
    ) -> impl Future<Output = Result<CheckedStream<D::TcpStream>, ConnectError>> + Send {
        driver.connect_any(addresses)
    }

    /// Reads a line of at most so many bytes.
    ///
    /// # Errors
    ///
    /// As those of [`BufferedReader::read_line`].
    ///
    /// # Cancel safety
    ///
    /// **Safe**, as [`BufferedReader::read_line`].
    fn read_line<R: AsyncRead + Unpin + Send>(
        reader: &mut BufferedReader<R>,
        limit: usize,
    ) -> impl Future<Output = Result<Option<String>, ReadError>> + Send {
        reader.read_line(limit)
    }
}

impl NetPolicies for Engine {}
