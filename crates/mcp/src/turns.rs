//! Where searches run: on a few threads where they may take their time, in turn, and not for
//! ever.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;

/// How many searches run at once.
pub(crate) const AT_ONCE: usize = 2;

/// How many may wait for their turn; a call beyond that is told to come again.
const WAITING: usize = 256;

/// How long a call waits for its turn and its search together. An agent is more patient than
/// a page, and may send all that it wants to know at once.
const DEADLINE: Duration = Duration::from_secs(30);

/// The turns of all clients of a server.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Turns {
    pub(crate) fn new() -> Turns {
        Turns {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        }
    }

    /// Does work that blocks, when it is its turn.
    pub(crate) async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let deadline = Instant::now() + DEADLINE;
        let _place = self.waiting.try_acquire().map_err(|_| Failure::Busy)?;
        let turn = timeout_at(deadline, Arc::clone(&self.running).acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(Failure::Busy)?;
        let job = tokio::task::spawn_blocking(move || {
            // A search that goes on behind the deadline keeps its turn.
            let _turn = turn;
            work()
        });
        match timeout_at(deadline, job).await {
            Err(_) => Err(Failure::Busy),
            // It panicked.
            Ok(Err(_)) => Err(Failure::Fault),
            Ok(Ok(done)) => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_runtime(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(test);
    }

    #[test]
    fn all_get_their_turn_and_no_more_than_two_at_once() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        with_runtime(async {
            let turns = Turns::new();
            let calls: Vec<_> = (0..100)
                .map(|number| {
                    let turns = turns.clone();
                    tokio::spawn(async move {
                        let done = turns.take(move || {
                            MOST.fetch_max(1 + RUNNING.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(1));
                            RUNNING.fetch_sub(1, Ordering::SeqCst);
                            Ok(number)
                        });
                        assert_eq!(done.await, Ok(number));
                    })
                })
                .collect();
            for call in calls {
                call.await.expect("a call");
            }
            assert!((1..=AT_ONCE).contains(&MOST.load(Ordering::SeqCst)));
        });
    }

    #[test]
    fn a_fault_ends_its_call_alone() {
        with_runtime(async {
            let turns = Turns::new();
            for _ in 0..3 {
                let fault: Result<(), Failure> = turns.take(|| panic!("a fault, on purpose")).await;
                assert_eq!(fault, Err(Failure::Fault));
            }
            assert_eq!(turns.take(|| Ok(1)).await, Ok(1));
        });
    }

    #[test]
    fn whoever_comes_when_too_many_wait_is_told() {
        with_runtime(async {
            let turns = Turns::new();
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let stopped = Arc::new(std::sync::Mutex::new(stopped));
            let calls: Vec<_> = (0..AT_ONCE + WAITING)
                .map(|_| {
                    let (turns, stopped) = (turns.clone(), Arc::clone(&stopped));
                    tokio::spawn(async move {
                        turns
                            .take(move || {
                                let _ = stopped.lock().map(|stopped| stopped.recv());
                                Ok(())
                            })
                            .await
                    })
                })
                .collect();
            while turns.waiting.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(turns.take(|| Ok(())).await, Err(Failure::Busy));
            drop(stop);
            for call in calls {
                assert_eq!(call.await.expect("a call"), Ok(()));
            }
        });
    }
}
