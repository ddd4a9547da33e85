//! Files and folders, on whichever backend runs.
//!
//! Each operation is a [blocking call](crate::blocking::run): one that has begun is waited for, also by a
//! cancelled scope, so that none is half done when the scope is over (laws T1, O4). What is not here is
//! one, too: `blocking::run(|| std::fs::set_permissions(..))`.
//!
//! # Examples
//!
//! ```
//! use anyrt::fs;
//!
//! # fn main() -> std::io::Result<()> {
//! anyrt::run(async {
//!     let folder = std::env::temp_dir().join(format!("anyrt-fs-{}", std::process::id()));
//!     fs::create_dir_all(folder.join("deep")).await?;
//!     fs::write(folder.join("deep/notes.txt"), "one\ntwo\n").await?;
//!
//!     let mut lines = fs::lines(folder.join("deep/notes.txt")).await?;
//!     assert_eq!(lines.next().await.unwrap()?, "one");
//!
//!     let mut walk = fs::walk(&folder);
//!     let mut names = Vec::new();
//!     while let Some(entry) = walk.next().await {
//!         names.push(entry?.path.strip_prefix(&folder).unwrap().to_owned());
//!     }
//!     assert_eq!(names, ["deep", "deep/notes.txt"].map(std::path::PathBuf::from));
//!     fs::remove_dir_all(folder).await
//! })
//! # }
//! ```

mod paths;

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use crate::backend::AnyBackend;
use crate::blocking;

#[doc(inline)]
pub use anyrt_core::fs::{Entry, WalkError};
pub use paths::{
    copy, create_dir_all, metadata, read, read_to_string, remove_dir_all, remove_file, rename,
    try_exists, write,
};

/// An open file, with the traits of futures-io.
///
/// Made by [`open`], [`create`] and [`open_with`].
pub type File = anyrt_core::fs::File<AnyBackend>;

/// The lines of a file, one after the other, without their ends.
///
/// Made by [`lines`].
pub type Lines = anyrt_core::fs::Lines<AnyBackend>;

/// The entries of a folder, and of all folders below it.
///
/// Made by [`walk`] and [`read_dir`].
pub type Walk = anyrt_core::fs::Walk<AnyBackend>;

/// Opens a file to read it.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Errors
///
/// Whatever the system says: no such file, no permission, too many open files.
///
/// # Cancel safety
///
/// **Safe.** A file that was opened for nobody is closed.
///
/// # Examples
///
/// ```
/// use futures_util::AsyncReadExt;
///
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let mut text = String::new();
///     anyrt::fs::open("Cargo.toml").await?.read_to_string(&mut text).await?;
///     assert!(text.starts_with("[package]"));
///     Ok(())
/// })
/// # }
/// ```
pub async fn open(path: impl AsRef<Path>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    open_with(options, path).await
}

/// Opens a file to write it, which is made or emptied.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Errors
///
/// Whatever the system says: no such folder, no permission, too many open files.
///
/// # Cancel safety
///
/// **Safe** but for the file, which may be made or emptied for nobody.
///
/// # Examples
///
/// ```
/// use futures_util::AsyncWriteExt;
///
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-create-{}", std::process::id()));
///     anyrt::fs::create(&path).await?.write_all(b"hello").await?;
///     assert_eq!(anyrt::fs::read(&path).await?, b"hello");
///     anyrt::fs::remove_file(path).await
/// })
/// # }
/// ```
pub async fn create(path: impl AsRef<Path>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    open_with(options, path).await
}

/// Opens a file as the options say.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Errors
///
/// Whatever the system says: no such file, no permission, too many open files.
///
/// # Cancel safety
///
/// **Safe** but for the file, which may be made or emptied for nobody.
///
/// # Examples
///
/// ```
/// use std::fs::OpenOptions;
///
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let mut options = OpenOptions::new();
///     options.read(true);
///     let mut file = anyrt::fs::open_with(options, "Cargo.toml").await?;
///     let length = file.with(|file| file.metadata().map(|metadata| metadata.len())).await??;
///     assert!(length > 0);
///     Ok(())
/// })
/// # }
/// ```
pub async fn open_with(options: OpenOptions, path: impl AsRef<Path>) -> io::Result<File> {
    let path = path.as_ref().to_owned();
    blocking::run(move || options.open(path)).await.map(File::ambient)
}

/// Opens a file to read its lines.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Errors
///
/// Whatever the system says: no such file, no permission, too many open files.
///
/// # Cancel safety
///
/// **Safe.** A file that was opened for nobody is closed.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let mut lines = anyrt::fs::lines("Cargo.toml").await?;
///     assert_eq!(lines.next().await.unwrap()?, "[package]");
///     Ok(())
/// })
/// # }
/// ```
pub async fn lines(path: impl AsRef<Path>) -> io::Result<Lines> {
    open(path).await.map(Lines::new)
}

/// Gives what is in a folder, in the system's order.
///
/// A folder that is not there is an error of the first [`next`](Walk::next).
///
/// # Panics
///
/// The first `next` panics if there is no backend ([`AnyBackend::current`]).
///
/// # Examples
///
/// ```
/// anyrt::run(async {
///     let mut entries = anyrt::fs::read_dir("src");
///     let mut has_lib = false;
///     while let Some(entry) = entries.next().await {
///         has_lib |= entry.unwrap().path.ends_with("lib.rs");
///     }
///     assert!(has_lib);
/// });
/// ```
pub fn read_dir(folder: impl AsRef<Path>) -> Walk {
    Walk::ambient(folder, 1)
}

/// Gives what is in a folder and in all folders below it.
///
/// Each folder comes before what is in it. Links are not followed. What cannot be looked at is an error,
/// after which the walk goes on.
///
/// # Panics
///
/// The first [`next`](Walk::next) panics if there is no backend ([`AnyBackend::current`]).
///
/// # Examples
///
/// ```
/// anyrt::run(async {
///     let mut walk = anyrt::fs::walk("src");
///     let mut deepest = 0;
///     while let Some(entry) = walk.next().await {
///         deepest = deepest.max(entry.unwrap().depth);
///     }
///     assert!(deepest >= 2);
/// });
/// ```
#[doc(alias = "walkdir")]
pub fn walk(folder: impl AsRef<Path>) -> Walk {
    Walk::ambient(folder, usize::MAX)
}
