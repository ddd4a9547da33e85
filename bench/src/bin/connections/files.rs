//! How many files a process may have open, of which each connection is one.

use std::io;

/// What a process has open beside its connections.
const OTHERS: u64 = 64;

/// Raises the limit of this process as far as it needs.
///
/// # Errors
///
/// If the system does not let it.
#[cfg(unix)]
pub(crate) fn allow(connections: usize) -> io::Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let needed = connections as u64 + OTHERS;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    limit.current = Some(needed);
    setrlimit(Resource::Nofile, limit).map_err(|_| {
        let most = limit.maximum.unwrap_or(u64::MAX);
        io::Error::other(format!(
            "{connections} connections need {needed} files, and a process may open {most}: ask for \
             fewer by --connections, or raise the limit (ulimit -Hn)"
        ))
    })
}

#[cfg(not(unix))]
pub(crate) fn allow(_: usize) -> io::Result<()> {
    Ok(())
}
