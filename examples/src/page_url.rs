//! The address of a page: `http://host[:port]/path`.

use std::fmt::{self, Display};
use std::str::FromStr;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::http::uri::{InvalidUri, PathAndQuery};

/// The address of a page that can be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageUrl {
    host: String,
    port: u16,
    path: PathAndQuery,
    /// Host and port as the server wants to see them.
    host_header: HeaderValue,
}

/// This is no address of a page that can be fetched.
#[derive(Debug, thiserror::Error)]
pub enum BadUrl {
    /// It is not even an address.
    #[error("{0}: an address looks like http://example.org/page")]
    Syntax(#[from] InvalidUri),
    /// It needs TLS, of which this example has none.
    #[error("https is not supported by this example: give an http:// address")]
    Https,
    /// It does not begin with `http://`.
    #[error("an address must begin with http://")]
    NotHttp,
    /// There is no host in it that can be asked.
    #[error("there is no host in it: an address looks like http://example.org/page")]
    NoHost,
    /// Its port is none.
    #[error("its port is no number from 0 to 65535")]
    Port,
}

impl FromStr for PageUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let uri: Uri = text.parse()?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(BadUrl::Https),
            _ => return Err(BadUrl::NotHttp),
        }
        let authority = uri.authority().ok_or(BadUrl::NoHost)?;
        let host = authority.host();
        let port = authority.port_u16();
        let has_bad_port = port.is_none() && !authority.as_str().ends_with(host);
        if host.is_empty() {
            return Err(BadUrl::NoHost);
        }
        if has_bad_port {
            return Err(BadUrl::Port);
        }
        let header = port.map_or(host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: port.unwrap_or(80),
            path: uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")),
            host_header: header.try_into().map_err(|_| BadUrl::NoHost)?,
        })
    }
}

impl PageUrl {
    /// Gives the path and query, as a request names them.
    pub fn path(&self) -> &PathAndQuery {
        &self.path
    }

    /// Gives what belongs into the `Host` header.
    pub fn host_header(&self) -> &HeaderValue {
        &self.host_header
    }

    /// Gives the name of the host, or its address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Gives the port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = String::from_utf8_lossy(self.host_header.as_bytes());
        write!(f, "http://{host}{}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (text, host, port, path, header) in [
            ("http://127.0.0.1:80/a?b=c", "127.0.0.1", 80, "/a?b=c", "127.0.0.1:80"),
            ("http://example.org", "example.org", 80, "/", "example.org"),
            ("http://[::1]:8080/x", "::1", 8080, "/x", "[::1]:8080"),
            ("http://user@example.org/", "example.org", 80, "/", "example.org"),
            ("HTTP://example.org/", "example.org", 80, "/", "example.org"),
        ] {
            let url: PageUrl = text.parse().unwrap();
            assert_eq!(url.host, host, "{text}");
            assert_eq!(url.port, port, "{text}");
            assert_eq!(url.path(), path, "{text}");
            assert_eq!(url.host_header(), header, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_fetched_is_refused() {
        let parse = |text: &str| text.parse::<PageUrl>().unwrap_err();
        assert!(matches!(parse("https://example.org/"), BadUrl::Https));
        assert!(matches!(parse("ftp://example.org/"), BadUrl::NotHttp));
        assert!(matches!(parse("/only/a/path"), BadUrl::NotHttp));
        assert!(matches!(parse("example.org"), BadUrl::NotHttp));
        assert!(matches!(parse("http://a:99999/"), BadUrl::Port));
        for text in ["", "http://", "http:// space/", "http://:80/"] {
            parse(text);
        }
    }
}
