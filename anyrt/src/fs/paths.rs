//! What is done with a path in one call.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::blocking;

fn owned(path: impl AsRef<Path>) -> PathBuf {
    path.as_ref().to_owned()
}

/// Reads a whole file.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no such file, no permission.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: what was read is dropped.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let bytes = anyrt::fs::read("Cargo.toml").await?;
///     assert!(bytes.starts_with(b"[package]"));
///     Ok(())
/// })
/// # }
/// ```
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let path = owned(path);
    blocking::run(move || fs::read(path)).await
}

/// Reads a whole file of text.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no such file, no permission; `InvalidData` if it is no UTF-8.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: what was read is dropped.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let text = anyrt::fs::read_to_string("Cargo.toml").await?;
///     assert!(text.starts_with("[package]"));
///     Ok(())
/// })
/// # }
/// ```
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    let path = owned(path);
    blocking::run(move || fs::read_to_string(path)).await
}

/// Writes a whole file, which is made or replaced.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no such folder, no permission, no room.
///
/// # Cancel safety
///
/// **Safe.** Cut before it begins, it writes nothing; once it has begun it writes all (law O4).
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-write-{}", std::process::id()));
///     anyrt::fs::write(&path, "hello").await?;
///     assert_eq!(anyrt::fs::read(&path).await?, b"hello");
///     anyrt::fs::remove_file(path).await
/// })
/// # }
/// ```
pub async fn write(path: impl AsRef<Path>, contents: impl Into<Vec<u8>>) -> io::Result<()> {
    let (path, contents) = (owned(path), contents.into());
    blocking::run(move || fs::write(path, contents)).await
}

/// Copies a file, and gives its length.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no such file or folder, no permission, no room.
///
/// # Cancel safety
///
/// **Safe.** Cut before it begins, it copies nothing; once it has begun it copies all (law O4).
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-copy-{}", std::process::id()));
///     assert!(anyrt::fs::copy("Cargo.toml", &path).await? > 0);
///     anyrt::fs::remove_file(path).await
/// })
/// # }
/// ```
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    let (from, to) = (owned(from), owned(to));
    blocking::run(move || fs::copy(from, to)).await
}

/// Gives a file or folder another path.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: nothing there, no permission, another disk.
///
/// # Cancel safety
///
/// **Safe.** Cut before it begins, it does nothing; once it has begun it is done.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-rename-{}", std::process::id()));
///     anyrt::fs::write(&path, "hello").await?;
///     anyrt::fs::rename(&path, path.with_extension("txt")).await?;
///     assert!(!anyrt::fs::try_exists(&path).await?);
///     anyrt::fs::remove_file(path.with_extension("txt")).await
/// })
/// # }
/// ```
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (owned(from), owned(to));
    blocking::run(move || fs::rename(from, to)).await
}

/// Removes a file.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no such file, no permission.
///
/// # Cancel safety
///
/// **Safe.** Cut before it begins, it does nothing; once it has begun it is done.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-remove-{}", std::process::id()));
///     anyrt::fs::write(&path, "hello").await?;
///     anyrt::fs::remove_file(&path).await?;
///     assert!(!anyrt::fs::try_exists(path).await?);
///     Ok(())
/// })
/// # }
/// ```
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let path = owned(path);
    blocking::run(move || fs::remove_file(path)).await
}

/// Makes a folder, and those above it that are missing.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no permission, no room, a file in the way.
///
/// # Cancel safety
///
/// **Safe.** Cut before it begins, it does nothing; once it has begun it is done.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-mkdir-{}", std::process::id()));
///     anyrt::fs::create_dir_all(path.join("one/two")).await?;
///     assert!(anyrt::fs::metadata(path.join("one")).await?.is_dir());
///     anyrt::fs::remove_dir_all(path).await
/// })
/// # }
/// ```
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = owned(path);
    blocking::run(move || fs::create_dir_all(path)).await
}

/// Removes a folder with all that is in it.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no such folder, no permission.
///
/// # Cancel safety
///
/// **Safe.** Cut before it begins, it does nothing; once it has begun it is done.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     let path = std::env::temp_dir().join(format!("anyrt-rmdir-{}", std::process::id()));
///     anyrt::fs::create_dir_all(path.join("one/two")).await?;
///     anyrt::fs::remove_dir_all(&path).await?;
///     assert!(!anyrt::fs::try_exists(path).await?);
///     Ok(())
/// })
/// # }
/// ```
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = owned(path);
    blocking::run(move || fs::remove_dir_all(path)).await
}

/// Tells what a file or folder is, how long, and of when.
///
/// Links are followed.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: nothing there, no permission.
///
/// # Cancel safety
///
/// **Safe.** It changes nothing.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     assert!(anyrt::fs::metadata("Cargo.toml").await?.is_file());
///     Ok(())
/// })
/// # }
/// ```
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = owned(path);
    blocking::run(move || fs::metadata(path)).await
}

/// Tells whether there is something at a path.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`](crate::AnyBackend::current)).
///
/// # Errors
///
/// Whatever the system says: no permission to look.
///
/// # Cancel safety
///
/// **Safe.** It changes nothing.
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// anyrt::run(async {
///     assert!(anyrt::fs::try_exists("Cargo.toml").await?);
///     assert!(!anyrt::fs::try_exists("no such file").await?);
///     Ok(())
/// })
/// # }
/// ```
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    let path = owned(path);
    blocking::run(move || fs::exists(path)).await
}
