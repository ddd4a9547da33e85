//! W6: a crowd at the door.

use std::io;

use anyrt_core::net::TcpListener;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Net, TaskGroup, Toplevel};

use crate::laws::tools::wire::{close, local, read_to_end, write_all};
use crate::laws::tools::{Random, attempt, poll_some, seed};
use crate::support::{Group, turns};

const CLIENTS: usize = 200;

pub(super) fn w6<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(each_is_accepted_once(backend, seed()));
}

async fn each_is_accepted_once<B: Backend + Net>(backend: &B, seed: u64) {
    let listener = backend.listen(local()).await.expect("one may listen on the loopback address");
    let address = listener.local_addr().expect("a listener has an address");
    let result = backend
        .task_group(async |group: Group<B, io::Error>| {
            for number in 0..CLIENTS {
                let backend = backend.clone();
                group.spawn(async move {
                    let mut stream = backend.connect(address).await?;
                    write_all(&mut stream, &(number as u64).to_be_bytes()).await?;
                    close(&mut stream).await?;
                    read_to_end(&mut stream, usize::MAX).await
                });
            }
            let mut random = Random::new(seed);
            let mut seen = vec![0; CLIENTS];
            for _ in 0..CLIENTS {
                let mut stream = accept(backend, &listener, &mut random).await?;
                let bytes = read_to_end(&mut stream, usize::MAX).await?;
                let number = bytes.try_into().map(u64::from_be_bytes);
                seen[number.expect("a client sends eight bytes") as usize] += 1;
                write_all(&mut stream, b"seen").await?;
            }
            Ok(seen)
        })
        .await;
    let seen = result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_eq!(seen, vec![1; CLIENTS], "seed {seed}: how often each client was accepted");
    let nobody = attempt(listener.accept()).await;
    assert!(nobody.is_none(), "seed {seed}: one client more was accepted than came");
}

/// Accepts one after having gone a few times.
async fn accept<B: Backend + Net>(
    backend: &B,
    listener: &B::TcpListener,
    random: &mut Random,
) -> io::Result<<B::TcpListener as TcpListener>::Stream> {
    loop {
        let accepted = match random.below(4) {
            0 => Some(listener.accept().await),
            1 => attempt(listener.accept()).await,
            // Also where it would only have had to be polled again.
            2 => poll_some(&mut Box::pin(listener.accept()), random.below(3)).await,
            _ => {
                let scope = backend.cancel_scope();
                let handle = scope.handle();
                let mut waiting = Box::pin(scope.run(listener.accept()));
                match poll_some(&mut waiting, 1).await {
                    Some(accepted) => accepted.ok(),
                    None => {
                        turns(random.below(4)).await;
                        handle.cancel();
                        waiting.await.ok()
                    }
                }
            }
        };
        if let Some(accepted) = accepted {
            return accepted.map(|(stream, _)| stream);
        }
    }
}
