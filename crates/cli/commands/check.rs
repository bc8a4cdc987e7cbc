//! `check`: is the index sound?

use std::io::Write;

use anyhow::{Context, Result};

use super::Outcome;
use crate::messages::Messages;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, messages: &Messages) -> Result<Outcome> {
    let report = indexer::check(&settings.index)?;
    for problem in &report.problems {
        messages.error(&format!("{}: {problem}", settings.index.display()));
    }
    if !report.problems.is_empty() {
        messages.note("`paper-search index --rebuild PATH` makes the index anew from the digests");
        return Ok(Outcome::Failed);
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "sound: {} papers of {} digests read, {} files compared with their checksums",
        report.papers, report.digests, report.files
    )
    .context("writing the report")?;
    Ok(Outcome::Done)
}
