//! O4: files, through blocking calls.

use std::fs::{self, OpenOptions};
use std::future::{Future, poll_fn};
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use anyrt_core::fs::{File, Lines, Walk};
use anyrt_core::{Backend, Driver, Toplevel};
use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};

use crate::law::Law;
use crate::laws::tools::Source;
use crate::support::{Flag, poll_once, turns};

/// An open file on which law O4 can be checked.
pub trait AnyFile<D>: AsyncBufRead + AsyncWrite + AsyncSeek + Send + Unpin + 'static {
    /// Takes a file that std has opened.
    fn on(driver: D, file: fs::File) -> Self;
}

impl<D: Driver> AnyFile<D> for File<D> {
    fn on(driver: D, file: fs::File) -> Self {
        Self::on(driver, file)
    }
}

/// Gives law O4, checked on files that may have a fault.
pub fn file_law_of<F: AnyFile<D>, D: Driver + Toplevel>() -> Law<D> {
    Law::new(
        "O4",
        "A file operation that has begun is completed, also in a cancelled scope; one that foreign code \
         drops loses and doubles nothing; lines and walks that are cut go on where they were.",
        o4::<F, D>,
    )
}

fn o4<F: AnyFile<D>, D: Driver + Toplevel>(driver: &D) {
    let folder = Folder::new();
    driver.run(back_and_forth::<F, D>(driver, &folder.file("forth")));
    for round in 0..30 {
        driver.run(a_write_is_dropped::<F, D>(driver, &folder.file(&format!("write-{round}"))));
        driver.run(a_read_is_dropped::<F, D>(driver, &folder.file(&format!("read-{round}"))));
    }
    for source in Source::ALL {
        let path = folder.file(&format!("cancelled-{source:?}"));
        driver.run(a_scope_is_cancelled::<F, D>(driver, source, &path));
    }
    driver.run(all_lines(driver, &folder.file("lines")));
    driver.run(all_entries(driver, &folder.file("walk")));
    driver.run(what_is_not_there(driver, &folder.file("nothing")));
}

/// A folder of this check alone, which is removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("anyrt-o4-{process}-{number}"));
        fs::create_dir_all(&path).expect("there is a folder for temporary files");
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open<F: AnyFile<D>, D: Driver>(driver: &D, path: &Path) -> F {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).open(path);
    F::on(driver.clone(), file.expect("the folder can be written"))
}

fn read<'a, F: AsyncRead + Unpin>(
    file: &'a mut F,
    buf: &'a mut [u8],
) -> impl Future<Output = io::Result<usize>> + 'a {
    poll_fn(move |cx| Pin::new(&mut *file).poll_read(cx, buf))
}

fn write<'a, F: AsyncWrite + Unpin>(
    file: &'a mut F,
    bytes: &'a [u8],
) -> impl Future<Output = io::Result<usize>> + 'a {
    poll_fn(move |cx| Pin::new(&mut *file).poll_write(cx, bytes))
}

async fn write_all<F: AsyncWrite + Unpin>(file: &mut F, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let count = write(file, bytes).await.expect("the file can be written");
        bytes = &bytes[count..];
    }
}

async fn read_all<F: AsyncRead + Unpin>(file: &mut F) -> Vec<u8> {
    let (mut all, mut buf) = (Vec::new(), vec![0; 10_000]);
    loop {
        match read(file, &mut buf).await.expect("the file can be read") {
            0 => return all,
            count => all.extend_from_slice(&buf[..count]),
        }
    }
}

async fn seek<F: AsyncSeek + Unpin>(file: &mut F, to: SeekFrom) -> u64 {
    let position = poll_fn(|cx| Pin::new(&mut *file).poll_seek(cx, to)).await;
    position.expect("the file has this position")
}

async fn back_and_forth<F: AnyFile<D>, D: Driver>(driver: &D, path: &Path) {
    let mut file: F = open(driver, path);
    let long: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    write_all(&mut file, &long).await;
    assert!(fs::read(path).ok() == Some(long.clone()), "what was written is not in the file");
    assert_eq!(seek(&mut file, SeekFrom::Start(0)).await, 0, "the start of a file");
    assert!(read_all(&mut file).await == long, "what was read is not what was written");

    seek(&mut file, SeekFrom::Start(0)).await;
    let mut four = [0; 4];
    assert_eq!(read(&mut file, &mut four).await.ok(), Some(4), "a short read");
    write_all(&mut file, b"abcd").await;
    assert_eq!(seek(&mut file, SeekFrom::Current(0)).await, 8, "where a file stands");
    assert_eq!(read(&mut file, &mut four).await.ok(), Some(4), "a short read");
    assert_eq!(four, 2_u32.to_le_bytes(), "what comes after a write between two reads");
    assert_eq!(seek(&mut file, SeekFrom::Current(-8)).await, 4, "back from where was read");
    let now = fs::read(path).unwrap_or_default();
    assert_eq!(&now[..12], b"\0\0\0\0abcd\x02\0\0\0", "a write after a short read went elsewhere");
    poll_fn(|cx| Pin::new(&mut file).poll_close(cx)).await.expect("there is nothing to do");
}

async fn a_write_is_dropped<F: AnyFile<D>, D: Driver>(driver: &D, path: &Path) {
    let mut file: F = open(driver, path);
    let mut first = Box::pin(write(&mut file, b"first "));
    // It has begun, or is even done, unless it waits for a token that other calls have.
    let _ = poll_once(first.as_mut()).await;
    drop(first);
    write_all(&mut file, b"second").await;
    let content = fs::read(path).unwrap_or_default();
    let content = String::from_utf8_lossy(&content);
    let is_whole = content == "first second" || content == "second";
    assert!(is_whole, "after a write that was dropped: {content:?}");
}

async fn a_read_is_dropped<F: AnyFile<D>, D: Driver>(driver: &D, path: &Path) {
    fs::write(path, "first second").expect("the folder can be written");
    let mut file: F = open(driver, path);
    let mut buf = [0; 6];
    let mut first = Box::pin(read(&mut file, &mut buf));
    let is_taken = poll_once(first.as_mut()).await.is_ready();
    drop(first);
    turns(1).await;
    let rest = read_all(&mut file).await;
    let expected = if is_taken { "second" } else { "first second" };
    assert_eq!(String::from_utf8_lossy(&rest), expected, "after a read that was dropped");
}

async fn a_scope_is_cancelled<F: AnyFile<D>, D: Driver>(driver: &D, source: Source, path: &Path) {
    let mut file: F = open(driver, path);
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let written = Flag::new();
    let ended = scope
        .run(async {
            let mut begun = Box::pin(write(&mut file, b"begun"));
            let early = poll_once(begun.as_mut()).await;
            source.cancel(driver, &handle).await;
            // It is cut here if it waits for a token that other calls have.
            let count = match early {
                Poll::Ready(count) => count,
                Poll::Pending => begun.as_mut().await,
            };
            assert_eq!(count.ok(), Some(5), "a write that had begun in time");
            drop(begun);
            written.raise();
            write_all(&mut file, b"late").await;
        })
        .await;
    assert!(ended.is_err(), "a write began in a cancelled scope");
    let first = if written.is_up() { "begun" } else { "" };
    let content = fs::read(path).unwrap_or_default();
    assert_eq!(String::from_utf8_lossy(&content), first, "cancelled from {source:?}");
    write_all(&mut file, b", later").await;
    let content = fs::read(path).unwrap_or_default();
    let expected = format!("{first}, later");
    assert_eq!(String::from_utf8_lossy(&content), expected, "after a write that was cut");
}

async fn all_lines<D: Driver>(driver: &D, path: &Path) {
    fs::write(path, b"one\r\n\ntwo\xff\nthree").expect("the folder can be written");
    let mut lines = Lines::new(open::<File<D>, D>(driver, path));
    let mut seen = Vec::new();
    loop {
        // A wait that is dropped takes no line.
        let mut next = Box::pin(lines.next());
        let early = poll_once(next.as_mut()).await;
        drop(next);
        let line = match early {
            Poll::Ready(line) => line,
            Poll::Pending => lines.next().await,
        };
        match line {
            Some(line) => seen.push(line.map_err(|error| error.kind())),
            None => break,
        }
    }
    let text = |line: &str| Ok(line.to_owned());
    let expected = [text("one"), text(""), Err(io::ErrorKind::InvalidData), text("three")];
    assert_eq!(seen, expected, "the lines of a file");
}

async fn all_entries<D: Driver>(driver: &D, folder: &Path) {
    const FILES: usize = 150;
    let deep = folder.join("deep/deeper");
    fs::create_dir_all(&deep).expect("the folder can be written");
    for number in 0..FILES {
        fs::write(folder.join(format!("{number}")), "").expect("the folder can be written");
    }
    fs::write(deep.join("deepest"), "").expect("the folder can be written");

    let mut walk = Walk::on(driver.clone(), folder);
    let mut seen = Vec::new();
    loop {
        let mut next = Box::pin(walk.next());
        let early = poll_once(next.as_mut()).await;
        drop(next);
        let entry = match early {
            Poll::Ready(entry) => entry,
            Poll::Pending => walk.next().await,
        };
        match entry {
            Some(entry) => seen.push(entry.expect("all of it can be looked at")),
            None => break,
        }
    }
    let at = |path: &Path| seen.iter().position(|entry| entry.path == path);
    assert!(at(&folder.join("deep")) < at(&deep), "a folder came after what is in it");
    assert!(at(&deep) < at(&deep.join("deepest")), "a folder came after what is in it");
    let deepest = seen.iter().map(|entry| entry.depth).max();
    assert_eq!((seen.len(), deepest), (FILES + 3, Some(3)), "what a walk has seen, and how deep");

    let mut here = Walk::with_max_depth_on(driver.clone(), folder, 1);
    let mut count = 0;
    while let Some(entry) = here.next().await {
        count += usize::from(entry.is_ok());
    }
    assert_eq!(count, FILES + 1, "what is in a folder");
}

async fn what_is_not_there<D: Driver>(driver: &D, path: &Path) {
    let mut walk = Walk::on(driver.clone(), path);
    let first = walk.next().await.map(|entry| entry.map_err(io::Error::from).map_err(|e| e.kind()));
    assert_eq!(
        first,
        Some(Err(io::ErrorKind::NotFound)),
        "a walk through a folder that is not there"
    );
    assert!(walk.next().await.is_none(), "a walk goes on after its end");
}
