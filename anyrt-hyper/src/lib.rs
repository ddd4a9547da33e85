//! hyper on whichever backend of anyrt runs.
//!
//! | hyper asks for | it gets |
//! |---|---|
//! | [`hyper::rt::Read`], [`hyper::rt::Write`] | [`HyperIo`], of a connection of anyrt; [`Bridge`], of any other |
//! | [`hyper::rt::Executor`] | [`GroupExecutor`]: hyper's tasks are children of a group |
//! | [`hyper::rt::Timer`] | [`DriverTimer`], on the backend's clock |
//!
//! # Examples
//!
//! ```
//! use std::convert::Infallible;
//! use std::io;
//!
//! use anyrt_hyper::HyperIo;
//! use http_body_util::{BodyExt, Empty};
//! use hyper::body::{Bytes, Incoming};
//! use hyper::service::service_fn;
//! use hyper::{Request, Response, client, server};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = anyrt::run(anyrt::task_group(async |group: anyrt::TaskGroup<io::Error>| {
//!     let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
//!     let address = listener.local_addr()?;
//!     group.spawn(async move {
//!         let (stream, _) = listener.accept().await?;
//!         let hello = service_fn(|_: Request<Incoming>| async {
//!             Ok::<_, Infallible>(Response::new("hello".to_owned()))
//!         });
//!         let http = server::conn::http1::Builder::new();
//!         http.serve_connection(HyperIo::new(stream), hello).await.map_err(io::Error::other)
//!     });
//!
//!     let stream = HyperIo::new(anyrt::net::connect(address).await?);
//!     let (mut sender, connection) =
//!         client::conn::http1::handshake(stream).await.map_err(io::Error::other)?;
//!     group.spawn(async { connection.await.map_err(io::Error::other) });
//!     let response = sender.send_request(Request::new(Empty::<Bytes>::new())).await;
//!     let body = response.map_err(io::Error::other)?.collect().await.map_err(io::Error::other)?;
//!     Ok(body.to_bytes())
//! }))?;
//! assert_eq!(text, "hello");
//! # Ok(())
//! # }
//! ```
//!
//! # Cancellation
//!
//! hyper's futures are foreign: a cancelled scope drops them where they wait. A connection that is
//! dropped is closed, maybe in the middle of an answer, or before an answer that the service has given: to
//! write it is a checkpoint of its own. A server that wants to finish what it has begun calls hyper's
//! `graceful_shutdown`, inside a shield with a deadline; one that gives up requests has their services end,
//! with status 503 for example, and leaves their connections alone until that is written.
#![forbid(unsafe_code)]

mod bridge;
mod executor;
mod io;
mod timer;

pub use bridge::Bridge;
pub use executor::GroupExecutor;
pub use io::HyperIo;
pub use timer::DriverTimer;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
