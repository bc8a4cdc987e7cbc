//! Work on all cores, whose results come in the order of the work.

use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many items for each core are on their way at most: enough that no core waits for
/// another, and little to keep.
const ITEMS_A_CORE: usize = 8;

/// How much is on its way at most, in bytes of input. Of what is larger there is one at a time.
const BYTES: usize = 16 << 20;

/// Works on items on all cores, and hands over what comes of them, in the order of the items
/// and on the thread of the caller; ends with the first error of `hand_over`. `size` is the
/// size of an item in bytes. For a single item no thread is started.
pub(crate) fn in_order<Item: Send, Made: Send, Error>(
    items: impl Iterator<Item = Item>,
    size: impl Fn(&Item) -> usize,
    work: impl Fn(Item) -> Made + Sync,
    mut hand_over: impl FnMut(Made) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut items = items.peekable();
    let Some(first) = items.next() else { return Ok(()) };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    if cores == 1 || items.peek().is_none() {
        return std::iter::once(first).chain(items).try_for_each(|item| hand_over(work(item)));
    }
    let (to_do, queue) = channel();
    let (done, results) = channel();
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        // Dropped at the end of this block, whatever ends it: then the workers end.
        let to_do = to_do;
        let mut workers = 0;
        for _ in 0..cores {
            let (queue, work, done) = (&queue, &work, done.clone());
            let started = thread::Builder::new().spawn_scoped(scope, move || serve(queue, work, &done));
            workers += usize::from(started.is_ok());
        }
        let mut items = std::iter::once(first).chain(items).peekable();
        if workers == 0 {
            // The system starts no thread: then it goes without.
            return items.try_for_each(|item| hand_over(work(item)));
        }
        let mut numbers = 0..;
        let mut window: VecDeque<Pending<Made>> = VecDeque::new();
        let mut bytes = 0;
        loop {
            while let Some(next) = items.peek().map(&size)
                && (window.is_empty() || bytes + next <= BYTES && window.len() < ITEMS_A_CORE * cores)
                && let (Some(item), Some(number)) = (items.next(), numbers.next())
            {
                bytes += next;
                window.push_back(Pending { number, bytes: next, made: None });
                // Workers end when this end is dropped, and not before.
                let _ = to_do.send((number, item));
            }
            let Some(front) = window.front() else { return Ok(()) };
            let number = front.number;
            while window[0].made.is_none() {
                let Ok((done, made)) = results.recv() else { unreachable!("a worker outlives its queue") };
                let made = made.unwrap_or_else(|panic| resume_unwind(panic));
                window[done - number].made = Some(made);
            }
            if let Some(Pending { bytes: own, made: Some(made), .. }) = window.pop_front() {
                bytes -= own;
                hand_over(made)?;
            }
        }
    })
}

/// Does two things at once, where the system starts a thread: `other` on that, `own` on the
/// thread of the caller.
pub(crate) fn beside<A: Send, B>(other: impl FnOnce() -> A + Send, own: impl FnOnce() -> B) -> (A, B) {
    let other = Mutex::new(Some(other));
    let take = || other.lock().unwrap_or_else(PoisonError::into_inner).take();
    thread::scope(|scope| {
        let started = thread::Builder::new().spawn_scoped(scope, || take().map(|other| other()));
        let own = own();
        let done = started.ok().and_then(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        match done.or_else(|| take().map(|other| other())) {
            Some(done) => (done, own),
            None => unreachable!("it was taken by the thread, which has ended, or is taken here"),
        }
    })
}

/// An item that is being worked on, or was.
struct Pending<Made> {
    number: usize,
    bytes: usize,
    made: Option<Made>,
}

/// Works until there is nothing more to do. A panic is for the caller to see.
fn serve<Item, Made>(
    queue: &Mutex<Receiver<(usize, Item)>>,
    work: &impl Fn(Item) -> Made,
    done: &Sender<(usize, thread::Result<Made>)>,
) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, item)) = next else { return };
        let made = catch_unwind(AssertUnwindSafe(|| work(item)));
        if done.send((number, made)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [0, 1, 2, 3, 1_000] {
            let mut made = Vec::new();
            let work = |number: usize| {
                // The later ones of each few are done first.
                thread::sleep(Duration::from_micros(50 * (3 - number as u64 % 4)));
                number * 2
            };
            let size = |number: &usize| if number.is_multiple_of(7) { 2 * BYTES } else { 1 };
            let ended: Result<(), ()> = in_order(0..count, size, work, |number| {
                made.push(number);
                Ok(())
            });
            assert_eq!((ended, made), (Ok(()), (0..count).map(|number| number * 2).collect()));
        }
    }

    #[test]
    fn two_things_are_done_at_once() {
        let (sender, receiver) = channel();
        let (heard, told) = beside(move || receiver.recv(), || sender.send(1));
        assert_eq!((heard, told), (Ok(1), Ok(())));
    }

    #[test]
    fn an_error_ends_it() {
        let mut taken = 0;
        let ended = in_order(
            0..,
            |_| 1,
            |number: usize| number,
            |number| {
                taken += 1;
                if number == 50 { Err(number) } else { Ok(()) }
            },
        );
        assert_eq!((ended, taken), (Err(50), 51));
    }

    #[test]
    fn a_panic_is_the_callers() {
        let work = |number: usize| assert_ne!(number, 20, "number twenty");
        let panic =
            catch_unwind(|| in_order(0..100, |_| 1, work, |()| Ok::<(), ()>(()))).expect_err("a panic");
        let text = panic.downcast_ref::<String>().expect("a text");
        assert!(text.contains("number twenty"), "{text}");
    }
}
