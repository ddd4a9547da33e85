//! TLS over anyrt's connections, by futures-rustls: a server that answers in capitals.
//!
//! asyncio: `open_connection(ssl=..)`, `start_server(ssl=..)`; Trio: `SSLStream`; `AnyIO`:
//! `connect_tcp(tls=True)`, `TLSListener`. `futures-rustls` wants the traits of `futures-io`, which anyrt's
//! connections have on every backend; what it gives has them, too. Each read and write is a checkpoint still, and
//! a handshake with a peer that is silent ends at the deadline around it.
//!
//! The certificate is made on the spot, and trusted by whoever is given it. Real programs read theirs
//! from a file, and trust those of the system.

use std::fmt::{self, Debug};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyrt::net::TcpStream;
use futures_rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use futures_rustls::rustls::{self, ClientConfig, RootCertStore, ServerConfig};
use futures_rustls::{TlsAcceptor, TlsConnector};
use futures_util::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::server;

/// The name that the certificate is for.
const NAME: &str = "localhost";

/// A connection that was to be encrypted failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// One of both does not accept the other, or what came was no TLS.
    #[error(transparent)]
    Refused(rustls::Error),
    /// It ended without a word: by a fault, or by somebody who wants the end of a message unread.
    #[error("the connection was cut off")]
    CutOff,
    /// The connection below broke.
    #[error(transparent)]
    Io(io::Error),
}

/// rustls's errors come inside of those that the I/O traits have.
impl From<io::Error> for TlsError {
    fn from(error: io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match (tls.cloned(), error.kind()) {
            (Some(tls), _) => Self::Refused(tls),
            (None, io::ErrorKind::UnexpectedEof) => Self::CutOff,
            (None, _) => Self::Io(error),
        }
    }
}

/// A certificate, and the server that can prove it is its own.
pub struct Identity {
    /// What a client has to trust.
    pub certificate: CertificateDer<'static>,
    /// Accepts connections in that name.
    pub acceptor: TlsAcceptor,
}

impl Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("name", &NAME).finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes one that is signed by itself.
    ///
    /// # Panics
    ///
    /// Panics if the system has no randomness.
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).expect("it can be signed");
        let certificate = made.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())
            .expect("the key is that of the certificate");
        Self { certificate, acceptor: Arc::new(config).into() }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes a client that trusts these.
pub fn trusting(certificates: &[CertificateDer<'static>]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Arc::new(config).into()
}

/// Opens a server that answers in capitals, and sends a visitor to it.
///
/// # Errors
///
/// What the system says if it gives no socket for the server.
pub async fn visit<T>(
    acceptor: TlsAcceptor,
    visitor: impl AsyncFnOnce(SocketAddr) -> T,
) -> io::Result<T> {
    let serve = move |stream| {
        let acceptor = acceptor.clone();
        async move {
            // A client that goes away, or does not trust us, is no fault of the server.
            let _ = answer(stream, &acceptor).await;
        }
    };
    server::visit(serve, async |address| visitor(address).await).await
}

/// Reads to the end, and then answers: the client has closed its half, and reads on.
///
/// # Errors
///
/// [`TlsError`] if the client does not trust us, or goes away without an end.
///
/// # Cancel safety
///
/// **Loses data**: the connection is closed without an end, which the client sees.
pub async fn answer(stream: TcpStream, acceptor: &TlsAcceptor) -> Result<(), TlsError> {
    let mut stream = acceptor.accept(stream).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    stream.write_all(text.to_uppercase().as_bytes()).await?;
    // Says that this is the end, before it closes the connection.
    Ok(stream.close().await?)
}

/// Sends a text to a server, says that this was all, and gives the answer.
///
/// # Errors
///
/// [`TlsError`] if the server is not to be trusted, or its answer has no end.
///
/// # Cancel safety
///
/// **Loses data**: the connection is closed without an end, which the server sees.
pub async fn ask(
    address: SocketAddr,
    connector: &TlsConnector,
    text: &str,
) -> Result<String, TlsError> {
    let stream = anyrt::net::connect(address).await?;
    let mut stream = connector.connect(name(), stream).await?;
    stream.write_all(text.as_bytes()).await?;
    stream.close().await?;
    read_to_end(stream).await
}

fn name() -> ServerName<'static> {
    ServerName::try_from(NAME).expect("it is a name")
}

async fn read_to_end(mut stream: impl AsyncRead + Unpin) -> Result<String, TlsError> {
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use anyrt::net::{TcpListener, TcpStream};
    use futures_rustls::TlsConnector;
    use futures_rustls::rustls::{CertificateError, Error};
    use futures_util::{AsyncReadExt, AsyncWriteExt};

    use super::{Identity, TlsError, answer, ask, name, read_to_end, trusting, visit};
    use crate::testing::{SECOND, in_time};

    async fn listen() -> (TcpListener, SocketAddr) {
        let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    async fn accept(listener: &TcpListener) -> TcpStream {
        listener.accept().await.unwrap().0
    }

    /// One end as a client, and the other as a server, once they have greeted each other.
    macro_rules! pair {
        ($identity:expr) => {{
            let (listener, address) = listen().await;
            let connector: TlsConnector = trusting(std::slice::from_ref(&$identity.certificate));
            let here = anyrt::net::connect(address).await.unwrap();
            let there = accept(&listener).await;
            let (here, there) = futures_util::future::join(
                connector.connect(name(), here),
                $identity.acceptor.accept(there),
            )
            .await;
            (here.unwrap(), there.unwrap())
        }};
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn an_answer_comes_after_the_half_close() {
        let identity = Identity::new();
        let connector = trusting(std::slice::from_ref(&identity.certificate));
        // More than fits into one record, or into the buffers of a socket.
        let long = "long ".repeat(100_000);
        let visit = visit(identity.acceptor, async |address| {
            for text in ["hello", "", &long] {
                assert_eq!(ask(address, &connector, text).await.unwrap(), text.to_uppercase());
            }
        });
        in_time(visit).await.unwrap();
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_client_that_does_not_trust_the_server_refuses_it() {
        let (identity, somebody_else) = (Identity::new(), Identity::new());
        let connector = trusting(&[somebody_else.certificate]);
        let (listener, address) = listen().await;
        let asking = in_time(ask(address, &connector, "hello"));
        let answering =
            in_time(async { answer(accept(&listener).await, &identity.acceptor).await });
        let (asked, answered) = futures_util::future::join(asking, answering).await;
        assert!(
            matches!(
                &asked,
                Err(TlsError::Refused(Error::InvalidCertificate(
                    CertificateError::UnknownIssuer | CertificateError::BadSignature
                )))
            ),
            "{asked:?}"
        );
        // It is told why if the word still reaches it, and else sees the end.
        assert!(answered.is_err(), "{answered:?}");
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn an_end_without_a_word_is_seen_as_such() {
        in_time(async {
            let identity = Identity::new();
            let (here, mut there) = pair!(identity);
            there.write_all(b"half an ans").await.unwrap();
            there.flush().await.unwrap();
            // The connection below is closed, as by somebody who cannot encrypt.
            let (mut below, _) = there.into_inner();
            below.close().await.unwrap();
            let error = read_to_end(here).await.unwrap_err();
            assert!(matches!(error, TlsError::CutOff), "{error:?}");
        })
        .await;
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn each_half_is_closed_on_its_own() {
        in_time(async {
            let identity = Identity::new();
            let (mut here, mut there) = pair!(identity);
            let mut text = [0; 3];
            here.close().await.unwrap();
            assert_eq!(there.read(&mut text).await.unwrap(), 0, "the end, and no error");
            there.write_all(b"one").await.unwrap();
            there.flush().await.unwrap();
            here.read_exact(&mut text).await.unwrap();
            assert_eq!(&text, b"one");
            assert!(here.write_all(b"more").await.is_err(), "this half is closed");
            there.close().await.unwrap();
            assert_eq!(here.read(&mut text).await.unwrap(), 0);
        })
        .await;
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn what_is_no_tls_is_refused() {
        let identity = Identity::new();
        let (listener, address) = listen().await;
        let answering =
            in_time(async { answer(accept(&listener).await, &identity.acceptor).await });
        let asking = in_time(async {
            let mut stream = anyrt::net::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            stream
        });
        let (_open, answered) = futures_util::future::join(asking, answering).await;
        assert!(
            matches!(&answered, Err(TlsError::Refused(Error::InvalidMessage(_)))),
            "{answered:?}"
        );
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_silent_peer_ends_at_the_deadline() {
        let (_listener, address) = listen().await;
        let connector = trusting(&[Identity::new().certificate]);
        let silence = anyrt::fail_after(SECOND, ask(address, &connector, "hello"));
        assert!(in_time(silence).await.is_err());
    }
}
