//! A session that is opened before a body and closed after it, whatever becomes of the body.
//!
//! asyncio, Trio and `AnyIO`: `async with`, `@asynccontextmanager`; Rust's destructors cannot wait.

use std::sync::atomic::{AtomicU32, Ordering};

/// The other side, which counts.
#[derive(Debug, Default)]
pub struct Server {
    opened: AtomicU32,
    closed: AtomicU32,
}

/// A session with it, which wants to be closed with a goodbye.
#[derive(Debug)]
pub struct Session<'a> {
    server: &'a Server,
}

impl Server {
    /// Opens a session.
    pub async fn open(&self) -> Session<'_> {
        anyrt::yield_now().await; // a few messages there and back
        self.opened.fetch_add(1, Ordering::SeqCst);
        Session { server: self }
    }

    /// Gives how many sessions were opened, and how many closed.
    pub fn counts(&self) -> (u32, u32) {
        (self.opened.load(Ordering::SeqCst), self.closed.load(Ordering::SeqCst))
    }
}

impl Session<'_> {
    /// Doubles a number.
    pub async fn ask(&mut self, number: u32) -> u32 {
        anyrt::yield_now().await;
        number * 2
    }

    /// Closes the session.
    pub async fn close(self) {
        anyrt::yield_now().await;
        self.server.closed.fetch_add(1, Ordering::SeqCst);
    }
}

/// Opens a session, runs `body` with it, and closes it.
pub async fn with_session<T>(server: &Server, body: impl AsyncFnOnce(&mut Session<'_>) -> T) -> T {
    let session = server.open().await;
    anyrt::bracket(session, async |mut session| body(&mut session).await, Session::close).await
}

#[cfg(test)]
mod tests {
    use anyrt::{CancelScope, Panic};

    use super::{Server, with_session};
    use crate::testing::in_time;

    #[anyrt::test(sim, seeds = 10)]
    async fn a_session_is_closed_after_its_body() {
        let server = Server::default();
        let answer = with_session(&server, async |session| {
            let answer = session.ask(21).await;
            assert_eq!(server.counts(), (1, 0));
            answer
        });
        assert_eq!(in_time(answer).await, 42);
        assert_eq!(server.counts(), (1, 1));
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_session_is_closed_when_its_body_fails() {
        let server = Server::default();
        let failed = with_session(&server, async |_| Err::<(), _>("no such table"));
        assert_eq!(in_time(failed).await, Err("no such table"));
        assert_eq!(server.counts(), (1, 1));
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_session_is_closed_when_its_body_is_cancelled() {
        let server = Server::default();
        let scope = CancelScope::new();
        let handle = scope.handle();
        let cancelled = scope.run(with_session(&server, async |session| {
            handle.cancel();
            session.ask(21).await;
            unreachable!("that was cut");
        }));
        assert!(in_time(cancelled).await.is_err());
        assert_eq!(server.counts(), (1, 1));
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_session_is_closed_when_its_body_panics() {
        let server = Server::default();
        let panics = with_session(&server, async |_| std::panic::resume_unwind(Box::new("a bug")));
        let caught: Result<(), Panic> = in_time(anyrt::catch_panic(panics)).await;
        assert_eq!(caught.unwrap_err().message(), "a bug");
        assert_eq!(server.counts(), (1, 1));
    }
}
