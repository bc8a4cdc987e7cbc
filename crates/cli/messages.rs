//! What is said beside the results: on standard error, a line each.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indexer::Step;
use indicatif::{ProgressBar, ProgressStyle};
use results::plain;

/// A run shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// The way to standard error.
#[derive(Clone, Debug)]
pub(crate) struct Messages {
    quiet: bool,
    verbose: bool,
}

impl Messages {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Messages {
        Messages { quiet, verbose }
    }

    /// Whether only results and errors are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Says why the program stops or a file failed.
    pub(crate) fn error(&self, text: &str) {
        line(&format!("error: {}", plain(text)));
    }

    /// Says what may surprise.
    pub(crate) fn warning(&self, text: &str) {
        if !self.quiet {
            line(&format!("warning: {}", plain(text)));
        }
    }

    /// Says what was done.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            line(&plain(text));
        }
    }

    /// Says what is of interest when something is looked for.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            line(&plain(text));
        }
    }

    /// Makes a progress display for a run of the indexer.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            shown: !self.quiet && std::io::stderr().is_terminal(),
            started: Instant::now(),
            bar: RefCell::new(None),
        }
    }
}

/// Writes a line to standard error. Where that is closed, nobody is there to be told.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A progress bar that appears when a run takes long.
pub(crate) struct Progress {
    shown: bool,
    started: Instant,
    bar: RefCell<Option<(&'static str, ProgressBar)>>,
}

impl Progress {
    /// Shows how far the run is.
    pub(crate) fn step(&self, step: Step) {
        if !self.shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let (what, done, all) = match step {
            Step::Reading(done, all) => ("reading digests", done, all),
            Step::Writing(done, all) => ("indexing papers", done, all),
            Step::Committing => ("committing", 1, 1),
            Step::Waiting => return,
        };
        let mut bar = self.bar.borrow_mut();
        if bar.as_ref().is_none_or(|(shown, _)| *shown != what) {
            if let Some((_, old)) = bar.take() {
                old.finish_and_clear();
            }
            let new = ProgressBar::new(all as u64);
            if let Ok(style) =
                ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({per_sec}, {eta} left)")
            {
                new.set_style(style);
            }
            new.set_message(what);
            *bar = Some((what, new));
        }
        if let Some((_, bar)) = bar.as_ref() {
            bar.set_position(done as u64);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((_, bar)) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}
