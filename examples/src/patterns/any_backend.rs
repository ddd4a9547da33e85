//! A library function that runs, unchanged, on whichever backend its caller names.
//!
//! `AnyIO`: `anyio.run(main, backend="trio")`.

use std::time::Duration;

use anyrt::{AnyBackend, UnknownBackend, channel};

/// What a library offers: it names no runtime. It gives the words, the short ones first.
pub async fn sorted_by_sleeping(words: Vec<&'static str>, unit: Duration) -> String {
    let (sender, receiver) = channel::unbounded();
    let words = words.into_iter().map(|word| {
        let sender = sender.clone();
        async move {
            anyrt::sleep(unit * word.len() as u32).await;
            let _ = sender.send(word).await; // whose receiver is below
        }
    });
    let _ = anyrt::gather(words).await;
    drop(sender);

    let mut sorted = Vec::new();
    while let Ok(word) = receiver.recv().await {
        sorted.push(word);
    }
    sorted.join(" ")
}

/// What a program does: it has the name from its user.
///
/// # Errors
///
/// [`UnknownBackend`] if the name is that of no backend; it says which there are.
pub fn run_by_name(backend: &str, unit: Duration) -> Result<String, UnknownBackend> {
    let backend: AnyBackend = backend.parse()?;
    let words = vec!["sparrow", "ant", "giraffes", "horse"];
    Ok(anyrt::run_on(&backend, sorted_by_sleeping(words, unit)))
}

#[cfg(test)]
mod tests {
    use super::run_by_name;
    use crate::testing::SECOND;

    #[test]
    fn the_output_is_the_same_on_each_backend() {
        for backend in ["tokio", "smol", "async-std", "sim"] {
            let sorted = run_by_name(backend, SECOND / 2);
            assert_eq!(sorted.unwrap(), "ant horse sparrow giraffes", "{backend}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_told_which_there_are() {
        let error = run_by_name("goroutines", SECOND).unwrap_err().to_string();
        assert!(error.contains("goroutines") && error.contains("tokio, smol"), "{error}");
    }
}
