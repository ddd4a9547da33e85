//! Questions by UDP, of which some get lost and are asked again.
//!
//! asyncio: `create_datagram_endpoint`. `AnyIO`: `create_udp_socket`, `create_connected_udp_socket`.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyrt::net::{UdpSocket, bind_udp};
use anyrt::{GroupError, TaskGroup};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Asks a server that does not hear the first questions; gives its answer, and how often it was asked.
///
/// # Errors
///
/// [`GroupError::Failed`] with what the system says of the sockets.
pub async fn udp(
    unheard: usize,
    patience: Duration,
) -> Result<(String, usize), GroupError<io::Error>> {
    anyrt::task_group(async |group: TaskGroup<io::Error>| {
        let server = bind_udp(ANYWHERE).await?;
        let client = bind_udp(ANYWHERE).await?;
        client.connect(server.local_addr()?).await?; // It hears nobody else from now on.
        group.background().spawn(serve(server, unheard));

        let mut answer = [0; 64];
        let mut asked = 0;
        loop {
            client.send(b"who is there?").await?;
            asked += 1;
            if let Some(length) = anyrt::move_on_after(patience, client.recv(&mut answer)).await {
                return Ok((String::from_utf8_lossy(&answer[..length?]).into_owned(), asked));
            }
        }
    })
    .await
}

/// Answers in capitals, for as long as somebody may ask.
async fn serve(socket: UdpSocket, mut unheard: usize) -> io::Result<Infallible> {
    let mut question = [0; 64];
    loop {
        let (length, from) = socket.recv_from(&mut question).await?;
        if unheard > 0 {
            unheard -= 1; // as if it had got lost
            continue;
        }
        question.make_ascii_uppercase();
        socket.send_to(&question[..length], from).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::udp;
    use crate::testing::{SECOND, assert_took, in_time, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn who_is_heard_is_answered_at_once() {
        let (answer, asked) = in_time(udp(0, SECOND * 100)).await.unwrap();
        assert_eq!((answer.as_str(), asked), ("WHO IS THERE?", 1));
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn what_is_lost_is_asked_again() {
        let (answered, took) = timed(udp(2, SECOND)).await;
        let (answer, asked) = answered.unwrap();
        assert_eq!(answer, "WHO IS THERE?");
        assert!(asked >= 3, "asked {asked} times");
        assert_took(took, SECOND * 2);
    }
}
