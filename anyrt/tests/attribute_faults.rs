//! What the attributes refuse, with which words, and at which place.

#[path = "support/tiny.rs"]
mod tiny;

use tiny::Tiny;

/// Each fault is marked with the column where the compiler must point.
const PROGRAM: &str = r#"
#[anyrt::main(tokoi)]
async fn unknown_backend() {}

#[anyrt::main(smol)]
async fn not_enabled() {}

#[anyrt::main(smol, tokio)]
async fn two_backends() {}

#[anyrt::main(flavor = "current_thread")]
async fn unknown_argument() {}

#[anyrt::main(42)]
async fn not_even_a_name() {}

#[anyrt::main]
fn not_async() {}

#[anyrt::main]
async fn with_arguments(name: String, age: u8) {}

#[anyrt::main]
async fn generic<T>() {}

#[anyrt::main]
struct NotAFunction;

#[cfg(test)]
mod tests {
    #[anyrt::test(smol)]
    async fn with_backend() {}

    #[anyrt::test(sim, seeds = 10)]
    async fn not_simulated() {}

    #[anyrt::test(seeds = 10)]
    async fn seeds_of_nothing() {}

    #[anyrt::test(sim, seeds = 0)]
    async fn no_seeds() {}

    #[anyrt::test]
    fn not_async() {}

    #[anyrt::test(crate = ::anyrt, crate = ::anyrt)]
    async fn twice() {}

    #[anyrt::test]
    #[should_panic]
    async fn panics_and_returns() -> Result<(), String> { Ok(()) }

    #[anyrt::test]
    async fn no_termination() -> u8 { 0 }
}

fn main() {}
"#;

/// Asserts that the compiler said `message`, and pointed to the text `at` on the line of `line`.
fn assert_fault(errors: &str, message: &str, line: &str, at: &str) {
    let number = PROGRAM.lines().position(|text| text.contains(line)).unwrap() + 1;
    let column = PROGRAM.lines().nth(number - 1).unwrap().find(at).unwrap() + 1;
    let place = format!("src/main.rs:{number}:{column}");
    let found =
        errors.split("\nerror").any(|error| error.contains(message) && error.contains(&place));
    assert!(found, "no error `{message}` at {place} in:\n{errors}");
}

#[test]
fn faults_are_named_where_they_are() {
    let tiny = Tiny::new("attribute-faults", "features = [\"tokio\"]", PROGRAM);
    let output = tiny.cargo("test");
    assert!(!output.status.success());
    let errors = format!("\n{}", String::from_utf8_lossy(&output.stderr));
    let fault = |message, line, at| assert_fault(&errors, message, line, at);

    let unknown = "unknown backend `tokoi`: there are `tokio`, `smol` and `async_std`";
    fault(unknown, "main(tokoi)", "tokoi");
    let disabled = "anyrt has no backend `smol` here: enable its feature `smol` in Cargo.toml";
    fault(disabled, "main(smol)]", "smol");
    fault("a second backend: a program runs on one", "smol, tokio", "tokio");
    fault("unknown argument `flavor`: only `crate = path` has a value", "flavor", "flavor");
    fault("expected the name of a backend, or `crate = path`", "(42)", "42");
    fault("the function must be `async`", "fn not_async() {}", "fn");
    fault("the function cannot have arguments: nobody would pass them", "name: String", "name");
    fault("the function cannot be generic", "generic<T>", "<T>");
    fault("this attribute belongs to an `async fn`", "struct NotAFunction", "struct");

    let names_none = "a test names no backend: it runs on each that is enabled in anyrt";
    fault(names_none, "test(smol)", "smol");
    let disabled = "anyrt has no simulation here: enable its feature `sim` in Cargo.toml";
    fault(disabled, "test(sim, seeds = 10)", "sim,");
    fault("`seeds` are those of a simulation", "test(seeds = 10)", "10");
    fault("no seeds would test nothing", "seeds = 0", "0");
    fault("the function must be `async`", "    fn not_async", "fn");
    fault("`crate` is given twice", "crate = ::anyrt, ", "crate = ::anyrt)");
    fault("a test with `#[should_panic]` must return `()`", "panics_and_returns", "Result");
    fault("Termination", "-> u8", "u8");
}
