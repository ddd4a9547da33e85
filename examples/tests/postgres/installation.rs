//! The programs of a `PostgreSQL`, as the system has them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the programs are, and who runs them.
pub(crate) struct Installation {
    pub(crate) initdb: PathBuf,
    pub(crate) postgres: PathBuf,
    user: Option<User>,
}

/// Somebody who may do little.
#[derive(Clone, Copy)]
struct User {
    id: u32,
    group: u32,
}

impl Installation {
    /// Looks in `PATH`, and where Debian has them.
    ///
    /// # Errors
    ///
    /// What is missing, and what to do.
    pub(crate) fn find() -> Result<Self, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = Vec::from_iter(std::env::split_paths(&path));
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join("bin")));
        let has_both = |folder: &&PathBuf| {
            folder.join("initdb").is_file() && folder.join("postgres").is_file()
        };
        let Some(folder) = folders.iter().find(has_both) else {
            return Err("no `initdb` and `postgres` found, in PATH or in /usr/lib/postgresql; \
                        `bash .ci/postgres` installs them"
                .into());
        };
        let user = if id(&["-u"])? == 0 { Some(User::find()?) } else { None };
        Ok(Self { initdb: folder.join("initdb"), postgres: folder.join("postgres"), user })
    }

    /// Makes a command that runs as somebody whom `PostgreSQL` accepts: root it does not.
    pub(crate) fn command(&self, program: impl AsRef<Path>, folder: &Path) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(folder);
        if let Some(user) = self.user {
            command.uid(user.id).gid(user.group);
        }
        command
    }

    /// Makes a folder that the server may write to.
    pub(crate) fn own(&self, folder: &Path) {
        fs::create_dir(folder).unwrap();
        if let Some(user) = self.user {
            std::os::unix::fs::chown(folder, Some(user.id), Some(user.group)).unwrap();
        }
    }
}

impl User {
    fn find() -> Result<Self, String> {
        let known = ["postgres", "nobody"].into_iter().find_map(|name| {
            Some(Self { id: id(&["-u", name]).ok()?, group: id(&["-g", name]).ok()? })
        });
        known.ok_or_else(|| {
            "this is root, as whom PostgreSQL does not run, and there is no user `postgres` or `nobody`"
                .into()
        })
    }
}

fn id(args: &[&str]) -> Result<u32, String> {
    let output = Command::new("id").args(args).output().map_err(|error| format!("id: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| format!("`id {}` does not know", args.join(" ")))
}
