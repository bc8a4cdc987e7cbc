//! What the searching commands share: filters, the open index, and what happens when
//! its files turn out to be damaged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use analysis::names::Name;
use anyhow::{Context, Result, bail};
use chrono::{Local, NaiveDate};
use engine::Embedded;
use indexer::IndexError;
use paper::VersionedId;
use query::date::{parse_range, parse_since};
use query::request::Days;
use query::{Filters, Page, Sort};

use crate::args::{FilterArgs, PageArgs, SortArg};

/// The day that `today` means. The only look at the clock.
pub(crate) fn today() -> NaiveDate {
    Local::now().date_naive()
}

/// Works out what the filters mean.
pub(crate) fn filters(args: &FilterArgs, today: NaiveDate) -> Result<Filters> {
    let mut authors = Vec::new();
    for text in &args.author {
        authors.push(Name::new(text).with_context(|| format!("--author `{text}` has no letter in it"))?);
    }
    let mut date = parse_range(args.from.as_deref(), args.to.as_deref(), today)?;
    if let Some(since) = &args.since {
        let from = parse_since(since, today)?;
        if let Some(to) = date.to.filter(|to| *to < from) {
            bail!("the range from {from} (--since {since}) to {to} ends before it begins");
        }
        date.from = Some(from);
        date.to = date.to.or(Some(today));
    }
    let digest_date: Days = parse_range(args.digest_from.as_deref(), args.digest_to.as_deref(), today)?;
    Ok(Filters { authors, date, digest_date })
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

/// Opens an index and works with it. The engine's readers trust their files; where they
/// panic, the index is looked through, so that damage gets its name.
pub(crate) fn with_engine<T>(root: &Path, work: impl FnOnce(&Embedded) -> Result<T>) -> Result<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let worked = catch_unwind(AssertUnwindSafe(|| work(&Embedded::open(root)?)));
    std::panic::set_hook(hook);
    worked.unwrap_or_else(|panic| {
        let report = indexer::check(root)?;
        if let Some(what) = report.problems.into_iter().next() {
            return Err(IndexError::Damaged { path: root.to_path_buf(), what }.into());
        }
        let what = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
        bail!("this is a fault in paper-search, please report it: {}", what.unwrap_or_default())
    })
}

/// The id under which the index keeps the paper that a person names.
pub(crate) fn kept_id(text: &str) -> String {
    match text.parse::<VersionedId>() {
        Ok(link) => link.id.to_string(),
        Err(_) => text.trim().to_string(),
    }
}
