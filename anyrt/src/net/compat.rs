//! Connections with the I/O traits of tokio, on any backend.
//!
//! Libraries that were written for tokio often ask for its traits alone, and for no runtime. They take
//! anyrt's connections through `tokio-util`'s adapters, which are shown here; no runtime of tokio is
//! started or needed. What was read or written stays a checkpoint, and the W laws hold.
//!
//! The other way round, [`TokioAsyncReadCompatExt`] makes of what has tokio's traits something with
//! those of `futures-io`.
//!
//! hyper has traits of its own: see the package `anyrt-hyper`.
//!
//! # Examples
//!
//! ```
//! use anyrt::net::compat::FuturesAsyncReadCompatExt;
//! use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
//!
//! # fn main() -> std::io::Result<()> {
//! # let smol: anyrt::AnyBackend = "smol".parse().unwrap();
//! anyrt::run_on(&smol, async {
//!     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
//!     let mut here = anyrt::net::connect(listener.local_addr()?).await?.compat();
//!     let there = BufReader::new(listener.accept().await?.0.compat());
//!
//!     here.write_all(b"one\ntwo\n").await?;
//!     let mut lines = there.lines();
//!     assert_eq!(lines.next_line().await?.as_deref(), Some("one"));
//!     assert_eq!(lines.next_line().await?.as_deref(), Some("two"));
//!     Ok(())
//! })
//! # }
//! ```

pub use tokio_util::compat::{
    Compat, FuturesAsyncReadCompatExt, FuturesAsyncWriteCompatExt, TokioAsyncReadCompatExt,
    TokioAsyncWriteCompatExt,
};
