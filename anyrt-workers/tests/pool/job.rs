//! The jobs of the tests.

use std::thread;
use std::time::Duration;

use anyrt_workers::Job;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) enum Task {
    /// Gives the sum, and which process made it.
    Add(u64, u64),
    /// Gives as much back.
    Echo(Vec<u8>),
    Panic(String),
    Exit(i32),
    Abort,
    Sleep(Duration),
    /// Writes where the output goes.
    Print,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Made {
    Sum { sum: u64, process: u32 },
    Bytes(Vec<u8>),
    Nothing,
}

impl Job for Task {
    type Output = Made;

    fn run(self) -> Made {
        match self {
            Self::Add(left, right) => Made::Sum { sum: left + right, process: std::process::id() },
            Self::Echo(bytes) => Made::Bytes(bytes),
            Self::Panic(message) => panic!("{message}"),
            Self::Exit(code) => std::process::exit(code),
            Self::Abort => std::process::abort(),
            Self::Sleep(time) => {
                thread::sleep(time);
                Made::Nothing
            }
            Self::Print => {
                println!("hello, is anybody there?");
                Made::Nothing
            }
        }
    }
}
