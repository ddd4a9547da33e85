//! W2 and W3: how a stream ends, and how a connection breaks.

use std::io::{self, ErrorKind};

use anyrt_core::net::{ByteStream, TcpStream};
use anyrt_core::{Backend, Net, Toplevel};

use crate::laws::tools::wire::{close, pair, read, read_to_end, text, write, write_all};
use crate::laws::tools::{both, in_time, step};

const LENGTH: usize = 300_000;

pub(super) fn w2<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(async {
        let (here, there) = pair(backend).await;
        ends_after_all(here, there).await;
    });
    backend.run(breaks_under_a_reader(backend));
    backend.run(breaks_under_a_writer(backend));
}

pub(super) fn w3<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(async {
        let (here, there) = pair(backend).await;
        is_read_after_its_end(here, there).await;
    });
    backend.run(is_not_written_after_its_end(backend));
}

pub(super) async fn ends_after_all<S: ByteStream>(mut here: S, mut there: S) {
    let sent = text(LENGTH);
    let writer = async {
        write_all(&mut there, &sent).await.expect("somebody reads");
        drop(there);
    };
    let ((), received) = both(writer, read_to_end(&mut here, usize::MAX)).await;
    let received = received.expect("the other end closed, and nothing broke");
    assert!(received == sent, "of {LENGTH} bytes {} came before the end", received.len());
    for _ in 0..3 {
        let again = read(&mut here, &mut [0; 8]).await;
        assert!(matches!(again, Ok(0)), "after the end a read gave {again:?}");
    }
}

/// Breaks the connection of the other end: a system says so if bytes are left that nobody has read.
async fn leave_unread<S: TcpStream>(mut there: S) {
    let mut buf = [0; 1];
    let count = read(&mut there, &mut buf).await;
    assert!(matches!(count, Ok(1)), "of two bytes a read of one gave {count:?}");
    drop(there);
}

fn is_broken<T>(result: &io::Result<T>) -> bool {
    let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::ConnectionAborted];
    result.as_ref().is_err_and(|error| kinds.contains(&error.kind()))
}

async fn breaks_under_a_reader<B: Backend + Net>(backend: &B) {
    let (mut here, there) = pair(backend).await;
    write_all(&mut here, b"ab").await.expect("somebody reads");
    let mut buf = [0; 8];
    let mut waiting = Box::pin(read(&mut here, &mut buf));
    assert!(step(&mut waiting).await.is_pending(), "a read gave what nobody wrote");
    leave_unread(there).await;
    let broken = in_time("a read of a broken connection", &mut waiting).await;
    assert!(is_broken(&broken), "a read of a broken connection gave {broken:?}");
}

async fn breaks_under_a_writer<B: Backend + Net>(backend: &B) {
    let (mut here, there) = pair(backend).await;
    let bytes = text(LENGTH);
    let mut writing = Box::pin(async {
        loop {
            let written = write(&mut here, &bytes).await;
            if written.is_err() {
                break written;
            }
        }
    });
    assert!(step(&mut writing).await.is_pending(), "all was written, and nobody read");
    leave_unread(there).await;
    let broken = in_time("a write to a broken connection", &mut writing).await;
    assert!(is_broken(&broken), "a write to a broken connection gave {broken:?}");
}

pub(super) async fn is_read_after_its_end<S: ByteStream>(mut here: S, mut there: S) {
    let sent = text(LENGTH);
    let server = async {
        let asked = read_to_end(&mut there, usize::MAX).await.expect("the other end closed");
        assert_eq!(asked, b"all of it", "before the end this came");
        write_all(&mut there, &sent).await.expect("the other end still reads");
        drop(there);
    };
    let client = async {
        write_all(&mut here, b"all of it").await.expect("somebody reads");
        close(&mut here).await.expect("somebody reads");
        read_to_end(&mut here, usize::MAX).await
    };
    let ((), received) = both(server, client).await;
    let received = received.expect("the other end closed, and nothing broke");
    assert!(received == sent, "after closing {} of {LENGTH} bytes were read", received.len());
}

async fn is_not_written_after_its_end<B: Backend + Net>(backend: &B) {
    let (mut here, mut there) = pair(backend).await;
    close(&mut here).await.expect("somebody reads");
    let late = write(&mut here, b"late").await;
    assert!(is_broken(&late), "after closing a write gave {late:?}");
    let end = read(&mut there, &mut [0; 8]).await;
    assert!(matches!(end, Ok(0)), "where the other end had closed a read gave {end:?}");
}
