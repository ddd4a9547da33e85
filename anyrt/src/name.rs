//! From the name of a backend to the backend.

use std::str::FromStr;

use crate::backend::{AnyBackend, Choice};
use crate::enabled;

/// The name of no backend that is enabled.
///
/// Says which are, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct UnknownBackend {
    name: String,
}

impl UnknownBackend {
    /// Gives the name that was asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// let error = "glommio".parse::<anyrt::AnyBackend>().unwrap_err();
    /// assert_eq!(error.name(), "glommio");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    fn message(&self) -> String {
        let enabled: Vec<_> = enabled::BACKENDS
            .into_iter()
            .filter_map(|(name, is_on)| is_on.then_some(name))
            .collect();
        let enabled = match enabled.as_slice() {
            [] => "no backend is enabled".to_owned(),
            names => format!("enabled are {}", names.join(", ")),
        };
        let name = &self.name;
        match enabled::BACKENDS.into_iter().find(|(known, _)| *known == canonical(name)) {
            Some((feature, _)) => format!(
                "the backend `{name}` is not enabled ({enabled}): \
                 enable the feature `{feature}` of anyrt"
            ),
            None => format!(
                "there is no backend `{name}` ({enabled}): anyrt has tokio, smol and async-std, \
                 each a feature"
            ),
        }
    }
}

fn canonical(name: &str) -> &str {
    if name == "async_std" { "async-std" } else { name }
}

/// Finds a backend by its name.
///
/// The names are `tokio`, `smol`, `async-std` or `async_std`, and `sim`, which is a new world each
/// time, with the seed 0.
impl FromStr for AnyBackend {
    type Err = UnknownBackend;

    fn from_str(name: &str) -> Result<Self, UnknownBackend> {
        let choice = match canonical(name) {
            "tokio" => enabled::tokio().map(Choice::Tokio),
            "smol" => enabled::smol().map(Choice::Smol),
            "async-std" => enabled::async_std().map(Choice::AsyncStd),
            "sim" => enabled::sim().map(Choice::Sim),
            _ => None,
        };
        choice.map(Self).ok_or_else(|| UnknownBackend { name: name.to_owned() })
    }
}
