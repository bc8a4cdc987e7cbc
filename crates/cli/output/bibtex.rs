//! BibTeX, for papers that cite.

use std::io::Write;

use anyhow::Result;
use biblatex::{Chunk, Chunks, Entry, EntryType, Spanned};
use paper::Record;

use super::Results;
use crate::terminal::{Look, plain};

/// Prints an entry for each hit.
pub(crate) fn write(results: &Results, _look: Look, out: &mut dyn Write) -> Result<()> {
    for found in &results.hits {
        writeln!(out, "{}\n", entry(&found.record).to_biblatex_string())?;
    }
    Ok(())
}

fn entry(record: &Record) -> Entry {
    let paper = record.paper();
    let key = format!("arxiv-{}", record.id.replace('/', "-"));
    let mut entry = Entry::new(key, EntryType::Misc);
    let mut set = |name: &str, text: &str| {
        if !text.is_empty() {
            entry.set(name, text_chunks(text));
        }
    };
    set("title", &paper.title);
    set("author", &paper.authors.join(" and "));
    if let Some(date) = paper.date {
        set("year", &date.format("%Y").to_string());
        set("month", &date.format("%m").to_string());
    }
    if paper.id.is_some() {
        set("eprint", &record.id);
        set("archiveprefix", "arXiv");
    }
    set("url", paper.url.as_deref().unwrap_or_default());
    set("abstract", paper.abstract_text.as_deref().unwrap_or_default());
    set("note", paper.summary.as_deref().unwrap_or_default());
    entry
}

/// Text that BibTeX takes as text: the library escapes what would be a command.
fn text_chunks(text: &str) -> Chunks {
    vec![Spanned::detached(Chunk::Normal(plain(text).into_owned()))]
}
