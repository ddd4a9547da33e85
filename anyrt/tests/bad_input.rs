//! What a network does to whoever trusts it: typed errors, no panic, and no hang beyond the deadline.
//!
//! Each runs on every backend. Where a peer hangs, the deadline is short and the test waits for it; where
//! nobody hangs it is long, and reaching it is a failure.

use std::error::Error;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyrt::error::{AddressError, ConnectError, ReadError};
use anyrt::io::BufferedReader;
use anyrt::net::{TcpStream, connect, connect_any, connect_host, listen};
use anyrt::{TimedOut, fail_after};
use futures_util::future::join;
use futures_util::{AsyncReadExt, AsyncWriteExt};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// For what hangs.
const SHORT: Duration = Duration::from_millis(20);

/// For what does not.
const LONG: Duration = Duration::from_secs(30);

async fn in_time<F: Future>(future: F) -> F::Output {
    fail_after(LONG, future).await.expect("it hangs")
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = listen(ANYWHERE).await.unwrap();
    let here = connect(listener.local_addr().unwrap()).await.unwrap();
    (here, listener.accept().await.unwrap().0)
}

/// Where nobody listens any more.
async fn closed_port() -> SocketAddr {
    listen(ANYWHERE).await.unwrap().local_addr().unwrap()
}

/// Breaks a connection whose other end has sent something that nobody has read.
fn kill(server: TcpStream) {
    drop(server);
}

fn is_broken(error: &io::Error) -> bool {
    let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::ConnectionAborted];
    kinds.contains(&error.kind())
}

#[anyrt::test(sim, seeds = 5)]
async fn a_closed_port_is_refused_and_the_error_says_which() {
    let address = closed_port().await;
    let refused = in_time(connect(address)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let inside = refused.get_ref().and_then(|inside| inside.downcast_ref::<AddressError>());
    assert_eq!(inside.unwrap().address(), address.to_string());
    assert!(inside.unwrap().source().is_some());
    let text = refused.to_string();
    let start = format!("could not connect to {address}: ");
    assert!(text.starts_with(&start) && text.ends_with("whether the address is right"), "{text}");

    // Of several attempts each has its address once.
    let refused = in_time(connect_any(&[address])).await.unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, ConnectError::Failed { .. }), "{text}");
    assert_eq!(text.matches(&address.to_string()).count(), 1, "{text}");
}

#[anyrt::test(sim, seeds = 5)]
async fn an_address_that_is_taken_says_which_and_what_to_do() {
    let listener = listen(ANYWHERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = in_time(listen(address)).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    let text = taken.to_string();
    let start = format!("could not listen on {address}: ");
    assert!(text.starts_with(&start) && text.contains("port 0 for a free port"), "{text}");

    let socket = anyrt::net::bind_udp(ANYWHERE).await.unwrap();
    let taken = in_time(anyrt::net::bind_udp(socket.local_addr().unwrap())).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    assert!(taken.to_string().starts_with("could not make a UDP socket at 127.0.0.1:"), "{taken}");
}

#[cfg(unix)]
#[anyrt::test(sim, seeds = 5)]
async fn a_path_that_is_missing_says_which_and_what_to_do() {
    let missing = in_time(anyrt::net::connect_unix("/nowhere/at all")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let text = missing.to_string();
    let start = "could not connect to `/nowhere/at all`: ";
    assert!(text.starts_with(start) && text.contains("whether the server has begun"), "{text}");
}

#[anyrt::test(sim, seeds = 5)]
async fn wrong_names_are_errors_that_say_the_name() {
    for name in ["", "a name with spaces", "zero\0inside", &"long".repeat(1000)] {
        let wrong = in_time(connect_host(name, 80)).await.unwrap_err();
        assert!(matches!(wrong, ConnectError::Lookup { .. }), "{name:?}: {wrong:?}");
        assert!(wrong.to_string().contains(name) && wrong.source().is_some(), "{wrong}");
    }
}

/// Its listener's queue is full, and nobody accepts.
#[cfg(target_os = "linux")]
#[anyrt::test]
async fn a_connect_that_nobody_answers_ends_with_its_deadline() {
    let listener = std::net::TcpListener::bind(ANYWHERE).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    // At most as many as any system queues.
    for _ in 0..20_000 {
        match fail_after(5 * SHORT, connect(address)).await {
            Ok(stream) => queued.push(stream.unwrap()),
            Err(TimedOut { .. }) => return,
        }
    }
    panic!("{} connections were made that nobody accepted", queued.len());
}

#[anyrt::test(sim, seeds = 5)]
async fn a_read_from_a_peer_that_hangs_ends_with_its_deadline_and_loses_nothing() {
    let (mut here, mut there) = pair().await;
    let mut buf = [0; 8];
    fail_after(SHORT, here.read(&mut buf)).await.unwrap_err();
    there.write_all(b"late").await.unwrap();
    in_time(here.read_exact(&mut buf[..4])).await.unwrap();
    assert_eq!(&buf[..4], b"late");
}

#[anyrt::test(sim, seeds = 5)]
async fn a_write_to_a_peer_that_never_reads_ends_with_its_deadline() {
    let (mut here, there) = pair().await;
    let bytes = vec![7; 1 << 20];
    let endless = async {
        loop {
            here.write_all(&bytes).await?;
        }
    };
    let ended: Result<io::Result<()>, TimedOut> = fail_after(5 * SHORT, endless).await;
    assert!(ended.is_err(), "{ended:?}");
    drop(there);
}

#[anyrt::test(sim, seeds = 5)]
async fn a_line_that_is_never_ended_hangs_no_longer_than_its_deadline() {
    let (here, mut there) = pair().await;
    let mut here = BufferedReader::new(here);
    there.write_all("halb fertig: gr\u{fc}".as_bytes()).await.unwrap();
    fail_after(SHORT, here.read_line(100)).await.unwrap_err();
    there.write_all(b"n\nnext\n").await.unwrap();
    assert_eq!(in_time(here.read_line(100)).await.unwrap().unwrap(), "halb fertig: grün");
    assert_eq!(in_time(here.read_line(100)).await.unwrap().unwrap(), "next");
}

#[anyrt::test(sim, seeds = 5)]
async fn half_a_line_before_the_end_is_an_error_that_keeps_it() {
    let (here, mut there) = pair().await;
    let mut here = BufferedReader::new(here);
    there.write_all(b"whole\r\nha").await.unwrap();
    there.close().await.unwrap();
    assert_eq!(in_time(here.read_line(100)).await.unwrap().unwrap(), "whole");
    let half = in_time(here.read_line(100)).await.unwrap_err();
    assert!(matches!(half, ReadError::IncompleteRead { available: 2 }), "{half:?}");
    assert!(half.to_string().contains("2 bytes came"), "{half}");
    assert_eq!(here.buffer(), b"ha");
}

#[anyrt::test(sim, seeds = 5)]
async fn a_huge_length_is_refused_as_soon_as_it_is_announced() {
    let (here, mut there) = pair().await;
    let mut here = BufferedReader::new(here);
    there.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
    let huge = in_time(here.read_frame(1000)).await.unwrap_err();
    assert!(matches!(huge, ReadError::Limit { limit: 1000 }), "{huge:?}");
    assert!(huge.to_string().contains("limit of 1000 bytes"), "{huge}");
}

#[anyrt::test(sim, seeds = 5)]
async fn a_line_without_end_is_refused_at_its_limit() {
    let (here, mut there) = pair().await;
    let mut here = BufferedReader::new(here);
    let flood = async {
        let bytes = [b'x'; 10_000];
        while there.write_all(&bytes).await.is_ok() {}
    };
    let refused = async {
        let refused = here.read_line(100_000).await.unwrap_err();
        drop(here);
        refused
    };
    let ((), refused) = in_time(join(flood, refused)).await;
    assert!(matches!(refused, ReadError::Limit { limit: 100_000 }), "{refused:?}");
}

#[anyrt::test(sim, seeds = 5)]
async fn a_server_that_is_killed_breaks_whoever_reads() {
    let (mut here, mut there) = pair().await;
    here.write_all(b"nobody reads this").await.unwrap();
    there.write_all(b"half an ans").await.unwrap();
    let mut here = BufferedReader::new(here);
    // It is there before the other end is killed, and is kept.
    assert_eq!(in_time(here.read_exact(4)).await.unwrap().unwrap(), b"half");
    kill(there);
    let broken = in_time(here.read_line(100)).await.unwrap_err();
    assert!(matches!(&broken, ReadError::Io(error) if is_broken(error)), "{broken:?}");
    assert_eq!(here.buffer(), b" an ans");
}

#[anyrt::test(sim, seeds = 5)]
async fn a_server_that_is_killed_breaks_whoever_writes() {
    let (mut here, there) = pair().await;
    here.write_all(b"nobody reads this").await.unwrap();
    kill(there);
    let bytes = vec![7; 1 << 20];
    let endless = async {
        loop {
            if let Err(error) = here.write_all(&bytes).await {
                return error;
            }
        }
    };
    let broken = in_time(endless).await;
    assert!(is_broken(&broken), "{broken:?}");
}

#[anyrt::test(sim, seeds = 5)]
async fn a_server_that_is_killed_while_one_waits_wakes_the_waiter() {
    let (mut here, mut there) = pair().await;
    here.write_all(b"ab").await.unwrap();
    let mut byte = [0];
    there.read_exact(&mut byte).await.unwrap();
    let mut buf = [0; 8];
    let killing = async {
        anyrt::yield_now().await;
        kill(there);
    };
    let (read, ()) = in_time(join(here.read(&mut buf), killing)).await;
    assert!(read.as_ref().is_err_and(is_broken), "{read:?}");
}
