//! Tiny crates that depend on anyrt, built and run by cargo without a network.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// A crate with one source file, `src/main.rs`.
pub(crate) struct Tiny {
    dir: PathBuf,
}

impl Tiny {
    /// Writes the crate; `options` is what its manifest says of anyrt beside the path, and of other
    /// dependencies on lines below.
    pub(crate) fn new(name: &str, options: &str, main: &str) -> Self {
        let anyrt = Path::new(env!("CARGO_MANIFEST_DIR"));
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tiny").join(name);
        let (options, others) = options.split_once('\n').unwrap_or((options, ""));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [workspace]\n\n\
             [dependencies]\nanyrt = {{ path = {anyrt:?}, {options} }}\n{others}\n"
        );
        fs::create_dir_all(dir.join("src")).unwrap();
        fs::write(dir.join("Cargo.toml"), manifest).unwrap();
        fs::write(dir.join("src/main.rs"), main).unwrap();
        // Nothing has to be resolved or downloaded beyond what the workspace has.
        fs::copy(anyrt.join("../Cargo.lock"), dir.join("Cargo.lock")).unwrap();
        Self { dir }
    }

    /// Runs cargo in the crate; all tiny crates share what they build.
    pub(crate) fn cargo(&self, command: &str) -> Output {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Command::new(cargo)
            .args([command, "--offline", "--quiet", "--target-dir", "../target"])
            .current_dir(&self.dir)
            .env_remove("ANYRT_BACKEND")
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }
}
