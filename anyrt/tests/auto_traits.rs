//! Which types are `Send`, `Sync` and `Unpin`: a change here is a breaking change.

use std::cell::Cell;
use std::future::{Pending, Ready};
use std::marker::PhantomPinned;
use std::rc::Rc;

use anyrt::blocking::{Portal, PortalError, ThreadGroup, ThreadHandle};
use anyrt::future::{
    CatchPanic, FailAfter, Gather, Join, JoinValue, MoveOnAfter, MoveOnWhen, NextCompleted, Race,
    Retry, RunBlocking, RunGroup, RunScope, Shield, TryGather,
};
use anyrt::net::{AnyTcpListener, AnyTcpStream, TcpListener, TcpStream};
use anyrt::process::{Command, Process};
use anyrt::{
    AnyBackend, AnySleep, AsCompleted, Backoff, CancelHandle, CancelScope, GroupError, NoRuntime,
    RaceError, Sleep, TaskError, TaskGroup, TaskHandle, UnknownBackend, channel, sync,
};

/// `Send` and not `Sync`, or `Sync` and not `Send`, or neither.
type NotSync = Cell<u8>;
type Neither = Rc<u8>;

/// Finds out whether a type has an auto trait, without failing to compile if it has not.
macro_rules! has {
    ($type:ty: $trait:ident) => {{
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "the constant below answers if the type has the trait")]
        trait Not {
            const HAS: bool = false;
        }
        impl<T> Not for Probe<T> {}
        #[allow(dead_code, reason = "the trait above answers if the type lacks it")]
        impl<T: $trait> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

/// Asserts what a type is, in the order `Send`, `Sync`, `Unpin`.
macro_rules! assert_is {
    ($($type:ty: $send:literal $sync:literal $unpin:literal;)*) => {$(
        assert_eq!(
            [has!($type: Send), has!($type: Sync), has!($type: Unpin)],
            [$send == 1, $sync == 1, $unpin == 1],
            "Send, Sync, Unpin of {}",
            stringify!($type)
        );
    )*};
}

type Body = fn(TaskGroup<String>) -> Ready<Result<(), String>>;
type Group<E, T> = RunGroup<E, fn(TaskGroup<E>) -> Ready<Result<T, E>>, Ready<Result<T, E>>, T>;
type LocalBody = Box<dyn FnOnce(TaskGroup) -> Ready<()>>;

#[test]
fn handles() {
    assert_is! {
        AnyBackend: 1 1 1;
        UnknownBackend: 1 1 1;
        NoRuntime: 1 1 1;
        CancelScope: 1 1 1;
        CancelHandle: 1 1 1;
        TaskGroup: 1 1 1;
        TaskGroup<NotSync>: 1 1 1;
        TaskHandle<u8>: 1 1 1;
        TaskHandle<NotSync>: 1 1 1;
        TaskError: 1 1 1;
        RaceError<String>: 1 1 1;
        RaceError<NotSync>: 1 0 1;
        Backoff: 1 1 1;
        ThreadGroup<'static, 'static>: 1 1 1;
        ThreadGroup<'static, 'static, NotSync>: 1 1 1;
        ThreadGroup<'static, 'static, Neither>: 0 0 1;
        ThreadHandle<'static, NotSync>: 1 1 1;
        Portal: 1 1 1;
        Portal<NotSync>: 1 1 1;
        PortalError<NotSync>: 1 0 1;
        ThreadHandle<'static, Neither>: 0 0 1;
        GroupError<String>: 1 1 1;
        GroupError<NotSync>: 1 0 1;
        Command: 1 1 1;
        Process: 1 1 1;
        anyrt::fs::File: 1 0 1;
        anyrt::fs::Walk: 1 0 1;
        TcpStream: 1 1 1;
        TcpListener: 1 1 1;
        AnyTcpStream: 1 1 1;
        AnyTcpListener: 1 1 1;
        sync::Semaphore: 1 1 1;
        sync::Permit<'static>: 1 1 1;
        sync::OwnedPermit: 1 1 1;
        sync::RateLimiter: 1 1 1;
        sync::Mutex<u8>: 1 1 1;
        sync::Mutex<NotSync>: 1 1 1;
        sync::Mutex<Neither>: 0 0 1;
        sync::Mutex<PhantomPinned>: 1 1 0;
        sync::MutexGuard<'static, u8>: 1 1 1;
        sync::MutexGuard<'static, NotSync>: 1 0 1;
        sync::MutexGuard<'static, Neither>: 0 0 1;
        sync::MutexGuard<'static, PhantomPinned>: 1 1 1;
        sync::OwnedMutexGuard<u8>: 1 1 1;
        sync::OwnedMutexGuard<NotSync>: 1 0 1;
        sync::OwnedMutexGuard<PhantomPinned>: 1 1 1;
        sync::RwLock<u8>: 1 1 1;
        sync::RwLock<NotSync>: 0 0 1;
        sync::RwLock<Neither>: 0 0 1;
        sync::RwLockReadGuard<'static, u8>: 1 1 1;
        sync::RwLockReadGuard<'static, NotSync>: 0 0 1;
        sync::RwLockWriteGuard<'static, u8>: 1 1 1;
        sync::RwLockWriteGuard<'static, PhantomPinned>: 1 1 1;
        sync::OwnedRwLockReadGuard<u8>: 1 1 1;
        sync::OwnedRwLockWriteGuard<u8>: 1 1 1;
        sync::Barrier: 1 1 1;
        sync::CapacityLimiter: 1 1 1;
        sync::Token<'static>: 1 1 1;
        sync::OwnedToken: 1 1 1;
        sync::Condvar: 1 1 1;
        sync::OnceCell<u8>: 1 1 1;
        sync::OnceCell<NotSync>: 1 0 1;
        sync::OnceCell<Neither>: 0 0 1;
        sync::ResourceGuard: 1 1 1;
        sync::ResourceUse<'static>: 1 1 1;
        sync::OwnedResourceUse: 1 1 1;
        sync::Event: 1 1 1;
        channel::Sender<u8>: 1 1 1;
        channel::Sender<NotSync>: 1 1 1;
        channel::Sender<Neither>: 0 0 1;
        channel::Receiver<u8>: 1 1 1;
        channel::Receiver<NotSync>: 1 1 1;
        channel::Receiver<Neither>: 0 0 1;
    }
}

#[test]
fn futures_that_wait() {
    assert_is! {
        Join<u8>: 1 1 1;
        Join<NotSync>: 1 1 1;
        JoinValue<u8>: 1 1 1;
        JoinValue<NotSync>: 1 1 1;
        RunBlocking<fn() -> u8, u8>: 1 1 1;
        sync::Acquire<'static>: 1 1 1;
        sync::AcquireOwned: 1 1 1;
        sync::Lock<'static, NotSync>: 1 1 1;
        sync::Lock<'static, Neither>: 0 0 1;
        sync::Lock<'static, PhantomPinned>: 1 1 1;
        sync::LockOwned<NotSync>: 1 1 1;
        sync::LockOwned<PhantomPinned>: 1 1 1;
        sync::RwLockRead<'static, u8>: 1 1 1;
        sync::RwLockRead<'static, NotSync>: 0 0 1;
        sync::RwLockReadOwned<PhantomPinned>: 1 1 1;
        sync::RwLockWrite<'static, u8>: 1 1 1;
        sync::RwLockWriteOwned<u8>: 1 1 1;
        sync::CondvarWait<'static, sync::MutexGuard<'static, u8>>: 1 1 1;
        sync::CondvarWait<'static, sync::MutexGuard<'static, NotSync>>: 1 0 1;
        sync::CondvarWait<'static, sync::OwnedMutexGuard<PhantomPinned>>: 1 1 1;
        sync::BarrierWait<'static>: 1 1 1;
        sync::BarrierWaitOwned: 1 1 1;
        sync::AcquireToken<'static>: 1 1 1;
        sync::AcquireTokenOwned: 1 1 1;
        sync::EventWait<'static>: 1 1 1;
        sync::EventWaitOwned: 1 1 1;
        channel::Sending<'static, u8>: 1 1 1;
        channel::Receiving<'static, u8>: 1 1 1;
        channel::Receiving<'static, Neither>: 0 0 1;
    }
    // tokio's timer lies in them, and is pinned.
    assert_is! {
        Sleep: 1 1 0;
        AnySleep: 1 1 0;
        sync::RateAcquire<'static>: 1 1 0;
    }
}

#[test]
fn futures_that_run_others() {
    assert_is! {
        RunScope<Pending<u8>>: 1 1 1;
        RunScope<Pending<NotSync>>: 1 1 1;
        RunScope<Neither>: 0 0 1;
        RunScope<PhantomPinned>: 1 1 0;
        MoveOnAfter<Pending<u8>>: 1 1 1;
        MoveOnAfter<Neither>: 0 0 1;
        FailAfter<Pending<u8>>: 1 1 1;
        FailAfter<Neither>: 0 0 1;
        MoveOnWhen<Pending<()>, Pending<u8>>: 1 1 1;
        MoveOnWhen<Neither, Pending<u8>>: 0 0 1;
        MoveOnWhen<Pending<()>, Neither>: 0 0 1;
        CatchPanic<Pending<NotSync>>: 1 1 1;
        CatchPanic<Neither>: 0 0 1;
        Shield<Pending<u8>>: 1 1 1;
        Shield<Neither>: 0 0 1;
        RunGroup<String, Body, Ready<Result<(), String>>, ()>: 1 1 1;
        Group<NotSync, u8>: 1 0 1;
        Group<String, Neither>: 0 0 1;
        RunGroup<std::convert::Infallible, LocalBody, Ready<()>, ()>: 0 0 1;
    }
}

// Each holds the futures in a box until its first poll, which needs them to be `Send` alone.
#[test]
fn futures_that_join_others() {
    assert_is! {
        Gather<Vec<u8>>: 1 0 1;
        Gather<(u8, NotSync)>: 1 0 1;
        TryGather<Vec<u8>, String>: 1 0 1;
        TryGather<Vec<NotSync>, NotSync>: 1 0 1;
        Race<u8, String>: 1 0 1;
        Race<NotSync, NotSync>: 1 0 1;
        AsCompleted<u8>: 1 0 1;
        AsCompleted<NotSync>: 1 0 1;
        NextCompleted<'static, u8>: 1 0 1;
        Retry<Backoff, fn() -> Pending<u8>, Pending<u8>>: 1 1 0;
        Retry<Backoff, fn() -> Neither, Neither>: 0 0 0;
    }
}

#[test]
fn futures_without_names() {
    fn is_send_and_sync<T: Send + Sync>(_: T) {}
    is_send_and_sync(anyrt::checkpoint());
    is_send_and_sync(anyrt::yield_now());
    static CELL: sync::OnceCell<u8> = sync::OnceCell::new();
    static LOCK: sync::Mutex<u8> = sync::Mutex::new(0);
    static CHANGED: sync::Condvar = sync::Condvar::new();
    is_send_and_sync(CELL.get_or_init(|| std::future::ready(0)));
    is_send_and_sync(async { CHANGED.wait_while(LOCK.lock().await, |data| *data == 0).await });
    let address = ([127, 0, 0, 1], 0).into();
    fn is_send<T: Send>(_: T) {}
    is_send(anyrt::bracket(1, async |one| *one, async |_: u8| {}));
    is_send(anyrt::net::connect(address));
    is_send(anyrt::net::listen(address));
    is_send(async move {
        let socket = anyrt::net::bind_udp(address).await.unwrap();
        socket.connect(address).await.unwrap();
        socket.send(&[]).await.unwrap();
        let (stream, mut line) = (anyrt::net::connect(address).await.unwrap(), String::new());
        let mut reader = anyrt::io::BufferedReader::new(stream);
        line.extend(reader.read_line(9).await.unwrap());
    });
}
