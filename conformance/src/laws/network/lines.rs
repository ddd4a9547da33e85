//! W11: what a line or a frame has lost whose reader was cut, and how long it may be.

use std::future::Future;

use anyrt_core::error::ReadError;
use anyrt_core::io::BufferedReader;
use anyrt_core::{Backend, CancelHandle, CancelScope, Net, Toplevel};

use crate::laws::tools::wire::{close, pair, write_all};
use crate::laws::tools::{Random, attempt, both, in_time, poll_some, seed};
use crate::net_policies::NetPolicies;
use crate::support::turns;

const LIMIT: usize = 200;

pub(super) fn w11<B: Backend + Toplevel + Net, P: NetPolicies>(backend: &B) {
    backend.run(lines_are_whole::<B, P>(backend, seed()));
    backend.run(frames_are_whole(backend, seed()));
    backend.run(a_line_in_the_buffer_stays_there::<B, P>(backend));
    backend.run(limits_are_kept::<B, P>(backend));
    backend.run(an_early_end_is_told::<B, P>(backend));
}

/// Reads in every manner; `None` if nothing was reported.
async fn maybe_cut<B: Backend, F: Future<Output: Send> + Send>(
    backend: &B,
    random: &mut Random,
    read: F,
) -> Option<F::Output> {
    match random.below(4) {
        0 => Some(read.await),
        1 => attempt(read).await,
        // Also where it would only have had to be polled again.
        2 => poll_some(&mut Box::pin(read), random.below(3)).await,
        _ => {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let mut waiting = Box::pin(scope.run(read));
            match poll_some(&mut waiting, 1).await {
                Some(reported) => reported.ok(),
                None => {
                    turns(random.below(4)).await;
                    handle.cancel();
                    waiting.await.ok()
                }
            }
        }
    }
}

/// Sends the bytes in pieces, and closes.
async fn send_in_pieces<B: Net>(mut stream: B::TcpStream, bytes: &[u8], seed: u64) {
    let mut random = Random::new(seed);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.len().min(1 + random.below(30)));
        write_all(&mut stream, part).await.expect("somebody reads");
        rest = after;
        turns(random.below(3)).await;
    }
    close(&mut stream).await.expect("somebody reads");
}

async fn lines_are_whole<B: Backend + Net, P: NetPolicies>(backend: &B, seed: u64) {
    let (here, there) = pair(backend).await;
    let words =
        ["", "one", "grüße", "\u{1F980}\u{1F980}\u{1F980}", "\r", "a longer line than that"];
    let lines: Vec<String> = (0..200)
        .map(|number: usize| format!("{number} {}", words[number % 6].repeat(number % 4)))
        .map(|line| line.trim_end_matches('\r').to_owned())
        .collect();
    let ends = ["\n", "\r\n"].into_iter().cycle();
    let text: String = lines.iter().zip(ends).map(|(line, end)| format!("{line}{end}")).collect();
    let reader = async {
        let mut random = Random::new(seed ^ 1);
        let (mut reader, mut received) = (BufferedReader::new(here), Vec::new());
        loop {
            let read = P::read_line(&mut reader, LIMIT);
            match maybe_cut(backend, &mut random, read).await {
                None => {}
                Some(Ok(Some(line))) => received.push(line),
                Some(Ok(None)) => break received,
                Some(Err(error)) => panic!("seed {seed}: a line could not be read: {error}"),
            }
        }
    };
    let ((), received) = both(send_in_pieces::<B>(there, text.as_bytes(), seed), reader).await;
    let wrong = lines.iter().zip(&received).position(|(sent, received)| sent != received);
    let wrong = wrong.map(|at| (&lines[at], &received[at]));
    assert_eq!(wrong, None, "seed {seed}: the first line that is another one than was sent");
    assert_eq!(received.len(), lines.len(), "seed {seed}: of the lines sent so many were read");
}

async fn frames_are_whole<B: Backend + Net>(backend: &B, seed: u64) {
    let (here, there) = pair(backend).await;
    let frames: Vec<Vec<u8>> = (0..150_u8).map(|number| vec![number; number.into()]).collect();
    let length = |frame: &Vec<u8>| (frame.len() as u32).to_be_bytes();
    let bytes: Vec<u8> =
        frames.iter().flat_map(|frame| [&length(frame)[..], frame].concat()).collect();
    let reader = async {
        let mut random = Random::new(seed ^ 1);
        let (mut reader, mut received) = (BufferedReader::new(here), Vec::new());
        loop {
            match maybe_cut(backend, &mut random, reader.read_frame(LIMIT)).await {
                None => {}
                Some(Ok(Some(frame))) => received.push(frame),
                Some(Ok(None)) => break received,
                Some(Err(error)) => panic!("seed {seed}: a frame could not be read: {error}"),
            }
        }
    };
    let ((), received) = both(send_in_pieces::<B>(there, &bytes, seed), reader).await;
    assert!(received == frames, "seed {seed}: other frames were read than were sent");
}

async fn a_line_in_the_buffer_stays_there<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, mut there) = pair(backend).await;
    let mut reader = BufferedReader::new(here);
    write_all(&mut there, b"one\ntwo\n").await.expect("somebody reads");
    let one = P::read_line(&mut reader, LIMIT).await;
    assert_eq!(one.ok().flatten().as_deref(), Some("one"));
    let scope = backend.cancel_scope();
    scope.handle().cancel();
    let cut = scope.run(P::read_line(&mut reader, LIMIT)).await;
    assert!(cut.is_err(), "a read of a line in a cancelled scope gave {cut:?}");
    let two = P::read_line(&mut reader, LIMIT).await;
    assert_eq!(two.ok().flatten().as_deref(), Some("two"), "after a read that was cut");
}

async fn limits_are_kept<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, mut there) = pair(backend).await;
    let mut reader = BufferedReader::new(here);
    // No end of a line comes, and no end of the stream.
    let long = "x".repeat(LIMIT);
    write_all(&mut there, format!("{long}yz").as_bytes()).await.expect("somebody reads");
    let mut reading = Box::pin(P::read_line(&mut reader, LIMIT));
    let refused = in_time("a line that is too long", &mut reading).await;
    drop(reading);
    assert!(matches!(refused, Err(ReadError::Limit { limit: LIMIT })), "it gave {refused:?}");
    write_all(&mut there, b"\r\n").await.expect("somebody reads");
    let allowed = P::read_line(&mut reader, LIMIT + 2).await.ok().flatten();
    assert_eq!(allowed, Some(format!("{long}yz")), "a line that was refused, and then allowed");
    write_all(&mut there, &[0xff; 4]).await.expect("somebody reads");
    let huge = reader.read_frame(LIMIT).await;
    assert!(matches!(huge, Err(ReadError::Limit { .. })), "a frame of 4 GiB gave {huge:?}");
}

async fn an_early_end_is_told<B: Backend + Net, P: NetPolicies>(backend: &B) {
    let (here, mut there) = pair(backend).await;
    let mut reader = BufferedReader::new(here);
    write_all(&mut there, b"whole\nha").await.expect("somebody reads");
    close(&mut there).await.expect("somebody reads");
    let whole = P::read_line(&mut reader, LIMIT).await;
    assert_eq!(whole.ok().flatten().as_deref(), Some("whole"));
    let half = P::read_line(&mut reader, LIMIT).await;
    let is_told = matches!(half, Err(ReadError::IncompleteRead { available: 2 }));
    assert!(is_told, "of half a line before the end it gave {half:?}");
    assert_eq!(reader.buffer(), b"ha", "what came of half a line");
}
