//! RIS, for reference managers: tags of two letters, one a line
//! (<https://en.wikipedia.org/wiki/RIS_(file_format)>).

use std::io::{self, Write};

use super::Results;
use super::names::{Parts, parts};
use crate::harmless::plain;

/// Prints a record for each hit.
pub(crate) fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    for found in &results.hits {
        let paper = found.record.paper();
        let mut tag = |name: &str, text: &str| match text.is_empty() {
            true => Ok(()),
            // A value is one line: there is no way to escape a break.
            false => write!(out, "{name}  - {}\r\n", plain(text)),
        };
        tag("TY", "UNPB")?;
        tag("TI", &paper.title)?;
        for author in &paper.authors {
            tag("AU", &family_first(author))?;
        }
        if let Some(date) = paper.date {
            tag("PY", &date.format("%Y").to_string())?;
            tag("DA", &date.format("%Y/%m/%d/").to_string())?;
        }
        tag("AB", paper.abstract_text.as_deref().unwrap_or_default())?;
        tag("N1", paper.summary.as_deref().unwrap_or_default())?;
        tag("UR", paper.url.as_deref().unwrap_or_default())?;
        tag("ID", &found.record.id)?;
        write!(out, "ER  - \r\n\r\n")?;
    }
    Ok(())
}

/// A name as the format wants it: `Kanani, Alish`, `Sample, Pat, Jr.`
fn family_first(name: &str) -> String {
    let Parts { given, family, suffix } = parts(name);
    [Some(family), Some(given), suffix]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}
