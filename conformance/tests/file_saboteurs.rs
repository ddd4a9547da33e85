//! Law O4 was seen to be broken: its check fails on files that break it.

use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyrt_conformance::{AnyFile, Law, Outcome, Subject, file_law_of, run_law};
use anyrt_core::fs::File;
use anyrt_tokio::TokioBackend;
use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};

type Engines = File<Subject>;

/// Makes a fault around the engine's file: how it writes, and how it seeks.
macro_rules! files {
    ($(
        $(#[$doc:meta])* $name:ident($file:ident, $state:ident: $type:ty)
        writes($write_cx:ident, $buf:ident) $write:expr,
        seeks($seek_cx:ident, $to:ident) $seek:expr;
    )*) => {$(
        $(#[$doc])*
        struct $name(Engines, $type);

        impl AnyFile<Subject> for $name {
            fn on(driver: Subject, file: std::fs::File) -> Self {
                Self(File::on(driver, file), Default::default())
            }
        }

        impl AsyncRead for $name {
            fn poll_read(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.0).poll_read(cx, buf)
            }
        }

        impl AsyncBufRead for $name {
            fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
                Pin::new(&mut self.get_mut().0).poll_fill_buf(cx)
            }

            fn consume(mut self: Pin<&mut Self>, amount: usize) {
                Pin::new(&mut self.0).consume(amount);
            }
        }

        impl AsyncWrite for $name {
            fn poll_write(
                self: Pin<&mut Self>,
                $write_cx: &mut Context<'_>,
                $buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                let Self($file, $state) = self.get_mut();
                let _ = &$state;
                $write
            }

            fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Pin::new(&mut self.0).poll_flush(cx)
            }

            fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Pin::new(&mut self.0).poll_close(cx)
            }
        }

        impl AsyncSeek for $name {
            fn poll_seek(
                self: Pin<&mut Self>,
                $seek_cx: &mut Context<'_>,
                $to: SeekFrom,
            ) -> Poll<io::Result<u64>> {
                let Self($file, $state) = self.get_mut();
                let _ = &$state;
                $seek
            }
        }
    )*};
}

files! {
    /// Takes the end of a write that was dropped for that of the next one.
    AnswersTheWrongWrite(file, pending: Option<Vec<u8>>)
    writes(cx, buf) {
        let bytes = pending.get_or_insert_with(|| buf.to_vec());
        let polled = Pin::new(file).poll_write(cx, bytes);
        if polled.is_ready() {
            *pending = None;
        }
        polled
    },
    seeks(cx, to) Pin::new(file).poll_seek(cx, to);

    /// Says that all is written before it is.
    WritesBehind(file, behind: Vec<u8>)
    writes(cx, buf) {
        while !behind.is_empty() {
            match Pin::new(&mut *file).poll_write(cx, behind) {
                Poll::Ready(Ok(count)) => drop(behind.drain(..count)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        behind.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    },
    seeks(cx, to) Pin::new(file).poll_seek(cx, to);

    /// Counts from where the system stands, and not from where was read.
    SeeksFromElsewhere(file, _state: ())
    writes(cx, buf) Pin::new(file).poll_write(cx, buf),
    seeks(cx, to) {
        let to = match to {
            SeekFrom::Current(by) => SeekFrom::Current(by + 1),
            to => to,
        };
        Pin::new(file).poll_seek(cx, to)
    };
}

fn outcome<F: AnyFile<Subject>>() -> Outcome {
    // A check that hangs is seen to fail, too, and need not be waited for at length.
    let law = Law { limit: Duration::from_secs(10), ..file_law_of::<F, Subject>() };
    let outcome = run_law(&law, &Subject::new(TokioBackend::new()));
    println!("{outcome:?}");
    outcome
}

#[test]
fn answers_the_wrong_write() {
    assert_ne!(outcome::<AnswersTheWrongWrite>(), Outcome::Passed);
}

#[test]
fn writes_behind() {
    assert_ne!(outcome::<WritesBehind>(), Outcome::Passed);
}

#[test]
fn seeks_from_elsewhere() {
    assert_ne!(outcome::<SeeksFromElsewhere>(), Outcome::Passed);
}

#[test]
fn the_engines_own_is_harmless() {
    assert_eq!(outcome::<Engines>(), Outcome::Passed);
}
