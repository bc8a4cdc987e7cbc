//! What the searching commands share: filters, the open index, and what happens when
//! its files turn out to be damaged.

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
use crate::faults;

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

/// Opens an index and works with it.
pub(crate) fn with_engine<T>(root: &Path, work: impl FnOnce(&Embedded) -> Result<T>) -> Result<T> {
    let check = || match indexer::check(root)?.problems.into_iter().next() {
        Some(what) => Err(IndexError::Damaged { path: root.to_path_buf(), what }.into()),
        None => Ok(()),
    };
    faults::caught_reading(|| work(&Embedded::open(root)?), check)
}

/// The id under which the index keeps the paper that a person names.
pub(crate) fn kept_id(text: &str) -> String {
    match text.parse::<VersionedId>() {
        Ok(link) => link.id.to_string(),
        Err(_) => text.trim().to_string(),
    }
}
