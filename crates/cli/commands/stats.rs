//! `stats`: what the index holds.

use std::io::{self, Write};

use analysis::Analyzer;
use anyhow::{Context, Result};
use archive::{AuthorCount, Stats, stats};
use chrono::NaiveDate;
use indexer::FieldSpace;
use results::{plain, write_value};
use serde::Serialize;

use super::{Outcome, searching};
use crate::args::{ReportFormat, StatsArgs};
use crate::messages::Messages;
use crate::refresh::refresh;
use crate::settings::Settings;

/// The figures, as scripts read them.
#[derive(Serialize)]
struct StatsJson {
    #[serde(flatten)]
    stats: Stats,
    /// What each field costs, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldJson>>,
}

/// The bytes of a field, by what they hold.
#[derive(Serialize)]
struct FieldJson {
    field: String,
    terms: u64,
    postings: u64,
    positions: u64,
    lengths: u64,
    columns: u64,
    stored: u64,
    total: u64,
}

pub(crate) fn run(args: &StatsArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    refresh(settings, &Analyzer::new(), messages)?;
    searching::with_engine(&settings.index, |engine| {
        let fields = match args.fields {
            true => Some(engine.index().space()?.into_iter().map(FieldJson::of).collect()),
            false => None,
        };
        let stats = StatsJson { stats: stats(engine)?, fields };
        let mut out = std::io::stdout().lock();
        let written = match args.format {
            ReportFormat::Json => write_value(&stats, &mut out),
            ReportFormat::Text => text(&stats, &mut out),
        };
        written.context("writing the figures")?;
        Ok(Outcome::Done)
    })
}

impl FieldJson {
    fn of(space: FieldSpace) -> FieldJson {
        let total = space.total();
        let FieldSpace { field, terms, postings, positions, lengths, columns, stored } = space;
        FieldJson { field, terms, postings, positions, lengths, columns, stored, total }
    }
}

fn text(StatsJson { stats, fields }: &StatsJson, out: &mut dyn Write) -> io::Result<()> {
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
    fields.iter().try_for_each(|fields| table(fields, out))
}

/// A table of fields, in kilobytes.
fn table(fields: &[FieldJson], out: &mut dyn Write) -> io::Result<()> {
    let heads = ["terms", "postings", "positions", "lengths", "columns", "stored", "total"];
    write!(out, "{:<16}", "fields, in kB")?;
    heads.iter().try_for_each(|head| write!(out, " {head:>10}"))?;
    writeln!(out)?;
    for FieldJson { field, terms, postings, positions, lengths, columns, stored, total } in fields {
        write!(out, "{field:<16}")?;
        for bytes in [terms, postings, positions, lengths, columns, stored, total] {
            write!(out, " {:>10.1}", *bytes as f64 / 1e3)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
