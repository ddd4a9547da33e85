//! Lines and frames that come in pieces, under readers that are dropped.

use std::collections::VecDeque;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::error::ReadError;
use anyrt_core::io::BufferedReader;
use futures_executor::block_on;
use futures_util::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, FutureExt};

/// A stream that gives one piece at a time, and has whoever asks wait once before each.
#[derive(Debug)]
struct Pieces {
    pieces: VecDeque<Vec<u8>>,
    has_waited: bool,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.has_waited = !self.has_waited;
        if self.has_waited {
            return Poll::Pending;
        }
        let Some(mut piece) = self.pieces.pop_front() else { return Poll::Ready(Ok(0)) };
        let count = piece.len().min(buf.len());
        buf[..count].copy_from_slice(&piece[..count]);
        piece.drain(..count);
        if !piece.is_empty() {
            self.pieces.push_front(piece);
        }
        Poll::Ready(Ok(count))
    }
}

fn reader<P: AsRef<[u8]>>(pieces: impl IntoIterator<Item = P>) -> BufferedReader<Pieces> {
    let pieces = pieces.into_iter().map(|piece| piece.as_ref().to_vec()).collect();
    BufferedReader::new(Pieces { pieces, has_waited: false })
}

/// Polls each future once, and makes another when it waits.
macro_rules! with_drops {
    ($future:expr) => {
        loop {
            if let Some(output) = $future.now_or_never() {
                break output;
            }
        }
    };
}

fn lines(reader: &mut BufferedReader<Pieces>, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(line) = with_drops!(reader.read_line(limit)).unwrap() {
        lines.push(line);
    }
    lines
}

#[test]
fn a_line_in_pieces_survives_every_drop() {
    let text = "grüße\r\n\nein Wort\n\u{1F980}\r\n";
    for length in 1..=text.len() {
        let mut reader = reader(text.as_bytes().chunks(length));
        assert_eq!(lines(&mut reader, 20), ["grüße", "", "ein Wort", "\u{1F980}"], "by {length}");
    }
}

#[test]
fn a_limit_counts_the_line_without_its_end() {
    for end in ["\n", "\r\n"] {
        for length in 1..8 {
            let text = format!("12345{end}");
            let mut short = reader(text.as_bytes().chunks(length));
            let long = with_drops!(short.read_line(4));
            assert!(matches!(long, Err(ReadError::Limit { limit: 4 })), "by {length}: {long:?}");
            assert_eq!(with_drops!(short.read_line(5)).unwrap().unwrap(), "12345");
            assert!(with_drops!(short.read_line(5)).unwrap().is_none());
        }
    }
    // A return that is no part of an end counts.
    let mut inside = reader(["\r12\r\n", "\n"]);
    assert!(with_drops!(inside.read_line(2)).is_err());
    assert_eq!(lines(&mut inside, 3), ["\r12", ""]);
}

#[test]
fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let mut endless = reader(std::iter::repeat_n([b'x'; 8192], 1000));
    let error = with_drops!(endless.read_line(10_000)).unwrap_err();
    assert!(endless.buffer().len() < 20_000, "{} bytes were read", endless.buffer().len());
    assert!(error.to_string().contains("limit of 10000 bytes"), "{error}");
    assert_eq!(io::Error::from(error).kind(), ErrorKind::InvalidData);
}

#[test]
fn a_delimiter_may_come_in_two_pieces() {
    for length in 1..12 {
        let mut reader = reader(b"a\r\n\rb\r\n\r\nrest".chunks(length));
        let head = with_drops!(reader.read_until(b"\r\n\r\n", 5)).unwrap();
        assert_eq!(head.as_deref(), Some(&b"a\r\n\rb"[..]), "by {length}");
        let rest = with_drops!(reader.read_exact(4)).unwrap();
        assert_eq!(rest.as_deref(), Some(&b"rest"[..]));
    }
    let mut reader = reader([b"abcd--"]);
    let long = with_drops!(reader.read_until(b"--", 3));
    assert!(matches!(long, Err(ReadError::Limit { limit: 3 })), "{long:?}");
    assert_eq!(with_drops!(reader.read_until(b"--", 4)).unwrap().unwrap(), b"abcd");
}

#[test]
fn a_frame_in_pieces_survives_every_drop() {
    let mut bytes = Vec::new();
    for frame in ["one", "", "three and more"] {
        bytes.extend((frame.len() as u32).to_be_bytes());
        bytes.extend(frame.as_bytes());
    }
    for length in 1..=bytes.len() {
        let mut reader = reader(bytes.chunks(length));
        for frame in ["one", "", "three and more"] {
            let read = with_drops!(reader.read_frame(14)).unwrap();
            assert_eq!(read.as_deref(), Some(frame.as_bytes()), "by {length}");
        }
        assert!(with_drops!(reader.read_frame(14)).unwrap().is_none());
    }
}

#[test]
fn a_huge_length_takes_no_memory() {
    let mut frame = reader([[0xff; 8]]);
    let long = with_drops!(frame.read_frame(1_000_000));
    assert!(matches!(long, Err(ReadError::Limit { limit: 1_000_000 })), "{long:?}");
    assert_eq!(frame.buffer(), [0xff; 8], "nothing was taken");
    // Where it is allowed, it ends with the stream.
    let half = with_drops!(frame.read_frame(usize::MAX));
    assert!(matches!(half, Err(ReadError::IncompleteRead { available: 8 })), "{half:?}");

    let mut exact = reader([[1; 8]]);
    let half = with_drops!(exact.read_exact(usize::MAX));
    assert!(matches!(half, Err(ReadError::IncompleteRead { available: 8 })), "{half:?}");
}

#[test]
fn what_came_before_an_early_end_is_kept() {
    let mut reader = reader(["whole\nha", "lf"]);
    assert_eq!(with_drops!(reader.read_line(9)).unwrap().unwrap(), "whole");
    for _ in 0..2 {
        let half = with_drops!(reader.read_line(9)).unwrap_err();
        assert!(matches!(half, ReadError::IncompleteRead { available: 4 }), "{half:?}");
        assert_eq!(io::Error::from(half).kind(), ErrorKind::UnexpectedEof);
    }
    assert_eq!(reader.buffer(), b"half");
    assert_eq!(with_drops!(reader.read_exact(0)).unwrap().unwrap(), b"");
    let (stream, bytes) = reader.into_parts();
    assert!(stream.pieces.is_empty());
    assert_eq!(bytes, b"half");
}

#[test]
fn after_a_line_that_is_no_text_comes_the_next_one() {
    let mut reader = reader([&b"\xff\xfe\nfine\n"[..]]);
    let wrong = with_drops!(reader.read_line(9)).unwrap_err();
    assert!(wrong.source().is_some());
    let ReadError::NotUtf8(bytes) = wrong else { panic!("{wrong:?}") };
    assert_eq!(bytes.into_bytes(), b"\xff\xfe");
    assert_eq!(lines(&mut reader, 9), ["fine"]);
}

#[test]
fn the_rest_can_be_read_by_other_means() {
    let mut reader = BufferedReader::new(&b"first\nsecond\nrest"[..]);
    block_on(async {
        assert_eq!(reader.read_line(9).await.unwrap().unwrap(), "first");
        let mut line = Vec::new();
        AsyncBufReadExt::read_until(&mut reader, b'\n', &mut line).await.unwrap();
        assert_eq!(line, b"second\n");
        let mut rest = String::new();
        reader.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "rest");
    });
}

#[test]
fn it_writes_to_its_stream() {
    let stream = futures_util::io::Cursor::new(Vec::new());
    let mut reader = BufferedReader::new(stream);
    block_on(async {
        reader.write_all(b"out").await.unwrap();
        reader.close().await.unwrap();
    });
    assert_eq!(reader.get_ref().get_ref(), b"out");
    assert_eq!(reader.get_mut().get_mut(), b"out");
}

#[test]
#[should_panic(expected = "give a byte or more")]
fn an_empty_delimiter_is_refused() {
    let _ = block_on(BufferedReader::new(&b"text"[..]).read_until(b"", 9));
}

/// An error of the stream is given as it is, and what came before it stays.
#[test]
fn an_error_loses_nothing() {
    struct Broken(bool);
    impl AsyncRead for Broken {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
            }
            buf[..4].copy_from_slice(b"half");
            Poll::Ready(Ok(4))
        }
    }
    let mut reader = BufferedReader::new(Broken(false));
    let error = block_on(reader.read_line(9)).unwrap_err();
    assert!(matches!(&error, ReadError::Io(error) if error.kind() == ErrorKind::ConnectionReset));
    assert_eq!(io::Error::from(error).kind(), ErrorKind::ConnectionReset);
    assert_eq!(reader.buffer(), b"half");
}
