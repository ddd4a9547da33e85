//! The programs, as data: what `generator.py` writes.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

/// A program: what its tasks share, and what the first of them does.
#[derive(Clone, Debug, Deserialize)]
pub struct Program {
    /// What it was made from.
    pub seed: u64,
    /// How many events there are.
    pub events: usize,
    /// How many locks there are.
    pub locks: usize,
    /// The permits of each semaphore.
    pub semaphores: Vec<usize>,
    /// The capacity of each channel.
    pub channels: Vec<usize>,
    /// How many conditions there are; programs of the corpus may be older than these.
    #[serde(default)]
    pub conditions: usize,
    /// The tokens of each capacity limiter.
    #[serde(default)]
    pub limiters: Vec<usize>,
    /// What it does.
    pub body: Block,
}

/// Statements that are done one after another.
#[derive(Clone, Debug)]
pub struct Block(Arc<[Statement]>);

impl std::ops::Deref for Block {
    type Target = [Statement];

    fn deref(&self) -> &[Statement] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Vec::deserialize(source).map(|statements| Self(statements.into()))
    }
}

/// One statement, with the number by which the log and other statements name it.
#[derive(Clone, Debug, Deserialize)]
pub struct Statement {
    /// Its number, which no other statement of the program has.
    pub id: u32,
    /// What it does.
    #[serde(flatten)]
    pub op: Op,
}

/// What a statement does; `README.md` explains each. Times are ticks.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum Op {
    Sleep { t: u64 },
    Checkpoint,
    Deadline,
    Ready,
    Fail,
    Set { event: usize },
    Wait { event: usize },
    Send { channel: usize },
    Recv { channel: usize },
    TrySend { channel: usize },
    TryRecv { channel: usize },
    CloseSend { channel: usize },
    CloseRecv { channel: usize },
    SendEnd { channel: usize, body: Block },
    RecvEnd { channel: usize, body: Block },
    Acquire { semaphore: usize, body: Block },
    TryAcquire { semaphore: usize, body: Block },
    Lock { lock: usize, body: Block },
    Await { condition: usize },
    Notify { condition: usize, all: bool },
    Borrow { limiter: usize, body: Block },
    TryBorrow { limiter: usize, body: Block },
    Resize { limiter: usize, total: usize },
    Join { target: u32 },
    Cancel { target: u32 },
    SetDeadline { target: u32, t: Option<u64> },
    SetShield { target: u32, on: bool },
    Scope { t: Option<u64>, shield: bool, body: Block },
    MoveOn { t: u64, body: Block },
    FailAfter { t: u64, body: Block },
    Shield { body: Block },
    Finally { body: Block, cleanup: Block },
    Guard { body: Block },
    Catch { body: Block },
    Repeat { times: u32, body: Block },
    Group { body: Block },
    Spawn { target: u32, body: Block },
    Start { target: u32, body: Block },
}
