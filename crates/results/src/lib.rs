//! What a search found, as programs read it: the object of JSON, and files that other
//! programs take. What people read on a terminal or in a browser is made elsewhere.

mod bibtex;
mod csv;
mod found;
mod harmless;
mod json;
mod lines;
mod markdown;
mod names;
mod object;
mod ris;

use std::io::{self, Write};

pub use found::{Found, Matches, Results, Understood};
pub use harmless::{is_obeyed, plain};
pub use json::{milliseconds, write_value};
pub use object::{
    DigestObject, EntryObject, HitObject, PaperObject, ResultObject, ScoreFactorObject, ScorePartObject,
    SnippetsObject, TermObject, UnderstoodObject,
};

/// A way to write results for programs.
#[derive(Debug)]
pub struct Format {
    /// What it is called where one is chosen.
    pub name: &'static str,
    /// What its files are named: `papers.bib`.
    pub extension: &'static str,
    /// What a browser is told that it is.
    pub media_type: &'static str,
    /// Whether the results of several queries can follow each other.
    pub for_batch: bool,
    /// Whether it shows where texts match.
    pub shows_matches: bool,
    /// Writes results. Nothing in them is obeyed by a terminal.
    pub write: fn(&Results, &mut dyn Write) -> io::Result<()>,
}

/// All formats. A new one is a file and a row.
#[rustfmt::skip]
pub static FORMATS: [Format; 8] = [
    Format { name: "json", extension: "json", media_type: "application/json", for_batch: true, shows_matches: true, write: json::write },
    Format { name: "jsonl", extension: "jsonl", media_type: "application/jsonl", for_batch: true, shows_matches: true, write: json::write_lines },
    Format { name: "csv", extension: "csv", media_type: "text/csv; charset=utf-8", for_batch: false, shows_matches: false, write: csv::write },
    Format { name: "bibtex", extension: "bib", media_type: "application/x-bibtex; charset=utf-8", for_batch: false, shows_matches: false, write: bibtex::write },
    Format { name: "ris", extension: "ris", media_type: "application/x-research-info-systems; charset=utf-8", for_batch: false, shows_matches: false, write: ris::write },
    Format { name: "markdown", extension: "md", media_type: "text/markdown; charset=utf-8", for_batch: false, shows_matches: false, write: markdown::write },
    Format { name: "ids", extension: "txt", media_type: "text/plain; charset=utf-8", for_batch: true, shows_matches: false, write: lines::write_ids },
    Format { name: "trec", extension: "trec", media_type: "text/plain; charset=utf-8", for_batch: true, shows_matches: false, write: lines::write_trec },
];

/// Returns the format of this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
