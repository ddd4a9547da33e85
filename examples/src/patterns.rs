//! One concurrency pattern in each file, as a function that gives its outcome, with its test.
//!
//! Where a pattern takes time it is told how long a `second` is, so that a test can make it short.

pub mod all_failures;
pub mod any_backend;
pub mod blocking_work;
pub mod concurrent_fetch;
pub mod connection_pool;
pub mod event;
pub mod fan_out;
pub mod first_failure;
pub mod gather;
pub mod graceful_shutdown;
pub mod http_client;
pub mod lock;
pub mod many_producers;
pub mod mistakes;
pub mod nursery;
pub mod paginate;
pub mod queue;
pub mod race;
pub mod rate_limit;
pub mod retry;
pub mod session;
pub mod supervisor;
pub mod task_group;
pub mod timeout_each;
pub mod timeouts;
pub mod tls;
pub mod udp;
pub mod unix_socket;
pub mod which_backend;
pub mod worker_process;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::log::Log;

    fn can_be_spawned<F: Future + Send>(_: F) {}

    /// What a library offers must be good for the tasks of its callers, too.
    #[test]
    fn each_pattern_can_be_a_task() {
        const SECOND: Duration = Duration::from_secs(1);
        anyrt::run(async {
            let log = Log::new();
            let never = || anyrt::sleep_forever();
            can_be_spawned(all_failures::all_failures(SECOND));
            can_be_spawned(any_backend::sorted_by_sleeping(vec![], SECOND));
            can_be_spawned(blocking_work::in_a_thread(|| Ok::<_, &str>(1), SECOND));
            can_be_spawned(concurrent_fetch::at_once(vec![]));
            can_be_spawned(event::event(1));
            can_be_spawned(fan_out::fan_out(1, SECOND));
            can_be_spawned(first_failure::first_failure(SECOND));
            can_be_spawned(gather::in_call_order(SECOND));
            can_be_spawned(gather::in_finishing_order(SECOND));
            can_be_spawned(http_client::http_client(vec![], 1));
            can_be_spawned(lock::locked(1));
            can_be_spawned(many_producers::many_producers(1));
            can_be_spawned(mistakes::fire_and_forget(SECOND));
            can_be_spawned(mistakes::not_blocking_the_loop(SECOND));
            can_be_spawned(nursery::nursery(SECOND));
            can_be_spawned(queue::queue(1, 1));
            can_be_spawned(race::happy_eyeballs(&[]));
            can_be_spawned(race::race(SECOND, &log));
            can_be_spawned(rate_limit::rate_limit(1, 1, SECOND));
            can_be_spawned(retry::ask_three_times(SECOND, SECOND, never));
            can_be_spawned(session::with_session(&<_>::default(), async |session| {
                session.ask(1).await
            }));
            can_be_spawned(supervisor::supervisor(SECOND, &log));
            can_be_spawned(task_group::load(vec![], SECOND, &log));
            can_be_spawned(timeout_each::timeout_each(vec![], SECOND));
            can_be_spawned(timeouts::fail_after_two(SECOND, 1));
            can_be_spawned(tls::ask(([127, 0, 0, 1], 1).into(), &tls::trusting(&[]), ""));
            can_be_spawned(udp::udp(1, SECOND));
            can_be_spawned(unix_socket::unix_socket("path".as_ref(), &[]));
            can_be_spawned(which_backend::which_backend(SECOND));
        });
    }
}
