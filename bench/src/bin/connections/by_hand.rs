//! The servers without anyrt: a task for each connection, whose handles they keep and await.

use std::future::Future;
use std::io;
use std::sync::Arc;

use crate::echo::{Echoed, LENGTH, echo};
use crate::server::anywhere;
use crate::tell;

pub(crate) fn tokio(connections: usize, echoed: &Arc<Echoed>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(anywhere()).await?;
        tell(&listener.local_addr()?.to_string())?;
        let accept = async || Ok(listener.accept().await?.0);
        serve(connections, accept, |stream| tokio::spawn(tokio_echo(stream, echoed.clone()))).await
    })
}

pub(crate) fn smol(connections: usize, echoed: &Arc<Echoed>) -> io::Result<()> {
    smol::block_on(async {
        let listener = smol::net::TcpListener::bind(anywhere()).await?;
        tell(&listener.local_addr()?.to_string())?;
        let accept = async || Ok(listener.accept().await?.0);
        let spawn = |stream| {
            let echoed = echoed.clone();
            smol::spawn(async move { echo(stream, &echoed).await })
        };
        serve(connections, accept, spawn).await
    })
}

pub(crate) fn async_std(connections: usize, echoed: &Arc<Echoed>) -> io::Result<()> {
    async_std::task::block_on(async {
        let listener = async_std::net::TcpListener::bind(anywhere()).await?;
        tell(&listener.local_addr()?.to_string())?;
        let accept = async || Ok(listener.accept().await?.0);
        let spawn = |stream| {
            let echoed = echoed.clone();
            async_std::task::spawn(async move { echo(stream, &echoed).await })
        };
        serve(connections, accept, spawn).await
    })
}

async fn serve<S, Task: Future>(
    connections: usize,
    accept: impl AsyncFn() -> io::Result<S>,
    spawn: impl Fn(S) -> Task,
) -> io::Result<()> {
    let mut tasks = Vec::with_capacity(connections);
    for _ in 0..connections {
        tasks.push(spawn(accept().await?));
    }
    for task in tasks {
        task.await;
    }
    Ok(())
}

/// [`echo`], by tokio's traits.
async fn tokio_echo(mut stream: tokio::net::TcpStream, echoed: Arc<Echoed>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let mut message = [0; LENGTH];
    let ended = async {
        loop {
            match stream.read(&mut message).await? {
                0 => return Ok(()),
                count => stream.write_all(&message[..count]).await?,
            }
            echoed.one();
        }
    };
    echoed.note(&ended.await);
}
