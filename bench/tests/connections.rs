//! The program `connections`, with as few of them as a test has time for.

use std::process::Command;

const CONNECTIONS: u64 = 300;
const SECONDS: u64 = 2;

/// Runs it on one backend, in both ways, and gives the rows.
fn rows(backend: &str) -> Vec<serde_json::Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connections"));
    let (connections, seconds) = (CONNECTIONS.to_string(), SECONDS.to_string());
    command.args(["--backend", backend, "--connections", &connections]);
    let output = command.args(["--seconds", &seconds, "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// On this backend each connection echoes each second, whoever has written the server.
fn each_connection_echoes_each_second(backend: &str) {
    let rows = rows(backend);
    let ways: Vec<_> = rows.iter().map(|row| &row["way"]).collect();
    assert_eq!(ways, ["anyrt", "by-hand"]);
    for row in &rows {
        assert_eq!(row["backend"], backend);
        for (count, expected) in [
            ("echoes", CONNECTIONS * SECONDS),
            ("server_echoes", CONNECTIONS * SECONDS),
            ("errors", 0),
            ("server_errors", 0),
        ] {
            assert_eq!(row[count], expected, "{count} of {row}");
        }
        if cfg!(target_os = "linux") {
            assert!(row["server_bytes"].is_u64() && row["client_bytes"].is_u64(), "{row}");
        }
    }
}

#[test]
fn on_tokio_each_connection_echoes_each_second() {
    each_connection_echoes_each_second("tokio");
}

#[test]
fn on_smol_each_connection_echoes_each_second() {
    each_connection_echoes_each_second("smol");
}

#[test]
fn on_async_std_each_connection_echoes_each_second() {
    each_connection_echoes_each_second("async-std");
}

/// More than any system lets a process open.
#[cfg(unix)]
#[test]
fn too_many_connections_are_an_error_that_says_what_to_do() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connections"));
    let part = ["serve", "--on", "smol", "--way", "anyrt", "--connections", "4000000000"];
    let output = command.args(part).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("fewer by --connections"), "{text}");
}
