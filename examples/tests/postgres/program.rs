//! The program `connection_pool`, as a user runs it over `PostgreSQL`.

use assert_cmd::Command;

use crate::PATIENCE;
use crate::server::Server;

fn pool(url: &str) -> std::process::Output {
    let mut program = Command::cargo_bin("connection_pool").unwrap();
    program.args(["--postgres", url]).timeout(PATIENCE).output().unwrap()
}

pub(crate) fn run(server: &Server) {
    let config = server.config("admin");
    let url = format!("postgres://admin@127.0.0.1:{}/postgres", config.get_ports()[0]);
    let output = pool(&url);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{:?}", String::from_utf8(output.stderr));
    for backend in ["tokio", "smol", "async-std"] {
        let lines = format!("== {backend}\n50 queries to PostgreSQL, then Pool");
        assert!(text.contains(&lines), "{text}");
    }

    let output = pool(&url.replace("/postgres", "/atlantis"));
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    assert!(line.starts_with("connection_pool: on tokio: ") && line.contains("atlantis"), "{line}");

    let output = pool("nonsense");
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), line.lines().count()), (Some(2), 1), "{line}");
}
