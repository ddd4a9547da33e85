//! S7: holders that nobody polls any more, and those that only look so.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Source, both, eventually, lock, step};
use crate::support::{Flag, Group, Log, turns};

pub(super) fn s7<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        for holder in [Holder::Shield, Holder::Group, Holder::Both] {
            for waits in [false, true] {
                backend.run(does_not_hold(backend, source, holder, waits));
            }
        }
        backend.run(the_last_poll_lets_go(backend, source));
        backend.run(beside_one_that_is_polled(backend, source));
        backend.run(polled_when_woken_holds(backend, source));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Shield,
    Group,
    Both,
}

type Boxed<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Makes a future that would hold its scope open until `release`.
fn hold<'a, B: Backend>(
    backend: &'a B,
    holder: Holder,
    release: &Event,
    log: &'a Log,
) -> Boxed<'a> {
    let shield = {
        let release = release.clone();
        move || async move {
            let _guard = log.guard("shield");
            backend.shield(release.wait()).await;
        }
    };
    let group = {
        let release = release.clone();
        move || async move {
            let ended = backend.task_group(|group: Group<B>| {
                let (backend, log) = (backend.clone(), log.clone());
                group.spawn(async move {
                    let _guard = log.guard("child");
                    backend.shield(release.wait()).await;
                    log.note("released");
                    backend.checkpoint().await;
                    log.note("not cancelled");
                });
                async {}
            });
            let _ = ended.await;
        }
    };
    match holder {
        Holder::Shield => Box::pin(shield()),
        Holder::Group => Box::pin(group()),
        Holder::Both => Box::pin(async move {
            both(shield(), group()).await;
        }),
    }
}

/// Polled once and kept: the scope ends without it, the group around the scope waits for it.
async fn does_not_hold<B: Backend>(backend: &B, source: Source, holder: Holder, waits: bool) {
    let context = &format!("{holder:?}, cancelled from {source:?}, while waiting: {waits}");
    let log = Log::new();
    let (release, returned) = (Event::new(), Event::new());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let waiting = Event::new();
    let in_scope = scope.run(async {
        let mut held = hold(backend, holder, &release, &log);
        assert!(step(&mut held).await.is_pending(), "{context}: it ended early");
        if !waits {
            source.cancel(backend, &handle).await;
        }
        waiting.set();
        backend.sleep(Duration::MAX).await;
        log.note("after the sleep");
    });
    let group = backend.task_group(|_: Group<B>| async {
        let result = in_scope.await;
        assert!(result.is_err(), "{context}: the scope gave {result:?}");
        log.note("scope");
        returned.set();
    });
    let cancelling = async {
        let _release = release.guard();
        if waits {
            waiting.wait().await;
            source.cancel(backend, &handle).await;
        }
        eventually!("a scope, whose holder nobody polls, ends", returned.is_set());
        turns(5).await;
        log.note("release");
        release.set();
    };
    let (result, ()) = both(group, cancelling).await;
    log.note("end");
    assert_eq!(result, Ok(()), "{context}: the group around the scope");
    let expected: &[_] = match holder {
        Holder::Shield => &["shield", "scope", "release", "end"],
        Holder::Group => &["scope", "release", "released", "child", "end"],
        Holder::Both => &["shield", "scope", "release", "released", "child", "end"],
    };
    assert_eq!(log.entries(), expected, "{context}: dropped, and its child adopted");
}

/// A holder that is polled for a while holds; then its owner turns to something else.
async fn the_last_poll_lets_go<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let log = Log::new();
    let (release, turn_away) = (Event::new(), Event::new());
    let _release = release.guard();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(async {
        let mut held = hold(backend, Holder::Both, &release, &log);
        let mut other = Box::pin(turn_away.wait());
        crate::support::race(held.as_mut(), other.as_mut()).await;
        backend.sleep(Duration::MAX).await;
        drop(held);
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    source.cancel(backend, &handle).await;
    for _ in 0..5 {
        assert!(step(&mut run).await.is_pending(), "{context}: a holder that is polled must hold");
        turns(1).await;
    }
    turn_away.set();
    eventually!("a scope, whose holder is no longer polled, ends", step(&mut run).await.is_ready());
    assert_eq!(log.entries(), ["shield"], "{context}: dropped without waiting for the child");
}

/// One holder is polled, one is not: the scope waits for the first alone.
async fn beside_one_that_is_polled<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let log = Log::new();
    let (release, never) = (Event::new(), Event::new());
    let _never = never.guard();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(async {
        let mut unpolled = hold(backend, Holder::Both, &never, &log);
        assert!(step(&mut unpolled).await.is_pending(), "{context}: it ended early");
        both(backend.shield(release.wait()), backend.sleep(Duration::MAX)).await;
        log.note("after the sleep");
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    source.cancel(backend, &handle).await;
    for _ in 0..5 {
        assert!(step(&mut run).await.is_pending(), "{context}: a shield that is polled must hold");
        turns(1).await;
    }
    release.set();
    eventually!("a scope ends after the holder that is polled", step(&mut run).await.is_ready());
    assert_eq!(log.entries(), ["shield"], "{context}: dropped without waiting for the child");
}

/// Polls its future only when it was woken, as a queue of futures does.
struct WhenWoken<'a> {
    future: Boxed<'a>,
    bell: Arc<Bell>,
}

struct Bell {
    woken: AtomicBool,
    task: std::sync::Mutex<Option<Waker>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        let task = lock(&self.task).clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Future for WhenWoken<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        *lock(&self.bell.task) = Some(cx.waker().clone());
        while self.bell.woken.swap(false, Ordering::SeqCst) {
            let waker = Waker::from(self.bell.clone());
            if self.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

/// A holder that is polled only when woken is not abandoned: the scope must wait for it.
async fn polled_when_woken_holds<B: Backend>(backend: &B, source: Source) {
    for holder in [Holder::Shield, Holder::Group] {
        let context = &format!("{holder:?}, cancelled from {source:?}");
        let log = Log::new();
        let release = Event::new();
        let _release = release.guard();
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let after = Flag::new();
        let mut run = Box::pin(scope.run(async {
            let bell = Arc::new(Bell { woken: AtomicBool::new(true), task: Default::default() });
            let future = hold(backend, holder, &release, &log);
            both(WhenWoken { future, bell }, backend.sleep(Duration::MAX)).await;
            after.raise();
        }));
        assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
        source.cancel(backend, &handle).await;
        for _ in 0..10 {
            assert!(
                step(&mut run).await.is_pending() && log.entries().is_empty(),
                "{context}: the scope left a holder that is polled whenever it is woken"
            );
            turns(1).await;
        }
        release.set();
        assert!(run.await.is_err(), "{context}: the scope gave a value");
        let expected: &[_] = match holder {
            Holder::Shield => &["shield"],
            _ => &["released", "child"],
        };
        assert_eq!(log.entries(), expected, "{context}: it was awaited");
        assert!(!after.is_up(), "{context}: code after a cut sleep ran");
    }
}
