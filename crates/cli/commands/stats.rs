//! `stats`: what the index holds.

use std::collections::BTreeMap;
use std::io::Write;

use analysis::Analyzer;
use anyhow::{Context, Result};
use chrono::NaiveDate;
use engine::Embedded;
use serde::Serialize;

use super::{Outcome, searching};
use crate::args::{ReportFormat, StatsArgs};
use crate::messages::Messages;
use crate::output::json;
use crate::refresh::refresh;
use crate::settings::Settings;
use crate::terminal::plain;

/// How many authors are named.
const TOP_AUTHORS: usize = 10;

/// The figures, as scripts read them.
#[derive(Debug, Default, Serialize)]
struct Stats {
    index: String,
    papers: usize,
    digests: usize,
    /// First and last day of the papers.
    dates: Option<(NaiveDate, NaiveDate)>,
    /// First and last day of the digests.
    digest_dates: Option<(NaiveDate, NaiveDate)>,
    undated: usize,
    authors: usize,
    top_authors: Vec<AuthorCount>,
    segments: usize,
    index_bytes: u64,
}

#[derive(Debug, Serialize)]
struct AuthorCount {
    author: String,
    papers: usize,
}

pub(crate) fn run(args: &StatsArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    refresh(settings, &Analyzer::new(), messages)?;
    searching::with_engine(&settings.index, |engine| {
        let stats = stats(engine)?;
        let mut out = std::io::stdout().lock();
        let written = match args.format {
            ReportFormat::Json => json::write_line(&stats, &mut out),
            ReportFormat::Text => text(&stats, &mut out),
        };
        written.context("writing the figures")?;
        Ok(Outcome::Done)
    })
}

fn stats(engine: &Embedded) -> Result<Stats> {
    let index = engine.index();
    let state = index.state()?;
    let mut stats = Stats {
        index: index.root().display().to_string(),
        digests: state.digests.len(),
        digest_dates: range(state.digests.values().filter_map(|digest| digest.date)),
        segments: index.segment_count(),
        index_bytes: index.size_in_bytes(),
        ..Stats::default()
    };
    let mut dates = Vec::new();
    let mut authors: BTreeMap<String, usize> = BTreeMap::new();
    index.for_each_record(&mut |record| {
        stats.papers += 1;
        match record.paper().date {
            Some(date) => dates.push(date),
            None => stats.undated += 1,
        }
        for author in &record.paper().authors {
            *authors.entry(author.clone()).or_default() += 1;
        }
    })?;
    stats.dates = range(dates.into_iter());
    stats.authors = authors.len();
    let mut counts: Vec<(String, usize)> = authors.into_iter().collect();
    counts.sort_by_key(|(_, papers)| std::cmp::Reverse(*papers));
    stats.top_authors =
        counts.into_iter().take(TOP_AUTHORS).map(|(author, papers)| AuthorCount { author, papers }).collect();
    Ok(stats)
}

fn range(days: impl Iterator<Item = NaiveDate> + Clone) -> Option<(NaiveDate, NaiveDate)> {
    Some((days.clone().min()?, days.max()?))
}

fn text(stats: &Stats, out: &mut dyn Write) -> Result<()> {
    let span = |days: Option<(NaiveDate, NaiveDate)>| {
        days.map_or("no dates".to_string(), |(first, last)| format!("{first} to {last}"))
    };
    let segments = if stats.segments == 1 { "segment" } else { "segments" };
    let size = size(stats.index_bytes);
    writeln!(out, "index    {} ({size}, {} {segments})", plain(&stats.index), stats.segments)?;
    writeln!(out, "papers   {} ({})", stats.papers, span(stats.dates))?;
    if stats.undated > 0 {
        writeln!(out, "         {} of them without a date", stats.undated)?;
    }
    writeln!(out, "digests  {} ({})", stats.digests, span(stats.digest_dates))?;
    writeln!(out, "authors  {}", stats.authors)?;
    for AuthorCount { author, papers } in &stats.top_authors {
        writeln!(out, "         {papers:>4}  {}", plain(author))?;
    }
    Ok(())
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
