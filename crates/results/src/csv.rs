//! CSV, for spreadsheets.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Found, Results};
use crate::harmless::plain;

const HEADER: [&str; 10] =
    ["rank", "score", "id", "version", "title", "summary", "authors", "date", "url", "abstract"];

/// Prints a line of names, then one a hit. Authors are parted by `; `.
pub(crate) fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADER)?;
    for found in &results.hits {
        csv.write_record(row(found))?;
    }
    csv.flush()?;
    Ok(())
}

fn row(found: &Found) -> [String; HEADER.len()] {
    let paper = found.record.paper();
    let text = |text: Option<&str>| cell(text.unwrap_or_default());
    [
        found.rank.to_string(),
        found.score.to_string(),
        cell(&found.record.id),
        paper.version.map_or(String::new(), |version| version.to_string()),
        cell(&paper.title),
        text(paper.summary.as_deref()),
        cell(&paper.authors.join("; ")),
        paper.date.map_or(String::new(), |date| date.to_string()),
        text(paper.url.as_deref()),
        text(paper.abstract_text.as_deref()),
    ]
}

/// A cell that a spreadsheet does not take for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn cell(text: &str) -> String {
    let text: Cow<'_, str> = plain(text);
    match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text.into_owned(),
    }
}
