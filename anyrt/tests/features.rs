//! Programs with each feature alone, all together, and none (laws N2, N5).

#[path = "support/tiny.rs"]
mod tiny;

use tiny::Tiny;

/// Says what there is, and uses all of it.
const PROGRAM: &str = r#"
use std::time::Duration;

use anyrt::AnyBackend;

async fn library() -> String {
    anyrt::sleep(Duration::from_millis(1)).await;
    let sum = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        let six = group.spawn(async { Ok(6) });
        let seven = group.spawn(async { Ok(anyrt::blocking::run(|| 7).await) });
        Ok(six.await.unwrap() * seven.await.unwrap())
    });
    let sum = sum.await.unwrap();
    format!("{} says {sum}", AnyBackend::current().unwrap())
}

fn main() {
    match AnyBackend::current() {
        Ok(backend) => println!("here: {backend}"),
        Err(error) => println!("here: {error}"),
    }
    match anyrt::try_run(async { AnyBackend::current().unwrap() }) {
        Ok(backend) => println!("run: {backend}"),
        Err(error @ anyrt::RunError::NoRuntime(_)) => println!("run: {error}"),
        Err(error) => panic!("{error}"),
    }
    for backend in AnyBackend::available() {
        println!("{}", anyrt::run_on(&backend, library()));
    }
    for name in ["tokio", "smol", "async_std", "monoio"] {
        match name.parse::<AnyBackend>() {
            Ok(backend) => println!("{name} is {backend}"),
            Err(error) => println!("{error}"),
        }
    }
}
"#;

const OPTIONAL_MONOIO: &str = "anyrt has tokio, smol and async-std, each a feature";

/// Runs the crate's program, which must succeed, and gives the lines that it printed.
fn run(tiny: &Tiny) -> Vec<String> {
    let output = tiny.cargo("run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("warning"), "{errors}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn lines(features: &str) -> Vec<String> {
    let name = format!("with-{}", if features.is_empty() { "none" } else { features });
    let features: Vec<_> = features.split('-').filter(|feature| !feature.is_empty()).collect();
    let features: Vec<_> = features.iter().map(|feature| feature.replace('_', "-")).collect();
    run(&Tiny::new(&name, &format!("features = {features:?}"), PROGRAM))
}

#[test]
fn no_feature() {
    let nothing = "no backend is enabled";
    let expected = [
        "here: no runtime: no backend is enabled. Enable a feature of anyrt in the Cargo.toml of \
         the program: `tokio`, `smol` or `async-std`"
            .to_owned(),
        "run: no runtime: no backend is enabled. Enable a feature of anyrt in the Cargo.toml of \
         the program: `tokio`, `smol` or `async-std`"
            .to_owned(),
        format!(
            "the backend `tokio` is not enabled ({nothing}): enable the feature `tokio` of anyrt"
        ),
        format!(
            "the backend `smol` is not enabled ({nothing}): enable the feature `smol` of anyrt"
        ),
        format!(
            "the backend `async_std` is not enabled ({nothing}): \
             enable the feature `async-std` of anyrt"
        ),
        format!("there is no backend `monoio` ({nothing}): {OPTIONAL_MONOIO}"),
    ];
    assert_eq!(lines(""), expected);
}

#[test]
fn on_any_other_thread_with_tokio_alone() {
    let expected = [
        "here: no runtime: this code runs outside of tokio. Call it from a tokio runtime or \
         through `anyrt::run`, or enable the feature `smol` or `async-std` of anyrt, whose \
         executors work from any thread",
        "run: tokio",
        "tokio says 42",
        "tokio is tokio",
        "the backend `smol` is not enabled (enabled are tokio): \
         enable the feature `smol` of anyrt",
        "the backend `async_std` is not enabled (enabled are tokio): \
         enable the feature `async-std` of anyrt",
        "there is no backend `monoio` (enabled are tokio): \
         anyrt has tokio, smol and async-std, each a feature",
    ];
    assert_eq!(lines("tokio"), expected);
}

#[test]
fn smol_alone() {
    let lines = lines("smol");
    assert_eq!(lines[..3], ["here: smol", "run: smol", "smol says 42"]);
    assert_eq!(lines[4], "smol is smol");
}

#[test]
fn on_any_other_thread_without_smol() {
    let lines = lines("async_std");
    assert_eq!(lines[..3], ["here: async-std", "run: async-std", "async-std says 42"]);
    assert_eq!(lines[5], "async_std is async-std");
}

#[test]
fn all_together() {
    let expected = [
        "here: smol".to_owned(),
        "run: tokio".to_owned(),
        "tokio says 42".to_owned(),
        "smol says 42".to_owned(),
        "async-std says 42".to_owned(),
        "tokio is tokio".to_owned(),
        "smol is smol".to_owned(),
        "async_std is async-std".to_owned(),
        format!(
            "there is no backend `monoio` (enabled are tokio, smol, async-std): {OPTIONAL_MONOIO}"
        ),
    ];
    assert_eq!(lines("tokio-smol-async_std"), expected);
}

#[test]
fn sim_is_there_only_for_who_asks() {
    let lines = lines("sim");
    assert!(lines[0].starts_with("here: no runtime"), "{lines:?}");
    assert!(lines[1].starts_with("run: no runtime"), "{lines:?}");

    let program = r#"
        use std::time::Duration;

        #[anyrt::test(sim, seeds = 3)]
        async fn an_hour() {
            anyrt::sleep(Duration::from_secs(3600)).await;
            assert_eq!(anyrt::AnyBackend::current().unwrap().name(), "sim");
        }

        #[anyrt::test(sim, seeds = 300)]
        async fn finds_its_seed() {
            let seed = anyrt::sim::SimBackend::current().unwrap().seed();
            assert!(seed != 217, "not this one");
        }
    "#;
    let output = Tiny::new("sim-alone", "features = [\"sim\"]", program).cargo("test");
    let text = String::from_utf8_lossy(&output.stdout);
    for part in [
        "---- finds_its_seed::sim",
        "seed 217 failed",
        "not this one",
        "Sim::new(217).run(..)",
        "ANYRT_SIM_SEED=217",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(text.contains("1 passed; 1 failed"), "{text}");
}

#[test]
fn in_async_std_with_its_feature_tokio1() {
    let program = r#"
        fn here() -> String {
            anyrt::AnyBackend::current().unwrap().to_string()
        }

        fn main() {
            async_std::task::block_on(async {
                assert!(tokio::runtime::Handle::try_current().is_ok());
                println!("{}", here());
                println!("{}", async_std::task::spawn(async { here() }).await);
                println!("{}", async_std::task::spawn_blocking(here).await);
            });
        }
    "#;
    let dependencies = "features = [\"tokio\", \"async-std\"]\n\
        async-std = { version = \"1\", features = [\"tokio1\"] }\n\
        tokio = { version = \"1\", features = [\"rt\"] }";
    let tiny = Tiny::new("async-std-with-tokio1", dependencies, program);
    assert_eq!(run(&tiny), ["async-std", "async-std", "async-std"]);
}

/// Says which backend answers inside each runtime, and after each choice that there is.
const EVERYWHERE: &str = r#"
use anyrt::{AnyBackend, TaskGroup};

async fn library() -> String {
    let body = |group: TaskGroup| async move {
        let child = async { Ok(std::thread::current().name().unwrap_or("none").to_owned()) };
        Ok(group.spawn(child).await.unwrap())
    };
    let thread = anyrt::task_group(body).await.unwrap();
    let thread = thread.split('-').next().unwrap();
    format!("{} with a child on {thread}", here())
}

fn here() -> String {
    AnyBackend::current().map_or("nothing".to_owned(), |backend| backend.to_string())
}

fn main() {
    let is_on = |name: &str| name.parse::<AnyBackend>().is_ok();
    let tokio = tokio::runtime::Runtime::new().unwrap();
    if is_on("tokio") {
        println!("tokio: main {}", tokio.block_on(library()));
        let task = tokio.block_on(async { tokio::spawn(library()).await.unwrap() });
        println!("tokio: task {task}");
        let found = tokio.block_on(async { tokio::task::spawn_blocking(here).await.unwrap() });
        println!("tokio: spawn_blocking {found}");
        let found = tokio.block_on(tokio::task::LocalSet::new().run_until(library()));
        println!("tokio: LocalSet {found}");
    }
    if is_on("smol") {
        println!("smol: main {}", smol::block_on(library()));
        println!("smol: task {}", smol::block_on(smol::spawn(library())));
        println!("smol: unblock {}", smol::block_on(smol::unblock(here)));
    }
    if is_on("async-std") {
        println!("async-std: main {}", async_std::task::block_on(library()));
        let task = async_std::task::block_on(async_std::task::spawn(library()));
        println!("async-std: task {task}");
    }
    for backend in AnyBackend::available() {
        println!("{backend}: chosen {}", anyrt::run_on(&backend, library()));
        let chosen = backend.clone();
        let chosen = tokio.block_on(async move {
            let run = move || anyrt::run_on(&chosen, library());
            tokio::task::spawn_blocking(run).await.unwrap()
        });
        println!("{backend}: chosen in spawn_blocking of tokio {chosen}");
    }
}
"#;

#[test]
fn n5_one_more_feature_changes_nothing() {
    let builds: [&[&str]; 9] = [
        &["tokio"],
        &["smol"],
        &["async-std"],
        &["tokio", "smol"],
        &["tokio", "async-std"],
        &["smol", "async-std"],
        &["tokio", "smol", "async-std"],
        &["tokio", "sim"],
        &["tokio", "smol", "async-std", "sim"],
    ];
    let built = builds.map(|features| {
        let others = "async-std = \"1\"\nsmol = \"2\"\n\
            tokio = { version = \"1\", features = [\"rt-multi-thread\"] }";
        let options = format!("features = {features:?}\n{others}");
        run(&Tiny::new(&format!("everywhere-with-{}", features.join("-")), &options, EVERYWHERE))
    });
    for (alone, expected_lines) in [(0, 6), (1, 5), (2, 4)] {
        let of_this = |lines: &[String]| -> Vec<String> {
            let own = format!("{}: ", builds[alone][0]);
            lines.iter().filter(|line| line.starts_with(&own)).cloned().collect()
        };
        let expected = of_this(&built[alone]);
        assert_eq!(expected.len(), expected_lines, "{expected:?}");
        for (features, lines) in builds.iter().zip(&built) {
            if features.contains(&builds[alone][0]) {
                assert_eq!(of_this(lines), expected, "with the features {features:?}");
            }
        }
    }
}

#[test]
fn attributes_without_a_backend() {
    let program = "
        #[anyrt::main]
        async fn main() {}

        #[anyrt::test]
        #[should_panic]
        async fn nowhere() {}
    ";
    let tiny = Tiny::new("attributes-without-a-backend", "", program);

    let output = tiny.cargo("run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("no runtime: no backend is enabled. Enable a feature"), "{errors}");
    assert!(errors.contains("src/main.rs"), "the panic should show the caller: {errors}");
    assert!(!errors.contains("warning"), "{errors}");

    let output = tiny.cargo("test");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    assert!(text.contains("nowhere::no_backend"), "{text}");
    assert!(text.contains("this test runs on no backend"), "{text}");
    assert!(text.contains("1 failed"), "{text}");
}

#[test]
fn without_the_macros() {
    let program = "fn main() { assert!(anyrt::AnyBackend::available().is_empty()) }";
    run(&Tiny::new("without-the-macros", "default-features = false", program));
}
