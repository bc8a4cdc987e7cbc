//! `stats`: what the index holds.

use std::io::{self, Write};

use analysis::Analyzer;
use anyhow::{Context, Result};
use archive::{AuthorCount, Stats, stats};
use chrono::NaiveDate;
use results::{plain, write_value};

use super::{Outcome, searching};
use crate::args::{ReportFormat, StatsArgs};
use crate::messages::Messages;
use crate::refresh::refresh;
use crate::settings::Settings;

pub(crate) fn run(args: &StatsArgs, settings: &Settings, messages: &Messages) -> Result<Outcome> {
    refresh(settings, &Analyzer::new(), messages)?;
    searching::with_engine(&settings.index, |engine| {
        let stats = stats(engine)?;
        let mut out = std::io::stdout().lock();
        let written = match args.format {
            ReportFormat::Json => write_value(&stats, &mut out),
            ReportFormat::Text => text(&stats, &mut out),
        };
        written.context("writing the figures")?;
        Ok(Outcome::Done)
    })
}

fn text(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
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
