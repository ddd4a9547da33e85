//! Libraries that ask for tokio's I/O traits, on every backend, with no runtime of tokio around.

use std::io::{self, ErrorKind};
use std::time::Duration;

use anyrt::AnyBackend;
use anyrt::net::compat::FuturesAsyncReadCompatExt;
use futures_util::AsyncReadExt as _;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};

type Group = anyrt::TaskGroup<io::Error>;

fn each_backend(test: impl AsyncFn() -> io::Result<()>) {
    let real = ["tokio", "smol", "async-std"].map(|name| name.parse().unwrap());
    let sim = AnyBackend::from(anyrt::sim::Sim::new(7).backend());
    for backend in real.into_iter().chain([sim]) {
        let in_time = anyrt::fail_after(Duration::from_secs(30), test());
        let ended = anyrt::run_on(&backend, in_time);
        ended.expect("it hangs").unwrap_or_else(|error| panic!("{}: {error}", backend.name()));
    }
}

/// A proxy made of tokio's own function, between two connections of anyrt.
async fn through_a_proxy() -> io::Result<()> {
    let here = ([127, 0, 0, 1], 0).into();
    let (server, proxy) = (anyrt::net::listen(here).await?, anyrt::net::listen(here).await?);
    let (behind, before) = (server.local_addr()?, proxy.local_addr()?);
    let served = anyrt::task_group(async |group: Group| {
        group.spawn(async move {
            let mut inner = proxy.accept().await?.0.compat();
            let mut outer = anyrt::net::connect(behind).await?.compat();
            assert_eq!(copy_bidirectional(&mut inner, &mut outer).await?, (300_000, 5));
            Ok(())
        });
        group.spawn(async move {
            let (mut stream, _) = server.accept().await?;
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await?;
            assert_eq!(all.len(), 300_000);
            let mut stream = stream.compat();
            stream.write_all(b"taken").await?;
            stream.shutdown().await
        });
        let mut client = anyrt::net::connect(before).await?.compat();
        client.write_all(&vec![7; 300_000]).await?;
        client.shutdown().await?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await?;
        assert_eq!(answer, "taken");
        Ok(())
    });
    served.await.map_err(io::Error::other)
}

#[test]
fn tokios_functions_work_on_every_backend() {
    each_backend(through_a_proxy);
}

/// Half a line, and then the end.
async fn half_a_line() -> io::Result<()> {
    let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
    let mut here = anyrt::net::connect(listener.local_addr()?).await?.compat();
    let mut there = BufReader::new(listener.accept().await?.0.compat());
    here.write_all(b"whole\nhalf").await?;
    let mut line = String::new();
    there.read_line(&mut line).await?;
    assert_eq!(line, "whole\n");

    // The rest does not come, and a limit of time ends the wait.
    let mut exact = [0; 8];
    let cut = anyrt::fail_after(Duration::from_millis(20), there.read_exact(&mut exact)).await;
    assert!(cut.is_err(), "{cut:?}");
    here.shutdown().await?;
    let short = there.read_exact(&mut exact).await;
    assert_eq!(short.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    Ok(())
}

#[test]
fn half_a_line_is_an_error_and_no_hang() {
    each_backend(half_a_line);
}
