//! Channels, without any runtime: every operation is polled by hand.

mod auto_traits;
mod behaviour;
mod blocking;
mod dropped;
mod others;
mod poll;
mod reserve;
mod shown_streams;
