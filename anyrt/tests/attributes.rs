//! `#[anyrt::main]` and `#[anyrt::test]` on each backend.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use anyrt::AnyBackend;

async fn name() -> &'static str {
    let sleep = anyrt::sleep(Duration::from_millis(1));
    anyrt::fail_after(Duration::from_secs(20), sleep).await.expect("it hangs");
    AnyBackend::current().unwrap().name()
}

#[anyrt::main(tokio)]
async fn main_on_tokio() -> &'static str {
    name().await
}

#[anyrt::main(smol)]
async fn main_on_smol() -> &'static str {
    name().await
}

#[anyrt::main(async_std)]
async fn main_on_async_std() -> &'static str {
    name().await
}

#[anyrt::main("async-std")]
async fn main_on_async_std_by_text() -> &'static str {
    name().await
}

#[anyrt::main(smol, crate = ::anyrt)]
async fn main_with_a_path() -> &'static str {
    name().await
}

/// Keeps what stands around the function.
#[anyrt::main]
#[must_use]
pub(crate) async fn main_on_the_first() -> Result<&'static str, io::Error> {
    Ok(name().await)
}

#[test]
fn main_runs_where_it_says() {
    assert_eq!(main_on_tokio(), "tokio");
    assert_eq!(main_on_smol(), "smol");
    assert_eq!(main_on_async_std(), "async-std");
    assert_eq!(main_on_async_std_by_text(), "async-std");
    assert_eq!(main_with_a_path(), "smol");
    if std::env::var_os("ANYRT_BACKEND").is_none() {
        assert_eq!(main_on_the_first().unwrap(), "tokio");
    }
}

static SEEN: Mutex<Vec<(String, &str)>> = Mutex::new(Vec::new());

#[anyrt::test]
async fn runs_on() {
    // The test harness names the thread after the test; the root is polled on it.
    let test = std::thread::current().name().unwrap().to_owned();
    let backend = name().await;
    assert_eq!(test, format!("runs_on::{}", backend.replace('-', "_")));
    SEEN.lock().unwrap().push((test, backend));
}

#[anyrt::test]
async fn returns_a_result() -> Result<(), io::Error> {
    name().await;
    Ok(())
}

#[anyrt::test]
#[should_panic(expected = "on purpose")]
async fn panics() {
    name().await;
    panic!("on purpose");
}

#[anyrt::test]
#[ignore = "it would fail"]
async fn is_ignored() {
    panic!("an ignored test ran");
}

mod elsewhere {
    pub(crate) use ::anyrt as renamed;

    /// The return type and the path are written relative to this module.
    #[allow(unused_qualifications, reason = "it is what is tested")]
    #[renamed::test(crate = renamed)]
    async fn with_a_relative_path() -> self::Outcome {
        renamed::checkpoint().await;
        Ok(())
    }

    type Outcome = Result<(), String>;
}

// A test that never ends is fine as far as the types go.
#[anyrt::test]
#[ignore = "it never ends"]
async fn never_ends() -> ! {
    loop {
        name().await;
    }
}
