//! A line a hit, for programs of the simplest kind.

use std::io::{self, Write};

use super::Results;
use crate::harmless::plain;

/// The name of the run in TREC's format.
const RUN: &str = "paper-search";

/// Prints the ids.
pub(crate) fn write_ids(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    for found in &results.hits {
        writeln!(out, "{}", plain(&found.record.id))?;
    }
    Ok(())
}

/// Prints a run in TREC's format: query id, `Q0`, id, rank, score, name of the run. A
/// query outside a batch is number 1.
pub(crate) fn write_trec(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let query = plain(results.query_id.as_deref().unwrap_or("1")).replace(' ', "_");
    for found in &results.hits {
        writeln!(out, "{query} Q0 {} {} {} {RUN}", plain(&found.record.id), found.rank, found.score)?;
    }
    Ok(())
}
