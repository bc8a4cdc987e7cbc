//! Where searches run for whoever stays: on a few threads where they may take their time, in
//! turn, and not for ever.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// How much at once, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many searches run at once.
    pub at_once: usize,
    /// How many may wait for their turn; who comes when so many wait is told to come again.
    pub waiting: usize,
    /// How long waiting and searching may take together.
    pub whole: Duration,
    /// How long a search may take once it is its turn.
    pub search: Duration,
}

/// Why work was not done, or not waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TurnError {
    /// Too many wait, or it takes too long.
    #[error("too much is asked at once")]
    Busy,
    /// The work panicked.
    #[error("this is a fault in paper-search")]
    Fault,
}

/// The turns of all that ask. Clones are the same turns.
#[derive(Clone, Debug)]
pub struct Turns {
    limits: Limits,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Turns {
    /// Makes turns. The runtime must have `limits.at_once` threads for work that blocks.
    pub fn new(limits: Limits) -> Turns {
        let running = Arc::new(Semaphore::new(limits.at_once));
        Turns { limits, running, waiting: Arc::new(Semaphore::new(limits.at_once + limits.waiting)) }
    }

    /// Does work that blocks, when it is its turn.
    pub async fn take<T: Send + 'static, E: From<TurnError> + Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let end = Instant::now() + self.limits.whole;
        let _place = self.waiting.try_acquire().map_err(|_| TurnError::Busy)?;
        let turn = timeout_at(end, Arc::clone(&self.running).acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(TurnError::Busy)?;
        let job = tokio::task::spawn_blocking(move || {
            // A search that goes on behind its end keeps its turn; nobody else waits for it.
            let _turn = turn;
            work()
        });
        match timeout_at(end.min(Instant::now() + self.limits.search), job).await {
            Err(_) => Err(TurnError::Busy.into()),
            Ok(Err(_)) => Err(TurnError::Fault.into()),
            Ok(Ok(done)) => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);
    const USUAL: Limits = Limits { at_once: 2, waiting: 256, whole: LONG, search: LONG };

    fn with_runtime(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(test);
    }

    /// Work that ends when the sender goes.
    fn endless() -> (Sender<()>, impl Fn() -> Result<(), TurnError> + Clone + Send + 'static) {
        let (stop, stopped): (_, Receiver<()>) = channel();
        let stopped = Arc::new(Mutex::new(stopped));
        let work = move || {
            let _ = stopped.lock().map(|stopped| stopped.recv());
            Ok(())
        };
        (stop, work)
    }

    #[test]
    fn all_get_their_turn_and_no_more_than_two_at_once() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        with_runtime(async {
            let turns = Turns::new(USUAL);
            let calls: Vec<_> = (0..100)
                .map(|number| {
                    let turns = turns.clone();
                    tokio::spawn(async move {
                        let done = turns.take(move || {
                            MOST.fetch_max(1 + RUNNING.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(1));
                            RUNNING.fetch_sub(1, Ordering::SeqCst);
                            Ok::<_, TurnError>(number)
                        });
                        assert_eq!(done.await, Ok(number));
                    })
                })
                .collect();
            for call in calls {
                call.await.expect("a call");
            }
            assert!((1..=2).contains(&MOST.load(Ordering::SeqCst)));
        });
    }

    #[test]
    fn a_fault_ends_its_call_alone() {
        with_runtime(async {
            let turns = Turns::new(USUAL);
            for _ in 0..3 {
                let fault: Result<(), TurnError> = turns.take(|| panic!("a fault, on purpose")).await;
                assert_eq!(fault, Err(TurnError::Fault));
            }
            assert_eq!(turns.take(|| Ok::<_, TurnError>(1)).await, Ok(1));
        });
    }

    #[test]
    fn whoever_comes_when_too_many_wait_is_told() {
        with_runtime(async {
            let turns = Turns::new(USUAL);
            let (stop, work) = endless();
            let calls: Vec<_> = (0..2 + 256)
                .map(|_| {
                    let (turns, work) = (turns.clone(), work.clone());
                    tokio::spawn(async move { turns.take(work).await })
                })
                .collect();
            while turns.waiting.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(turns.take(|| Ok(())).await, Err(TurnError::Busy));
            drop(stop);
            for call in calls {
                assert_eq!(call.await.expect("a call"), Ok(()));
            }
        });
    }

    /// The work here never ends by itself, so however slow the machine is, it is the time that
    /// ends the waiting.
    #[test]
    fn nobody_waits_for_ever() {
        let short = Duration::from_millis(20);
        for limits in
            [Limits { at_once: 1, search: short, ..USUAL }, Limits { at_once: 1, whole: short, ..USUAL }]
        {
            with_runtime(async {
                let turns = Turns::new(limits);
                let (stop, work) = endless();
                assert_eq!(turns.take(work.clone()).await, Err(TurnError::Busy));
                // The search goes on and keeps its turn: no second one runs beside it.
                assert_eq!(turns.running.available_permits(), 0);
                if limits.whole == short {
                    assert_eq!(turns.take(work).await, Err(TurnError::Busy));
                    assert_eq!(turns.running.available_permits(), 0);
                }
                drop(stop);
                while turns.running.available_permits() == 0 {
                    tokio::task::yield_now().await;
                }
            });
        }
    }
}
