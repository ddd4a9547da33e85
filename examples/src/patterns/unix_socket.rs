//! A server with a protocol of lines at a path of this machine, and its client.
//!
//! asyncio: `start_unix_server`, `open_unix_connection`. Trio: `open_unix_socket`. `AnyIO`:
//! `create_unix_listener`, `connect_unix`, and `BufferedByteStream` for the lines.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::Path;

use anyrt::io::BufferedReader;
use anyrt::net::{UnixListener, UnixStream, connect_unix, listen_unix};
use anyrt::{GroupError, TaskGroup};
use futures_util::AsyncWriteExt;

/// Nobody has a longer name: whoever sends more is cut off.
const LONGEST_NAME: usize = 64;

/// Has a server at this path greet each of the names.
///
/// # Errors
///
/// [`GroupError::Failed`] with what the system says: the path is taken, the folder is missing.
pub async fn unix_socket(
    path: &Path,
    names: &[&str],
) -> Result<Vec<String>, GroupError<io::Error>> {
    anyrt::task_group(async |group: TaskGroup<io::Error>| {
        let listener = listen_unix(path).await?;
        let _removed = Removed(path);
        group.background().spawn(accept(listener, group.clone()));

        let mut server = BufferedReader::new(connect_unix(path).await?);
        let mut greetings = Vec::new();
        for name in names {
            server.write_all(format!("{name}\n").as_bytes()).await?;
            greetings.extend(server.read_line(2 * LONGEST_NAME).await?);
        }
        Ok(greetings)
    })
    .await
}

async fn accept(listener: UnixListener, group: TaskGroup<io::Error>) -> io::Result<Infallible> {
    loop {
        let stream = listener.accept().await?;
        group.background().spawn(greet(stream));
    }
}

/// Greets whoever tells a name, until the client has no more, or breaks off.
async fn greet(stream: UnixStream) -> io::Result<()> {
    let mut client = BufferedReader::new(stream);
    // Whoever is cancelled in the middle of a line has lost none of it.
    while let Ok(Some(name)) = client.read_line(LONGEST_NAME).await {
        client.write_all(format!("hello, {name}\n").as_bytes()).await?;
    }
    Ok(())
}

/// A path that is removed in the end: the socket of a listener leaves it behind.
struct Removed<'a>(&'a Path);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        // In a simulation there is no file.
        let _ = fs::remove_file(self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::unix_socket;
    use crate::testing::in_time;

    #[anyrt::test(sim, seeds = 10)]
    async fn each_name_is_greeted() {
        let folder = std::env::temp_dir();
        let thread = std::thread::current().name().map(|name| name.replace(':', "-"));
        let file = format!("anyrt-greet-{}-{}", std::process::id(), thread.unwrap_or_default());
        let path = folder.join(file);
        let greetings = in_time(unix_socket(&path, &["Ada", "Zoë"])).await.unwrap();
        assert_eq!(greetings, ["hello, Ada", "hello, Zoë"]);
        assert!(!path.exists());
    }

    #[anyrt::test]
    async fn a_folder_that_is_missing_is_an_error() {
        let path = "/nowhere/at/all".as_ref();
        let failed = in_time(unix_socket(path, &[])).await.unwrap_err();
        assert_eq!(failed.failures()[0].kind(), ErrorKind::NotFound, "{failed}");
    }
}
