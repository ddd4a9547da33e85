//! O2: what goes into a process, and what comes out.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::Pin;
use std::process::Stdio;

use anyrt_core::process::{Command, open, run};
use anyrt_core::{Backend as _, Toplevel};
use futures_io::{AsyncRead, AsyncWrite};

use crate::subject::Subject;
use crate::support::{Group, on_unknown_thread};

pub(super) fn o2(driver: &Subject) {
    driver.run(all_in_and_all_out(driver));
    driver.run(how_it_ended(driver));
    driver.run(code_beside_it(driver));
    driver.run(killed_by_its_code(driver));
    driver.run(many_at_once(driver));
    driver.run(from_a_thread_of_no_runtime(driver));
}

fn sh(script: &str) -> Command {
    Command::new("sh").args(["-c", script])
}

async fn all_in_and_all_out(driver: &Subject) {
    // More than any pipe holds: who writes all before it reads waits for ever.
    let input: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let command = sh("cat; cat /dev/null; echo done >&2").input(input.clone());
    let output = run(driver, command).await.expect("sh is there");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout.len(), input.len(), "the bytes of a process's output");
    assert!(output.stdout == input, "the output of a process was garbled");
    assert_eq!(output.stderr, b"done\n", "the errors of a process");

    let deaf = run(driver, sh("exit 0").input(input)).await.map(|output| output.status.success());
    assert_eq!(deaf.ok(), Some(true), "a process that reads none of its input");
}

async fn how_it_ended(driver: &Subject) {
    let output = run(driver, sh("echo why >&2; exit 3")).await.expect("sh is there");
    let error = output.success().expect_err("the process did not end well");
    assert_eq!(error.0.status.code(), Some(3), "the status of a process");
    assert!(error.to_string().contains("why"), "{error}");
    let output = run(driver, sh("kill -9 $$")).await.expect("sh is there");
    assert_eq!(output.status.signal(), Some(9), "a process that a signal killed");
    let missing = run(driver, Command::new("/no/such/program")).await.map_err(|error| error.kind());
    assert_eq!(missing.map(drop), Err(io::ErrorKind::NotFound), "a program that there is not");
    let nothing = run(driver, sh("cat")).await.map(|output| output.stdout);
    assert_eq!(nothing.ok(), Some(Vec::new()), "a process without input");
}

async fn code_beside_it(driver: &Subject) {
    let command = sh("read line; echo \"got $line\"; read more; exit 7").stdin(Stdio::piped());
    let opened = open(driver, command, |mut child| async move {
        let mut input = child.stdin.take().expect("a pipe");
        let mut output = child.stdout.take().expect("a pipe");
        std::future::poll_fn(|cx| Pin::new(&mut input).poll_write(cx, b"one\n")).await?;
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            let read = std::future::poll_fn(|cx| Pin::new(&mut output).poll_read(cx, &mut byte));
            if read.await? == 0 {
                break;
            }
            line.extend(byte);
        }
        // The end of its input lets it go on.
        std::future::poll_fn(|cx| Pin::new(&mut input).poll_close(cx)).await?;
        let status = child.wait().await?;
        io::Result::Ok((child, line, status))
    });
    let (status, told) = opened.await.expect("sh is there");
    let (child, line, inside) = told.expect("its pipes work");
    assert_eq!(line, b"got one\n", "what a process answered");
    assert_eq!((status.code(), inside), (Some(7), status), "the status, outside and inside");
    assert_eq!(child.wait().await.ok(), Some(status), "the status once more, when all is over");

    let early = open(driver, sh("exec >/dev/null; sleep 0.05; exit 8"), |_| async { 1 }).await;
    let (status, value) = early.expect("sh is there");
    assert_eq!((status.code(), value), (Some(8), 1), "a process whose code ended first");
}

async fn killed_by_its_code(driver: &Subject) {
    let killed = open(driver, Command::new("sleep").arg("60"), |child| async move {
        child.kill();
        let status = child.wait().await;
        child.kill();
        status
    });
    let (status, inside) = killed.await.expect("sleep is there");
    assert_eq!(status.signal(), Some(9), "a process that its code killed");
    assert_eq!(inside.ok(), Some(status), "the status, outside and inside");
}

async fn many_at_once(driver: &Subject) {
    const PROCESSES: usize = 20;
    let ended = driver
        .task_group(|group: Group<Subject>| {
            let driver = driver.clone();
            async move {
                let children: Vec<_> = (0..PROCESSES)
                    .map(|number| {
                        let driver = driver.clone();
                        group.spawn(async move {
                            let output = run(&driver, sh(&format!("echo {number}"))).await;
                            Ok(output.map(|output| output.stdout).unwrap_or_default())
                        })
                    })
                    .collect();
                let mut outputs = Vec::new();
                for child in children {
                    outputs.push(child.await.unwrap_or_default());
                }
                Ok(outputs)
            }
        })
        .await;
    let expected: Vec<_> =
        (0..PROCESSES).map(|number| format!("{number}\n").into_bytes()).collect();
    assert_eq!(ended, Ok(expected), "what {PROCESSES} processes wrote");
}

async fn from_a_thread_of_no_runtime(driver: &Subject) {
    let output =
        on_unknown_thread(driver, |driver| crate::support::block_on(run(driver, sh("echo here"))));
    let stdout = output.await.map(|output| output.stdout);
    assert_eq!(stdout.ok().as_deref(), Some(&b"here\n"[..]), "a process of an unknown thread");
}
