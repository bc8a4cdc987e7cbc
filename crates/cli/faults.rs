//! Panics: none is meant to happen, and none shall look like a crash.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use anyhow::{Result, anyhow};

/// What the last panic said, and where.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Runs the program. A panic that nobody else catches becomes an error that says so.
pub(crate) fn caught<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = LAST.lock() {
            *last = Some(panic.to_string().replace('\n', " "));
        }
    }));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(fault()))
}

/// The error that says what the last panic was.
fn fault() -> anyhow::Error {
    let last = LAST.lock().ok().and_then(|mut last| last.take()).unwrap_or_default();
    anyhow!("this is a fault in paper-search, please report it: {last}")
}

/// Runs what reads an index. The engine's readers trust their files; where they panic,
/// `check` looks the index through, so that damage gets its name.
pub(crate) fn caught_reading<T>(
    read: impl FnOnce() -> Result<T>,
    check: impl FnOnce() -> Result<()>,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        check()?;
        Err(fault())
    })
}
