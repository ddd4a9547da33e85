//! How hyper reads and writes anyrt's connections.
//!
//! hyper hands over memory that nobody has written yet, which no safe code can read into. What that costs
//! differs: smol-hyper's bridge zeroes all of it at every read; anyrt-hyper's copies what came, and
//! gives tokio's connections to hyper as they are.

use anyrt::net::TcpStream;
use anyrt_hyper::HyperIo;
use hyper::rt::{Read, Write};
use smol_hyper::rt::FuturesIo;

/// A connection as hyper sees it.
pub(super) trait Bridge: Read + Write + Unpin + Send + 'static {
    fn new(stream: TcpStream) -> Self;
}

impl Bridge for HyperIo {
    fn new(stream: TcpStream) -> Self {
        Self::new(stream)
    }
}

impl Bridge for FuturesIo<TcpStream> {
    fn new(stream: TcpStream) -> Self {
        Self::new(stream)
    }
}
