//! The server that stops gracefully, as a real process with a real signal, under load.
//!
//! What the server says became of its requests is what their clients saw. This is exact since the clients
//! here take what they get: TCP tells nobody whether the other end has read what was sent.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyrt_examples::patterns::graceful_shutdown::FAREWELL;

const ROUNDS: usize = 20;
const CLIENTS: usize = 200;

/// How long the server lets requests finish.
const GRACE: Duration = Duration::from_millis(50);

/// What a machine may be late.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kills the server if the test fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Answered,
    Cancelled,
    /// The connection ended, and the server had not read the request.
    Broken,
    /// There was no connection.
    Refused,
}

fn request(address: SocketAddr, path: usize) -> Outcome {
    let Ok(mut stream) = TcpStream::connect(address) else { return Outcome::Refused };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
    if stream.write_all(request.as_bytes()).is_err() {
        return Outcome::Broken;
    }
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_ne!(error.kind(), ErrorKind::WouldBlock, "neither answered nor cancelled");
    }
    if answer.is_empty() {
        return Outcome::Broken;
    }
    match (answer.starts_with(b"HTTP/1.1 200"), answer.starts_with(b"HTTP/1.1 503")) {
        (true, _) if answer.ends_with(b"\r\n\r\ndone\n") => Outcome::Answered,
        (_, true) if answer.ends_with(b"\r\n\r\n") => Outcome::Cancelled,
        _ => panic!("half an answer: {}", String::from_utf8_lossy(&answer)),
    }
}

/// Has many clients ask, and tells the server to end in the middle of it.
fn round(backend: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_graceful_shutdown"));
    let grace = format!("{}ms", GRACE.as_millis());
    command.args(["--backend", backend, "--grace", &grace, "--second", "10ms"]);
    let mut server = Server(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address: SocketAddr = first.strip_prefix("listening on ").unwrap().parse().unwrap();

    let answered = AtomicUsize::new(0);
    let (outcomes, told) = thread::scope(|scope| {
        // Some at once, some in time, some within the grace period, and some too long for that.
        let clients = (0..CLIENTS).map(|client| [0, 1, 4, 1000][client % 4]);
        let clients = Vec::from_iter(clients.map(|path| {
            let answered = &answered;
            scope.spawn(move || {
                let outcome = request(address, path);
                answered.fetch_add(usize::from(outcome == Outcome::Answered), Ordering::SeqCst);
                outcome
            })
        }));
        let start = Instant::now();
        while answered.load(Ordering::SeqCst) < CLIENTS / 10 {
            assert!(start.elapsed() < PATIENCE, "{answered:?} of {CLIENTS} are answered");
            thread::yield_now();
        }
        let pid = server.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let told = Instant::now();
        (Vec::from_iter(clients.into_iter().map(|client| client.join().unwrap())), told)
    });

    let last = lines.next().unwrap().unwrap();
    let status = server.0.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(told.elapsed() < GRACE + FAREWELL + PATIENCE, "{:?}", told.elapsed());
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let [seen, cancelled, broken, refused] =
        [Outcome::Answered, Outcome::Cancelled, Outcome::Broken, Outcome::Refused].map(count);
    // Of a request that was read the client sees either an answer or its cancellation.
    let rest = format!("{broken} were not read, {refused} not let in");
    assert_eq!(last, format!("answered {seen}, cancelled {cancelled}"), "{rest}");
    assert_eq!(seen + cancelled + broken + refused, CLIENTS, "{last}; {rest}");
}

#[test]
fn on_tokio_each_request_is_answered_or_cancelled_once() {
    (0..ROUNDS).for_each(|_| round("tokio"));
}

#[test]
fn on_smol_each_request_is_answered_or_cancelled_once() {
    (0..ROUNDS).for_each(|_| round("smol"));
}

#[test]
fn on_async_std_each_request_is_answered_or_cancelled_once() {
    (0..ROUNDS).for_each(|_| round("async-std"));
}
