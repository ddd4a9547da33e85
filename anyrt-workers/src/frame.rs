//! How messages travel through a pipe: a mark, a length, and so many bytes.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::pin::Pin;

use futures_io::{AsyncRead, AsyncWrite};

/// Tells a message from what somebody else wrote into the pipe.
const MARK: [u8; 4] = *b"anyW";

const HEAD: usize = 8;

/// Longer messages are none: a length like that was never sent.
const MOST: usize = 1 << 30;

/// A worker's first message.
pub(crate) const HELLO: &[u8] = b"hello";

fn head(len: usize) -> io::Result<[u8; HEAD]> {
    let len = u32::try_from(len).ok().filter(|len| *len as usize <= MOST);
    let len = len.ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "a job or output is longer than 1 GiB")
    })?;
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&MARK);
    head[4..].copy_from_slice(&len.to_le_bytes());
    Ok(head)
}

/// The length that a head tells; none if it is not one.
fn len(head: [u8; HEAD]) -> Option<usize> {
    let [a, b, c, d, rest @ ..] = head;
    let len = u32::from_le_bytes(rest) as usize;
    ([a, b, c, d] == MARK && len <= MOST).then_some(len)
}

fn no_frame() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "this is no message between a pool and a worker")
}

/// Writes a message, in the worker.
pub(crate) fn write(pipe: &mut impl Write, message: &[u8]) -> io::Result<()> {
    pipe.write_all(&head(message.len())?)?;
    pipe.write_all(message)?;
    pipe.flush()
}

/// Reads a message, in the worker; none at the end.
pub(crate) fn read(pipe: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; HEAD];
    match pipe.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut message = vec![0; len(head).ok_or_else(no_frame)?];
    pipe.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Writes a message to a worker.
pub(crate) async fn send(pipe: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> io::Result<()> {
    for part in [&head(message.len())?[..], message] {
        let mut rest = part;
        while !rest.is_empty() {
            match poll_fn(|cx| Pin::new(&mut *pipe).poll_write(cx, rest)).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => rest = &rest[count..],
            }
        }
    }
    poll_fn(|cx| Pin::new(&mut *pipe).poll_flush(cx)).await
}

/// Reads a message of a worker; `UnexpectedEof` if it has ended, `InvalidData` if it is no worker.
pub(crate) async fn receive(pipe: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut head = [0; HEAD];
    fill(pipe, &mut head).await?;
    let mut message = vec![0; len(head).ok_or_else(no_frame)?];
    fill(pipe, &mut message).await?;
    Ok(message)
}

async fn fill(pipe: &mut (impl AsyncRead + Unpin), mut rest: &mut [u8]) -> io::Result<()> {
    while !rest.is_empty() {
        match poll_fn(|cx| Pin::new(&mut *pipe).poll_read(cx, rest)).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => rest = &mut rest[count..],
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{HEAD, MARK, MOST, len, read, write};

    #[test]
    fn messages_come_out_as_they_went_in() {
        let mut pipe = Vec::new();
        for message in [&b""[..], b"one", &[7; 1000]] {
            write(&mut pipe, message).unwrap();
        }
        let mut pipe = &pipe[..];
        for message in [&b""[..], b"one", &[7; 1000]] {
            assert_eq!(read(&mut pipe).unwrap().as_deref(), Some(message));
        }
        assert_eq!(read(&mut pipe).unwrap(), None);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let huge = u32::try_from(MOST + 1).unwrap().to_le_bytes();
        let mut head = [0; HEAD];
        head[..4].copy_from_slice(&MARK);
        head[4..].copy_from_slice(&huge);
        assert_eq!(len(head), None);
        assert!(read(&mut &b"hello world"[..]).is_err());
        assert!(read(&mut &head[..]).is_err());
    }
}
