//! The pattern `unix_socket` as a program.
#![forbid(unsafe_code)]

use std::env::temp_dir;
use std::process::{self, ExitCode};

use anyrt_examples::patterns::unix_socket::unix_socket;
use anyrt_examples::program;

fn main() -> ExitCode {
    let path = temp_dir().join(format!("anyrt-greet-{}", process::id()));
    program::run(async || Ok(unix_socket(&path, &["Ada", "Grace"]).await?.join("\n")))
}
