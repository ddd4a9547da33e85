//! What the command line says.

use anyrt_conformance::{Law, Subject, detection_laws, driver_laws_with_net};
use clap::Parser;

/// Checks which backend keeps which law, and prints the matrix.
///
/// Exits with 0 if all laws are kept, with 1 if one is broken, and with 2 if the arguments make no
/// sense.
#[derive(Debug, Parser)]
#[command(name = "anyrt-conformance", version)]
pub(crate) struct Options {
    /// The backend to check: all, tokio, smol, async-std or sim.
    #[arg(long, value_name = "NAME", default_value = "all")]
    backend: String,

    /// Only this law (for example G1), or the laws of this family (for example G); repeatable.
    #[arg(long, value_name = "ID")]
    law: Vec<String>,

    /// Print JSON: a list of {law, backend, outcome, detail, ms}.
    #[arg(long)]
    json: bool,

    /// Run each check so many times, or until it fails.
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
}

/// The names of all backends, in the order of the columns.
pub(crate) const BACKENDS: [&str; 4] = ["tokio", "smol", "async-std", "sim"];

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) backends: Vec<&'static str>,
    pub(crate) laws: Vec<&'static str>,
    pub(crate) json: bool,
    pub(crate) repeat: usize,
}

impl Options {
    /// Checks the values; an error is one line for the reader.
    pub(crate) fn choose(self) -> Result<Choice, String> {
        if self.repeat == 0 {
            return Err("--repeat 0 would check nothing: give 1 or more".to_owned());
        }
        Ok(Choice {
            backends: backends(&self.backend)?,
            laws: laws(&self.law)?,
            json: self.json,
            repeat: self.repeat,
        })
    }
}

fn backends(asked: &str) -> Result<Vec<&'static str>, String> {
    if asked == "all" {
        return Ok(BACKENDS.to_vec());
    }
    match BACKENDS.into_iter().find(|name| *name == asked) {
        Some(name) => Ok(vec![name]),
        None => Err(format!("there is no backend `{asked}`: give all, {}", BACKENDS.join(", "))),
    }
}

fn laws(asked: &[String]) -> Result<Vec<&'static str>, String> {
    let known: Vec<&'static str> = registry().iter().map(|law| law.id).collect();
    for id in asked {
        if !known.iter().any(|law| is_meant(law, id)) {
            let mut families: Vec<&str> = known.iter().map(|law| &law[..1]).collect();
            families.dedup();
            return Err(format!(
                "there is no law `{id}`: give an id, for example {}, or one of the families {}",
                known[0],
                families.join(" ")
            ));
        }
    }
    let is_chosen = |law: &&str| asked.is_empty() || asked.iter().any(|id| is_meant(law, id));
    Ok(known.into_iter().filter(is_chosen).collect())
}

fn is_meant(law: &str, asked: &str) -> bool {
    law.eq_ignore_ascii_case(asked) || (asked.len() == 1 && law[..1].eq_ignore_ascii_case(asked))
}

/// All laws, in their order.
pub(crate) fn registry() -> Vec<Law<Subject>> {
    driver_laws_with_net().into_iter().chain(detection_laws()).collect()
}
