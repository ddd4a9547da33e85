//! The life of one connection, as a child of the pool's group: from the socket until the server has let go.
//!
//! # Invariants
//!
//! - The place is held to the end. `PostgreSQL` closes its end of a socket when nothing is left of the
//!   session, so the child closes its own end, and reads until it sees that.
//! - Nobody else can end the child: it is shielded, and looks itself whether it is still wanted. Each wait
//!   that depends on the server has a limit.
//! - A query whose work was cut is cancelled in the server, since that would go on with it: it looks at
//!   its socket only when it has something to say. The session is not used again: a transaction may be
//!   open in it, or a setting changed, and a cancellation can come so late that it hits the next query.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyrt::channel::{OneshotReceiver, OneshotSender};
use anyrt::net::TcpStream;
use anyrt::net::compat::{Compat, FuturesAsyncReadCompatExt};
use anyrt::sync::{Event, OwnedPermit};
use futures_util::future::{Either, select};
use futures_util::io::{AsyncWriteExt, copy, sink};
use tokio_postgres::{CancelToken, Client, NoTls};

use super::session::Ending;
use super::{Postgres, PostgresError};

/// How long to wait before a query is cancelled again, which the server had perhaps not yet begun.
const CANCEL_AGAIN: Duration = Duration::from_millis(50);

type Opened = Result<(Client, Arc<Ending>), PostgresError>;

/// What a connection is told at its birth.
pub(super) struct Life {
    pub(super) postgres: Arc<Postgres>,
    /// Set when the pool is closed.
    pub(super) is_over: Arc<Event>,
    /// Ends when nobody wants the session any more.
    pub(super) wanted: OneshotReceiver<Infallible>,
    pub(super) deliver: OneshotSender<Opened>,
    pub(super) place: OwnedPermit,
}

impl Life {
    pub(super) async fn live(self) {
        let Self { postgres, is_over, wanted, deliver, place } = self;
        let (wanted, is_over) = (pin!(wanted), pin!(is_over.wait()));
        let mut stream = None;
        let under_way = postgres.serve(&mut stream, deliver, select(wanted, is_over)).await;
        if let Some(stream) = stream {
            let part = postgres.part(stream.into_inner(), under_way);
            let _ = anyrt::move_on_after(postgres.grace, part).await;
        }
        drop(place);
    }
}

impl Postgres {
    /// Opens a connection, hands over its client, and moves its bytes, until it ends or nobody wants it.
    ///
    /// Gives what cancels the query that is under way, if there may be one.
    async fn serve(
        &self,
        stream: &mut Option<Compat<TcpStream>>,
        deliver: OneshotSender<Opened>,
        unwanted: impl Future + Unpin,
    ) -> Option<CancelToken> {
        let open = async {
            let stream = stream.insert(self.reach().await?.compat());
            Ok(self.config.connect_raw(stream, NoTls).await?)
        };
        let open = anyrt::fail_after(self.connect_timeout(), open);
        let (opened, unwanted) = match select(pin!(open), unwanted).await {
            Either::Left(opened) => opened,
            Either::Right(_) => return None,
        };
        let (client, connection) = match opened.unwrap_or_else(|late| Err(late.into())) {
            Ok(opened) => opened,
            Err(error) => {
                let _ = deliver.send(Err(error));
                return None;
            }
        };
        let (token, ending) = (client.cancel_token(), Arc::new(Ending::default()));
        // If nobody is there, the client is dropped, as by one who does not want it any more.
        let _ = deliver.send(Ok((client, ending.clone())));
        let mut connection = pin!(connection);
        let ended = match select(connection.as_mut(), unwanted).await {
            Either::Left((ended, _)) => Poll::Ready(ended),
            // One without a query under way says good-bye at once.
            Either::Right(_) => futures_util::poll!(connection),
        };
        match ended {
            Poll::Ready(ended) => {
                ending.tell(ended.err());
                None
            }
            Poll::Pending => {
                ending.tell(None);
                Some(token)
            }
        }
    }

    /// Closes this end, and waits for the other; cancels the query that keeps the server from it.
    async fn part(&self, mut stream: TcpStream, under_way: Option<CancelToken>) {
        let other_end = async {
            // It may have been closed before, or be broken: then it has nothing more to say, either.
            let _ = stream.close().await;
            let _ = copy(stream, &mut sink()).await;
        };
        match under_way {
            None => other_end.await,
            Some(token) => {
                select(pin!(other_end), pin!(self.keep_cancelling(&token))).await;
            }
        }
    }

    /// Asks the server to cancel what a session does, each time over a connection of its own.
    async fn keep_cancelling(&self, token: &CancelToken) -> Infallible {
        loop {
            // Without an effect it is done again.
            if let Ok(stream) = self.reach().await {
                let _ = token.cancel_query_raw(stream.compat(), NoTls).await;
            }
            anyrt::sleep(CANCEL_AGAIN).await;
        }
    }
}
