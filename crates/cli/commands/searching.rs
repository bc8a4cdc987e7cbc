//! What the searching commands share: filters, the open index, and what happens when
//! its files turn out to be damaged.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{Result, anyhow};
use archive::{AskError, AskedFilters};
use chrono::{Local, NaiveDate};
use engine::Embedded;
use indexer::IndexError;
use query::{Filters, Page, Sort};

use crate::args::{FilterArgs, PageArgs, SortArg};
use crate::faults;

/// The day that `today` means. The only look at the clock.
pub(crate) fn today() -> NaiveDate {
    Local::now().date_naive()
}

/// Works out what the filters mean.
pub(crate) fn filters(args: &FilterArgs, today: NaiveDate) -> Result<Filters> {
    let asked = AskedFilters {
        author: args.author.clone(),
        from: args.from.clone(),
        to: args.to.clone(),
        since: args.since.clone(),
        digest_from: args.digest_from.clone(),
        digest_to: args.digest_to.clone(),
        digest: None,
        exclude: Vec::new(),
    };
    asked.read(today).map_err(|error| match error {
        // As options are typed.
        AskError::NoLetter(text) => anyhow!("--author `{text}` has no letter in it"),
        AskError::EndsBeforeSince { since, from, to } => {
            anyhow!("the range from {from} (--since {since}) to {to} ends before it begins")
        }
        other => other.into(),
    })
}

pub(crate) fn sort(args: &PageArgs) -> Sort {
    match args.sort {
        SortArg::Relevance => Sort::Relevance,
        SortArg::Newest => Sort::Newest,
        SortArg::Oldest => Sort::Oldest,
    }
}

pub(crate) fn page(args: &PageArgs) -> Page {
    Page { limit: args.limit, offset: args.offset }
}

/// Opens an index and works with it, for a moment.
pub(crate) fn with_engine<T>(root: &Path, work: impl FnOnce(&Embedded) -> Result<T>) -> Result<T> {
    with_opened(root, Embedded::open_briefly, work)
}

/// Opens an index as `open` does and works with it.
pub(crate) fn with_opened<T>(
    root: &Path,
    open: fn(&Path) -> Result<Embedded, IndexError>,
    work: impl FnOnce(&Embedded) -> Result<T>,
) -> Result<T> {
    let check = || match indexer::check(root)?.problems.into_iter().next() {
        Some(what) => Err(IndexError::Damaged { path: root.to_path_buf(), what }.into()),
        None => Ok(()),
    };
    // The process ends with the command, and all that it mapped goes at once: to unmap one file after
    // the other takes longer.
    faults::caught_reading(|| work(&ManuallyDrop::new(open(root)?)), check)
}
