//! W10: Unix sockets, of which the same holds as of TCP.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use anyrt_core::net::UnixListener;
use anyrt_core::{Backend, Net, Toplevel};

use super::{ends, reading};
use crate::laws::tools::{both, seed};
use crate::support::{OnDrop, on_drop};

pub(super) fn w10<B: Backend + Toplevel + Net>(backend: &B) {
    backend.run(async {
        let (here, there) = pair(backend).await;
        reading::cut_at_random(backend, here, there, seed()).await;
        let (here, there) = pair(backend).await;
        ends::ends_after_all(here, there).await;
        let (here, there) = pair(backend).await;
        ends::is_read_after_its_end(here, there).await;
        paths(backend).await;
    });
}

/// A path that nobody else has, and its end.
pub(super) fn path() -> (PathBuf, OnDrop<impl FnOnce() + Send + 'static + use<>>) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = env::temp_dir().join(format!("anyrt-w10-{}-{number}", process::id()));
    let removed = path.clone();
    let guard = on_drop(move || {
        // In a simulation there is no file.
        let _ = fs::remove_file(removed);
    });
    (path, guard)
}

async fn pair<B: Backend + Net>(backend: &B) -> (B::UnixStream, B::UnixStream) {
    let (path, _removed) = path();
    let listener = listen(backend, &path).await;
    let (here, there) = both(backend.connect_unix(&path), listener.accept()).await;
    (here.expect("somebody listens"), there.expect("somebody connects"))
}

async fn listen<B: Net>(backend: &B, path: &Path) -> B::UnixListener {
    backend.listen_unix(path).await.expect("one may listen in the folder of temporary files")
}

async fn paths<B: Backend + Net>(backend: &B) {
    let (path, _removed) = path();
    let missing = backend.connect_unix(&path).await.map(drop).map_err(|error| error.kind());
    assert_eq!(missing, Err(ErrorKind::NotFound), "connecting to a path that does not exist");
    let listener = listen(backend, &path).await;
    let taken = backend.listen_unix(&path).await.map(drop).map_err(|error| error.kind());
    assert_eq!(taken, Err(ErrorKind::AddrInUse), "listening on a path that somebody has");
    drop(listener);
    let refused = backend.connect_unix(&path).await.map(drop).map_err(|error| error.kind());
    assert_eq!(refused, Err(ErrorKind::ConnectionRefused), "connecting where nobody listens");
}
