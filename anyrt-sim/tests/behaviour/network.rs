//! The network in memory, whole and broken.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use anyrt_core::net::{ATTEMPT_DELAY, Listeners, Net};
use anyrt_core::prelude::*;
use anyrt_sim::{Cause, Sim, SimBackend};
use futures_util::{AsyncReadExt, AsyncWriteExt, join};

use crate::{Group, here};

type Stream = <SimBackend as Net>::TcpStream;

const MS: Duration = Duration::from_millis(1);

fn server() -> SocketAddr {
    "10.0.0.1:80".parse().unwrap()
}

async fn connected() -> (Stream, Stream) {
    let sim = here();
    let listener = sim.listen(server()).await.unwrap();
    let (client, accepted) = join!(sim.connect(server()), listener.accept());
    (client.unwrap(), accepted.unwrap().0)
}

#[test]
fn addresses_are_those_of_the_simulation() {
    Sim::new(1).run(async {
        let sim = here();
        let refused = sim.connect(server()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let first = sim.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let second = sim.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        assert_ne!(first.local_addr().unwrap(), second.local_addr().unwrap());
        let taken = sim.listen(first.local_addr().unwrap()).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);
        drop(first);

        let any = sim.listen("0.0.0.0:80".parse().unwrap()).await.unwrap();
        let client = sim.connect(server()).await.unwrap();
        let (accepted, peer) = any.accept().await.unwrap();
        assert_eq!((client.local_addr().unwrap(), client.peer_addr().unwrap()), (peer, server()));
        assert_eq!(accepted.local_addr().unwrap(), server());
        drop(any);
        let refused = sim.connect(server()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_close_is_an_end_and_no_more_is_taken() {
    Sim::new(1).run(async {
        let (mut client, mut server) = connected().await;
        client.write_all(b"last words").await.unwrap();
        client.close().await.unwrap();
        let mut text = String::new();
        server.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "last words");
        server.write_all(b"answer").await.unwrap();
        drop(server);
        client.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "last wordsanswer");
        let error = client.write_all(b"x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        assert_eq!(here().net().connections().len(), 1);
        drop(client);
        assert_eq!(here().net().connections(), []);
    });
}

#[test]
fn latency_is_drawn_from_its_range() {
    for seed in 0..50 {
        Sim::new(seed).run(async {
            let (sim, begin) = (here(), here().now());
            sim.net().set_latency(10 * MS..=20 * MS);
            let (mut client, mut server) = connected().await;
            let connecting = sim.now() - begin;
            assert!((20 * MS..=40 * MS).contains(&connecting), "{connecting:?}");
            let begin = sim.now();
            client.write_all(&[1]).await.unwrap();
            client.write_all(&[2]).await.unwrap();
            assert_eq!(sim.now(), begin, "a write waits for nobody");
            let mut bytes = [0; 2];
            server.read_exact(&mut bytes).await.unwrap();
            let (on_its_way, order) = (sim.now() - begin, bytes);
            assert!((10 * MS..=20 * MS).contains(&on_its_way), "{on_its_way:?}");
            assert_eq!(order, [1, 2]);
        });
    }
}

#[test]
fn a_reader_that_does_not_read_stops_the_writer() {
    Sim::new(1).run(async {
        here().net().set_capacity(100);
        let (mut client, mut server) = connected().await;
        let written = here().move_on_after(MS, client.write_all(&[7; 150])).await;
        assert!(written.is_none(), "150 bytes went where there is room for 100");
        let mut bytes = [0; 100];
        server.read_exact(&mut bytes).await.unwrap();
        client.write_all(&[7; 100]).await.unwrap();
    });
}

#[test]
fn a_reset_reaches_both_ends_also_while_they_wait() {
    Sim::new(1).run(async {
        let (mut client, mut server) = connected().await;
        let mut buf = [0; 1];
        let sim = here();
        let reading = async { server.read(&mut buf).await.unwrap_err().kind() };
        let breaking = async {
            sim.sleep(MS).await;
            sim.net().reset(self::server())
        };
        assert_eq!(join!(reading, breaking), (ErrorKind::ConnectionReset, 1));
        let error = client.write(b"x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    });
}

#[test]
fn a_half_open_peer_says_nothing_and_takes_what_fits() {
    Sim::new(1).run(async {
        let sim = here();
        sim.net().set_capacity(10);
        let (mut client, server) = connected().await;
        assert_eq!(sim.net().cut(self::server()), 1);
        drop(server);
        let mut buf = [0; 1];
        let read = sim.move_on_after(3600 * 1000 * MS, client.read(&mut buf)).await;
        assert!(read.is_none(), "a peer that is cut off gave {read:?}");
        client.write_all(&[7; 10]).await.unwrap();
        let full = sim.move_on_after(MS, client.write(&[7])).await;
        assert!(full.is_none(), "a full connection took more: {full:?}");
        let connecting = sim.move_on_after(MS, sim.connect(self::server())).await;
        assert!(connecting.is_none(), "an address that is cut off answered");
    });
}

#[test]
fn a_wait_for_the_network_shows_in_the_tree() {
    let stuck = Sim::new(1).try_run(async {
        let (mut client, _server) = connected().await;
        let sim = here();
        let ended = sim.task_group(async |group: Group| {
            group.named("reader").spawn(async move { drop(client.read(&mut [0; 1]).await) });
            let accepting = sim.clone();
            group.named("acceptor").spawn(async move {
                let listener = accepting.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
                drop(listener.accept().await);
            });
        });
        ended.await.unwrap();
    });
    let error = stuck.unwrap_err();
    assert_eq!(error.cause(), Cause::Deadlock);
    let waiting = |name| {
        let task = error.task_tree().lines().find(|line| line.contains(name));
        task.is_some_and(|task| task.contains("waits for the network"))
    };
    assert!(waiting("`reader`") && waiting("`acceptor`"), "{error}");
}

#[test]
fn attempts_begin_at_their_times() {
    Sim::new(1).run(async {
        let sim = here();
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let addresses =
            [address("10.0.0.2:80"), address("10.0.0.3:80"), address("[::1]:80"), server()];
        let _listener = sim.listen(server()).await.unwrap();
        sim.net().cut(addresses[0]);
        sim.net().set_latency_to(server().ip(), 10 * MS..=10 * MS);
        sim.net().set_host("shop", addresses.map(|address| address.ip()));
        // One hangs, then one of the other family is refused, then the next, each at once.
        let stream = sim.connect_host("shop", 80).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), server());
        assert_eq!(sim.elapsed(), ATTEMPT_DELAY + 20 * MS);

        let error = sim.connect_host("nobody", 80).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("`nobody`"), "{error}");
    });
}

#[test]
fn a_crowd_at_one_door_does_not_keep_the_other_shut() {
    Sim::new(1).run(async {
        let sim = here();
        let doors = ["10.0.0.1:80", "10.0.0.2:80"].map(|text| text.parse::<SocketAddr>().unwrap());
        let mut listeners = Vec::new();
        for door in doors {
            listeners.push(sim.listen(door).await.unwrap());
        }
        let listeners = Listeners::new(listeners);
        assert_eq!(listeners.local_addrs().unwrap(), doors);
        let mut clients = Vec::new();
        for door in [0, 0, 0, 1] {
            clients.push(sim.connect(doors[door]).await.unwrap());
        }
        let mut entered = Vec::new();
        for _ in 0..4 {
            let (stream, _) = listeners.accept().await.unwrap();
            entered.push(stream.local_addr().unwrap());
        }
        assert!(entered[..2].contains(&doors[1]), "{entered:?}");

        let none = Listeners::<<SimBackend as Net>::TcpListener>::new(Vec::new());
        assert_eq!(none.accept().await.unwrap_err().kind(), ErrorKind::InvalidInput);
    });
}

/// What is told of datagrams that nobody takes: inside one machine all, on a network nothing.
#[cfg(unix)]
#[test]
fn datagrams_that_nobody_takes_are_told_where_a_system_tells_it() {
    Sim::new(1).run(async {
        let sim = here();
        let anywhere = "127.0.0.1:0".parse().unwrap();
        let (one, two) =
            (sim.bind_udp(anywhere).await.unwrap(), sim.bind_udp(anywhere).await.unwrap());
        two.connect(server()).await.unwrap();
        for address in [two.local_addr().unwrap(), server()] {
            assert_eq!(one.send_to(b"lost", address).await.unwrap(), 4);
        }

        let path = std::path::Path::new("/in/the/simulation");
        let socket = sim.unix_datagram(Some(path)).await.unwrap();
        let (left, right) = sim.unix_datagram_pair().await.unwrap();
        socket.connect(path).unwrap();
        let not_its_peer = left.send_to(b"lost", path).await.unwrap_err();
        assert_eq!(not_its_peer.kind(), ErrorKind::PermissionDenied);
        drop(right);
        let gone = left.send(b"lost").await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::ConnectionRefused);
        drop(socket);
        assert!(sim.unix_datagram(Some(path)).await.is_ok(), "the path of nobody is free");
    });
}
