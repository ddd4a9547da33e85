//! What stands on sockets, under test: the engine's, or with a fault.

use std::future::Future;
use std::io;

use anyrt_core::net::{ReadHalf, TcpStream, WriteHalf};

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
}

impl NetPolicies for Engine {}
