//! The table of output formats, and the results that they print.

mod bibtex;
mod csv;
pub(crate) mod json;
mod lines;
mod markdown;
mod names;
mod ris;
pub(crate) mod text;

use std::io::Write;
use std::time::Duration;

use analysis::fields::{ABSTRACT, SUMMARY, TITLE};
use anyhow::Result;
use paper::Record;
use query::highlight::ranges;
use query::{Answer, Plan, ScorePart};

use crate::terminal::Look;

/// A way to print results.
#[derive(Debug)]
pub(crate) struct Format {
    /// What is typed after `--format`.
    pub(crate) name: &'static str,
    /// Whether the results of several queries can follow each other.
    pub(crate) for_batch: bool,
    /// Prints results.
    pub(crate) write: fn(&Results, Look, &mut dyn Write) -> Result<()>,
}

/// All formats. A new one is a file and a row.
static FORMATS: [Format; 9] = [
    Format { name: "text", for_batch: true, write: text::write },
    Format { name: "json", for_batch: true, write: json::write },
    Format { name: "jsonl", for_batch: true, write: json::write_lines },
    Format { name: "csv", for_batch: false, write: csv::write },
    Format { name: "bibtex", for_batch: false, write: bibtex::write },
    Format { name: "ris", for_batch: false, write: ris::write },
    Format { name: "markdown", for_batch: false, write: markdown::write },
    Format { name: "ids", for_batch: true, write: lines::write_ids },
    Format { name: "trec", for_batch: true, write: lines::write_trec },
];

/// The names of all formats.
pub(crate) fn format_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// Returns the format of this name. The command line takes no others.
pub(crate) fn format(name: &str) -> &'static Format {
    FORMATS.iter().find(|format| format.name == name).unwrap_or(&FORMATS[0])
}

/// What a query found, as formats see it.
#[derive(Debug)]
pub(crate) struct Results {
    /// The query as typed.
    pub(crate) query: String,
    /// Which query of a batch this answers.
    pub(crate) query_id: Option<String>,
    /// How many papers match.
    pub(crate) total: usize,
    /// How long the search took.
    pub(crate) took: Duration,
    /// What was not read as written.
    pub(crate) warnings: Vec<String>,
    /// Queries that find more, where this one finds little.
    pub(crate) suggestions: Vec<String>,
    /// What stands for the papers that others are to be like, the most telling first, with
    /// weights up to 1; empty of other queries.
    pub(crate) terms: Vec<(String, f32)>,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    /// The page of hits.
    pub(crate) hits: Vec<Found>,
}

/// A hit, with where its texts match.
#[derive(Debug)]
pub(crate) struct Found {
    /// The place in the whole list, from 1 up.
    pub(crate) rank: usize,
    pub(crate) score: f32,
    pub(crate) record: Record,
    pub(crate) title_matches: Matches,
    pub(crate) summary_matches: Matches,
    pub(crate) abstract_matches: Matches,
    pub(crate) explanation: Vec<ScorePart>,
}

/// Byte ranges of a text that match.
type Matches = Vec<std::ops::Range<usize>>;

impl Results {
    /// Looks where the hits of an answer match its plan.
    pub(crate) fn new(
        query: String,
        answer: Answer,
        plan: &Plan,
        offset: usize,
        warnings: Vec<String>,
        took: Duration,
    ) -> Results {
        let mut results = Results::without_matches(query, answer, took);
        results.warnings = warnings;
        for found in &mut results.hits {
            found.rank += offset;
            let paper = found.record.paper();
            let optional =
                |text: Option<&String>, field| text.map_or_else(Vec::new, |text| ranges(text, field, plan));
            found.title_matches = ranges(&paper.title, &TITLE, plan);
            found.summary_matches = optional(paper.summary.as_ref(), &SUMMARY);
            found.abstract_matches = optional(paper.abstract_text.as_ref(), &ABSTRACT);
        }
        results
    }

    /// Results in which nothing is highlighted.
    pub(crate) fn without_matches(query: String, answer: Answer, took: Duration) -> Results {
        let hits = answer.hits.into_iter().zip(1..).map(|(hit, rank)| Found {
            rank,
            score: hit.score,
            record: hit.record,
            title_matches: Vec::new(),
            summary_matches: Vec::new(),
            abstract_matches: Vec::new(),
            explanation: hit.explanation,
        });
        Results {
            query,
            query_id: None,
            total: answer.total,
            took,
            warnings: Vec::new(),
            suggestions: Vec::new(),
            terms: Vec::new(),
            error: None,
            hits: hits.collect(),
        }
    }

    /// The answer to a line of a batch that could not be understood.
    pub(crate) fn failed(query: String, error: String) -> Results {
        Results {
            query,
            query_id: None,
            total: 0,
            took: Duration::ZERO,
            warnings: Vec::new(),
            suggestions: Vec::new(),
            terms: Vec::new(),
            error: Some(error),
            hits: Vec::new(),
        }
    }
}
