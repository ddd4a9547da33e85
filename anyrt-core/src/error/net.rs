//! What can go wrong on a network, besides what the system says.

use std::fmt::{self, Display};
use std::io;
use std::net::SocketAddr;

/// The connection was hung up at this end.
///
/// It is inside the [`io::Error`](std::io::Error) of whoever reads or writes then (law W4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this end of the connection was hung up: nothing more can be read or written")]
#[non_exhaustive]
pub struct HungUp {}

impl HungUp {
    pub(crate) fn new() -> Self {
        Self {}
    }
}

/// The socket has no peer to send to.
///
/// It is inside the [`io::Error`](std::io::Error) of whoever sends (laws W12, W13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the socket has no peer: call connect before send, or tell the address with send_to")]
#[non_exhaustive]
pub struct NoPeer {}

impl NoPeer {
    pub(crate) fn new() -> Self {
        Self {}
    }
}

/// No connection to a name, or to one of several addresses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name could not be looked up (law W8).
    #[error("could not look up `{host}`: {source}")]
    Lookup {
        /// The name.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no address to connect to.
    #[error("could not connect to {target}: there is no address to try")]
    NoAddress {
        /// What was to be connected to.
        target: String,
    },
    /// No address answered: all attempts, in the order of trying (law W8).
    #[error("could not connect to {target}: {}", Listed(.attempts))]
    Failed {
        /// What was to be connected to.
        target: String,
        /// What came of each address.
        attempts: Vec<Attempt>,
    },
}

/// An attempt to connect that failed.
#[derive(Debug, thiserror::Error)]
#[error("{address}: {error}")]
pub struct Attempt {
    /// Where to.
    pub address: SocketAddr,
    /// What the system said.
    #[source]
    pub error: io::Error,
}

struct Listed<'a>(&'a [Attempt]);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, attempt) in self.0.iter().enumerate() {
            let separator = if place > 0 { "; " } else { "" };
            write!(f, "{separator}{attempt}")?;
        }
        Ok(())
    }
}

impl ConnectError {
    /// Gives the attempts that were made; none if there was nothing to try.
    pub fn attempts(&self) -> &[Attempt] {
        match self {
            Self::Failed { attempts, .. } => attempts,
            Self::Lookup { .. } | Self::NoAddress { .. } => &[],
        }
    }

    /// Gives what went wrong in one word.
    ///
    /// Of several attempts it is the first one's.
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Lookup { source, .. } => source.kind(),
            Self::NoAddress { .. } => io::ErrorKind::NotFound,
            Self::Failed { attempts, .. } => {
                attempts.first().map_or(io::ErrorKind::Other, |attempt| attempt.error.kind())
            }
        }
    }
}

impl From<ConnectError> for io::Error {
    fn from(error: ConnectError) -> Self {
        Self::new(error.kind(), error)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use super::{Attempt, ConnectError};

    #[test]
    fn each_attempt_is_told() {
        let attempt = |address: &str, kind: ErrorKind| Attempt {
            address: address.parse().expect("an address"),
            error: kind.into(),
        };
        let attempts = vec![
            attempt("[::1]:80", ErrorKind::ConnectionRefused),
            attempt("10.0.0.1:80", ErrorKind::TimedOut),
        ];
        let error = ConnectError::Failed { target: "`shop`".to_owned(), attempts };
        assert_eq!(
            error.to_string(),
            "could not connect to `shop`: [::1]:80: connection refused; 10.0.0.1:80: timed out"
        );
        assert_eq!(io::Error::from(error).kind(), ErrorKind::ConnectionRefused);
    }
}
