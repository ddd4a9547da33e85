//! A server that is told to stop: it accepts no more, finishes what runs, and cancels what takes too
//! long.
//!
//! What is cancelled are the requests, each of which then has an answer that says so, and not the
//! connections: to cancel one could cut an answer that is on its way. Only a client that does not take its
//! answer, or has not finished asking, is cut in the end.
//!
//! asyncio: `loop.add_signal_handler`. Trio and `AnyIO`: `open_signal_receiver`, `move_on_after`.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::net::{TcpListener, TcpStream};
use anyrt::signal::{Signal, signals};
use anyrt::sync::Event;
use anyrt::{GroupError, TaskGroup};
use anyrt_hyper::HyperIo;
use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};

/// How long clients may take to get the last answers.
pub const FAREWELL: Duration = Duration::from_secs(5);

/// What became of the requests.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many were answered.
    pub answered: AtomicUsize,
    /// How many were cancelled, and got status 503 if their client was still there.
    pub cancelled: AtomicUsize,
}

/// How far the server is on its way to the end.
#[derive(Debug, Default)]
struct Stop {
    /// No new requests.
    has_begun: Event,
    /// No old ones either.
    time_is_over: Event,
}

/// Serves until the process is told to end, by Ctrl-C or by `kill`; see [`serve_until`].
///
/// # Errors
///
/// What the system says if it lets nobody listen for signals, or if no more connections can be accepted.
pub async fn serve_until_signal(
    listener: TcpListener,
    grace: Duration,
    second: Duration,
) -> io::Result<Arc<Tally>> {
    let mut signals = signals([Signal::Interrupt, Signal::Terminate])?;
    let stop = async {
        let _ = signals.recv().await;
    };
    Ok(serve_until(listener, stop, grace, second).await?)
}

/// Serves until `stop`, and then for at most `grace`; a request for `/3` takes three seconds.
///
/// It waits for at most [`FAREWELL`] more until the clients have what they were answered.
///
/// # Errors
///
/// [`GroupError::Failed`] if no more connections can be accepted.
pub async fn serve_until(
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    grace: Duration,
    second: Duration,
) -> Result<Arc<Tally>, GroupError<io::Error>> {
    anyrt::task_group(async |group: TaskGroup<io::Error>| {
        let (tally, end) = (Arc::new(Tally::default()), Arc::new(Stop::default()));
        let accept = async || -> io::Result<Infallible> {
            loop {
                let (stream, _) = listener.accept().await?;
                group.spawn(serve(stream, end.clone(), tally.clone(), second));
            }
        };
        if let Some(Err(error)) = anyrt::move_on_when(stop, accept()).await {
            return Err(error);
        }
        drop(listener); // Who comes now is refused; who is here is served by a child.
        end.has_begun.set();
        let ending = end.clone();
        group.background().spawn(async move {
            anyrt::sleep(grace).await;
            ending.time_is_over.set();
        });
        group.set_deadline(Some(anyrt::now() + grace + FAREWELL));
        Ok(tally)
    })
    .await
}

/// Serves one connection; when it is time to stop, up to the end of the request that is under way.
async fn serve(stream: TcpStream, end: Arc<Stop>, tally: Arc<Tally>, second: Duration) {
    let service = service_fn(async |request: Request<_>| {
        let mut under_way = UnderWay { tally: &tally, is_answered: false };
        let seconds = request.uri().path()[1..].parse().unwrap_or(0);
        let work = anyrt::sleep(second * seconds);
        let mut answer = Response::new(Full::<Bytes>::default());
        match anyrt::move_on_when(end.time_is_over.wait(), work).await {
            Some(()) => {
                under_way.is_answered = true;
                *answer.body_mut() = Full::from("done\n");
            }
            None => *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
        }
        Ok::<_, Infallible>(answer)
    });
    let connection = pin!(http1::Builder::new().serve_connection(HyperIo::new(stream), service));
    // A client that goes away is no fault of the server.
    let _ = match select(connection, end.has_begun.wait()).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((), mut connection)) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}

/// Counts one request, once: as answered, or else as cancelled.
struct UnderWay<'a> {
    tally: &'a Tally,
    is_answered: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Tally { answered, cancelled } = self.tally;
        let counter = if self.is_answered { answered } else { cancelled };
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use anyrt::TaskGroup;
    use anyrt::signal::Signal;
    use anyrt::sim::{Sim, SimBackend};
    use anyrt::sync::Event;
    use futures_util::AsyncWriteExt;
    use hyper::StatusCode;

    use super::{FAREWELL, serve_until, serve_until_signal};
    use crate::http::{self, FetchError};
    use crate::page_url::PageUrl;
    use crate::testing::{SECOND, assert_took, timed};

    const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    /// Stops a server that has two seconds of grace, half a second after these requests; gives how many were
    /// answered, and how many cancelled, of which their clients know.
    async fn stop_during(requests: &[u32]) -> (usize, usize) {
        let listener = anyrt::net::listen(ANYWHERE).await.unwrap();
        let address = listener.local_addr().unwrap();
        // A client that asks nothing does not keep the server from stopping.
        let _idle = anyrt::net::connect(address).await.unwrap();
        let url = |path: u32| -> PageUrl { format!("http://{address}/{path}").parse().unwrap() };
        let group = anyrt::task_group(async |group: TaskGroup| {
            let stop = Arc::new(Event::new());
            let told = stop.clone().wait_owned();
            let server = group.spawn(async move {
                let tally = serve_until(listener, told, SECOND * 2, SECOND).await.unwrap();
                let count =
                    |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::SeqCst);
                Ok((count(&tally.answered), count(&tally.cancelled)))
            });
            let clients = requests.iter().map(|path| {
                let url = url(*path);
                group.spawn(async move { Ok(http::get(&url).await) })
            });
            let clients = Vec::from_iter(clients);
            anyrt::sleep(SECOND / 2).await;
            stop.set();
            let mut seen = (0, 0);
            for client in clients {
                match client.value().await {
                    Ok(_) => seen.0 += 1,
                    Err(FetchError::Status(StatusCode::SERVICE_UNAVAILABLE)) => seen.1 += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            Ok((server.value().await, seen))
        });
        let (tally, seen) = group.await.unwrap();
        assert_eq!(tally, seen);
        let late = http::get(&url(0)).await;
        assert!(matches!(late, Err(FetchError::Connect(_))), "{late:?}");
        tally
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn without_requests_it_stops_at_once() {
        let (tally, took) = timed(stop_during(&[])).await;
        assert_eq!(tally, (0, 0));
        assert_took(took, SECOND / 2);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn what_runs_is_finished() {
        let (tally, took) = timed(stop_during(&[1, 1, 2])).await;
        assert_eq!(tally, (3, 0));
        assert_took(took, SECOND * 2);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn what_takes_too_long_is_cancelled() {
        let (tally, took) = timed(stop_during(&[1, 60, 60])).await;
        assert_eq!(tally, (1, 2));
        assert_took(took, SECOND * 5 / 2);
    }

    #[test]
    fn who_has_not_finished_asking_is_cut_in_the_end() {
        Sim::explore(0..10, || async {
            let listener = anyrt::net::listen(ANYWHERE).await.unwrap();
            let mut asking = anyrt::net::connect(listener.local_addr().unwrap()).await.unwrap();
            asking.write_all(b"GET /1 HTTP/1.1\r\nho").await.unwrap();
            let stop = anyrt::sleep(SECOND);
            let (tally, took) = timed(serve_until(listener, stop, SECOND, SECOND)).await;
            assert_eq!(tally.unwrap().cancelled.load(Ordering::SeqCst), 0, "it is no request yet");
            assert_eq!(took, SECOND * 2 + FAREWELL);
        });
    }

    #[test]
    fn a_signal_stops_it() {
        Sim::explore(0..10, || async {
            let listener = anyrt::net::listen(ANYWHERE).await.unwrap();
            let url = format!("http://{}/2", listener.local_addr().unwrap()).parse().unwrap();
            let serving = serve_until_signal(listener, SECOND * 2, SECOND);
            let asking = async move { http::get(&url).await };
            let raising = async {
                anyrt::sleep(SECOND).await;
                SimBackend::current().unwrap().raise(Signal::Terminate);
            };
            let (ended, took) = timed(anyrt::join((serving, asking, raising))).await;
            let (tally, answer, ()) = ended.unwrap();
            assert!(answer.is_ok(), "{answer:?}");
            assert_eq!(tally.unwrap().answered.load(Ordering::SeqCst), 1);
            assert_eq!(took, SECOND * 2);
        });
    }
}
