//! What could not be done at an address.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

/// A socket could not be made at an address, or not be connected to one.
///
/// It is inside the [`io::Error`], which has the system's kind (law W8). Its text tells which
/// address, what the system said, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {address}: {source}{}", Remedy(.source.kind()))]
#[non_exhaustive]
pub struct AddressError {
    action: &'static str,
    address: String,
    source: io::Error,
}

impl AddressError {
    /// Gives the address or the path, as text.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn at(
        action: &'static str,
        address: SocketAddr,
    ) -> impl FnOnce(io::Error) -> io::Error {
        move |source| Self::wrap(action, address.to_string(), source)
    }

    #[cfg(unix)]
    pub(crate) fn at_path(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> io::Error {
        move |source| Self::wrap(action, format!("`{}`", path.display()), source)
    }

    fn wrap(action: &'static str, address: String, source: io::Error) -> io::Error {
        io::Error::new(source.kind(), Self { action, address, source })
    }
}

/// What to do, where that can be said.
struct Remedy(ErrorKind);

impl Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            ErrorKind::ConnectionRefused => {
                ": nobody listens there; start the server, or look whether the address is right"
            }
            ErrorKind::AddrInUse => {
                ": somebody has it already; end the other program, take another address or port 0 \
                 for a free port, or remove a path that nobody listens on any more"
            }
            ErrorKind::AddrNotAvailable => ": take an address that this machine has",
            ErrorKind::PermissionDenied => {
                ": ports below 1024 need privileges, and a path needs a folder that one may write to"
            }
            ErrorKind::NotFound => ": look whether the path is right, and whether the server has begun",
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::TimedOut => {
                ": look whether the machine is on, and whether a firewall is in between"
            }
            _ => return Ok(()),
        })
    }
}
