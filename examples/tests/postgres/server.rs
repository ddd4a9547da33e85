//! A server of the tests' own, in a temporary folder, on a free port of loopback.
//!
//! # Invariants
//!
//! - A shell watches over the server, and ends it when its input ends: so when the server is dropped, and also
//!   when the test is killed, whose end of the pipe the system closes.
//! - The shell is in a process group of its own: a Ctrl-C in the terminal does not end it before the server.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use tokio_postgres::Config;

use crate::PATIENCE;
use crate::installation::Installation;

/// Its first arguments are the server and the folder, the others are the server's. One that has only just
/// begun does not heed a signal.
const WATCH: &str = r#"
postgres=$1 folder=$2
shift 2
start() { "$postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1 </dev/null & server=$!; }
end() {
    while kill -QUIT "$server" 2>/dev/null; do sleep 0.02; done
    wait "$server"
    rm -f "$folder/data/postmaster.pid"
}
start "$@"
while read -r order; do
    case $order in
        kill) end ;;
        start) start "$@" ;;
    esac
    echo done
done
end
cd /
rm -rf "$folder"
"#;

/// Anybody may come in but `guest`, who needs a password.
const WHO_MAY: &str =
    "host all guest 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";

/// A port that another process took in the meantime is no fault of the test.
const ATTEMPTS: usize = 5;

/// A server, which ends when this is dropped.
pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    watch: Mutex<(Child, BufReader<ChildStdout>)>,
}

impl Installation {
    /// Starts a server.
    pub(crate) fn start(&self) -> Server {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("anyrt-postgres-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let mut log = String::new();
        for _ in 0..ATTEMPTS {
            self.own(&folder);
            let port = free_port();
            let server = Server { watch: self.watch(&folder, port), port, folder: folder.clone() };
            match server.wait_until_ready() {
                Ok(()) => return server,
                Err(text) => writeln!(log, "{text}").unwrap(),
            }
        }
        panic!("PostgreSQL does not start:\n{log}");
    }

    fn watch(&self, folder: &Path, port: u16) -> Mutex<(Child, BufReader<ChildStdout>)> {
        let data = folder.join("data");
        let mut initdb = self.command(&self.initdb, folder);
        initdb.args(["--no-sync", "--auth=trust", "--username=admin", "--encoding=UTF8"]);
        let made = initdb.args(["--locale=C", "--pgdata"]).arg(&data).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        fs::write(data.join("pg_hba.conf"), WHO_MAY).unwrap();

        let mut watch = self.command("sh", folder);
        watch.args(["-c", WATCH, "watch"]).args([&self.postgres, folder]);
        let port = format!("port={port}");
        let sockets = format!("unix_socket_directories={}", folder.display());
        let settings =
            ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=40", &port, &sockets];
        watch.args(settings.iter().flat_map(|setting| ["-c", setting]));
        watch.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = watch.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Mutex::new((child, answers))
    }
}

impl Server {
    /// Where it is, for somebody whom it knows.
    pub(crate) fn config(&self, user: &str) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(user).dbname("postgres");
        config
    }

    /// Has it end at once, without a word to anybody; returns when it is gone.
    pub(crate) fn kill(&self) {
        self.order("kill");
    }

    /// Starts it again, on the same port.
    pub(crate) fn start_again(&self) {
        self.order("start");
        self.wait_until_ready().unwrap();
    }

    fn order(&self, order: &str) {
        let mut watch = self.watch.lock().unwrap();
        writeln!(watch.0.stdin.as_mut().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        watch.1.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n");
    }

    /// It writes its state into a file.
    fn wait_until_ready(&self) -> Result<(), String> {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        let start = Instant::now();
        let is_ready = || {
            let states = read("data/postmaster.pid");
            states.lines().nth(7).is_some_and(|state| state.trim() == "ready")
        };
        while !is_ready() {
            let log = read("log");
            if log.contains("could not create any TCP/IP sockets") || start.elapsed() > PATIENCE {
                return Err(log);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let watch = self.watch.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(watch.0.stdin.take());
        let _ = watch.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

const HOLD: &str = "ANYRT_HOLD_A_POSTGRES";

/// Whether this process is the one that is going to be killed.
pub(crate) fn is_to_be_held() -> bool {
    std::env::var_os(HOLD).is_some()
}

/// Starts a server, says where, and keeps it.
pub(crate) fn hold(installation: &Installation) -> ExitCode {
    let server = installation.start();
    println!("{} {}", server.port, server.folder.display());
    thread::sleep(PATIENCE);
    ExitCode::FAILURE
}

pub(crate) fn it_does_not_outlive_a_test_that_is_killed() {
    let mut test = Command::new(std::env::current_exe().unwrap());
    let mut test = test.env(HOLD, "1").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(test.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (port, folder) = line.trim().split_once(' ').unwrap();
    let is_there = || TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse().unwrap())).is_ok();
    assert!(is_there() && Path::new(folder).exists());

    test.kill().unwrap();
    test.wait().unwrap();
    let start = Instant::now();
    while is_there() || Path::new(folder).exists() {
        assert!(start.elapsed() < PATIENCE, "the server has outlived its test");
        thread::sleep(Duration::from_millis(5));
    }
}
