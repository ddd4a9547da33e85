//! The programs of `anyrt-bench-apart`, which cargo builds apart, so that they have the features
//! that their package asks for.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds them, and gives the folder that they are in.
pub(crate) fn build() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).unwrap_or(Path::new("target"));
    let cargo = env::var_os("CARGO").unwrap_or(OsString::from("cargo"));
    let status = Command::new(&cargo)
        .args(["build", "--quiet", "--locked", "--release", "--package", "anyrt-bench-apart"])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("apart/Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .status()?;
    if status.success() {
        Ok(target.join("release"))
    } else {
        Err(io::Error::other("the programs that measure apart could not be built"))
    }
}
