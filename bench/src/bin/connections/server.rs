//! The server: with anyrt, or by hand.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyrt::{AnyBackend, TaskGroup};

use crate::args::{Backend, Serve, Way};
use crate::echo::{Echoed, echo};
use crate::{by_hand, files, tell};

/// Serves so many connections, and ends with the last of them.
pub(crate) fn run(part: &Serve) -> io::Result<Arc<Echoed>> {
    files::allow(part.connections)?;
    let echoed = Arc::new(Echoed::default());
    match (part.way, part.on) {
        (Way::Anyrt, backend) => {
            let backend: AnyBackend = backend.name().parse().map_err(io::Error::other)?;
            anyrt::run_on(&backend, with_anyrt(part.connections, echoed.clone()))?;
        }
        (Way::ByHand, Backend::Tokio) => by_hand::tokio(part.connections, &echoed)?,
        (Way::ByHand, Backend::Smol) => by_hand::smol(part.connections, &echoed)?,
        (Way::ByHand, Backend::AsyncStd) => by_hand::async_std(part.connections, &echoed)?,
    }
    Ok(echoed)
}

pub(crate) fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

async fn with_anyrt(connections: usize, echoed: Arc<Echoed>) -> io::Result<()> {
    let listener = anyrt::net::listen(anywhere()).await?;
    tell(&listener.local_addr()?.to_string())?;
    let served = anyrt::task_group(async |group: TaskGroup<io::Error>| {
        for _ in 0..connections {
            let (stream, _) = listener.accept().await?;
            let echoed = echoed.clone();
            group.spawn(async move { echo(stream, &echoed).await });
        }
        Ok(())
    });
    served.await.map_err(io::Error::other)
}
