//! JSON, for programs: one object, or one a line.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Result;
use chrono::NaiveDate;
use query::snippet::Snippet;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use super::{Found, Results};
use crate::terminal::{Look, is_obeyed};

/// The length of an abstract's snippet, in characters.
const SNIPPET_CHARS: usize = 240;

#[derive(Serialize)]
struct ResultsJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    query_id: Option<&'a str>,
    query: &'a str,
    total: usize,
    took_ms: f64,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    suggestions: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms: Vec<TermJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    hits: Vec<HitJson<'a>>,
}

#[derive(Serialize)]
struct TermJson<'a> {
    term: &'a str,
    weight: f32,
}

#[derive(Serialize)]
struct HitJson<'a> {
    rank: usize,
    score: f32,
    id: &'a str,
    version: Option<u32>,
    title: &'a str,
    summary: Option<&'a str>,
    authors: &'a [String],
    date: Option<NaiveDate>,
    url: Option<&'a str>,
    #[serde(rename = "abstract")]
    abstract_text: Option<&'a str>,
    digests: Vec<DigestJson<'a>>,
    snippets: SnippetsJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanation: Vec<ScorePartJson<'a>>,
}

#[derive(Serialize)]
struct DigestJson<'a> {
    file: &'a str,
    date: Option<NaiveDate>,
}

#[derive(Serialize)]
struct SnippetsJson {
    title: String,
    summary: String,
    #[serde(rename = "abstract")]
    abstract_text: String,
}

#[derive(Serialize)]
struct ScorePartJson<'a> {
    clause: &'a str,
    score: f32,
}

/// Prints the results as one object; those of a batch on a line each.
pub(crate) fn write(results: &Results, _look: Look, out: &mut dyn Write) -> Result<()> {
    write_line(&results_json(results), out)
}

/// Prints one hit a line; of a batch, one result object a line.
pub(crate) fn write_lines(results: &Results, look: Look, out: &mut dyn Write) -> Result<()> {
    if results.query_id.is_some() {
        return write(results, look, out);
    }
    results.hits.iter().try_for_each(|found| write_line(&hit_json(found), out))
}

/// Prints a value as JSON on a line of its own. What a terminal would obey is escaped,
/// also where JSON does not ask for it.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Harmless(CompactFormatter)))?;
    writeln!(out)?;
    Ok(())
}

/// A duration as JSON gives it: milliseconds, to the microsecond.
pub(crate) fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

/// Compact JSON in which characters that a terminal obeys are escaped.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, ch)) = rest.char_indices().find(|(_, ch)| is_obeyed(*ch)) {
            self.0.write_string_fragment(out, &rest[..at])?;
            // All of them are below U+10000.
            write!(out, "\\u{:04x}", u32::from(ch))?;
            rest = &rest[at + ch.len_utf8()..];
        }
        self.0.write_string_fragment(out, rest)
    }
}

fn results_json(results: &Results) -> ResultsJson<'_> {
    ResultsJson {
        query_id: results.query_id.as_deref(),
        query: &results.query,
        total: results.total,
        took_ms: milliseconds(results.took),
        warnings: &results.warnings,
        suggestions: &results.suggestions,
        terms: results.terms.iter().map(|(term, weight)| TermJson { term, weight: *weight }).collect(),
        error: results.error.as_deref(),
        hits: results.hits.iter().map(hit_json).collect(),
    }
}

fn hit_json(found: &Found) -> HitJson<'_> {
    let paper = found.record.paper();
    let whole = |text: &Option<String>, matches| {
        text.as_deref().map_or_else(String::new, |text| Snippet::whole(text, matches).to_html())
    };
    let abstract_text = paper.abstract_text.as_deref().unwrap_or_default();
    HitJson {
        rank: found.rank,
        score: found.score,
        id: &found.record.id,
        version: paper.version,
        title: &paper.title,
        summary: paper.summary.as_deref(),
        authors: &paper.authors,
        date: paper.date,
        url: paper.url.as_deref(),
        abstract_text: paper.abstract_text.as_deref(),
        digests: found
            .record
            .digests()
            .map(|digest| DigestJson { file: &digest.file, date: digest.date })
            .collect(),
        snippets: SnippetsJson {
            title: Snippet::whole(&paper.title, &found.title_matches).to_html(),
            summary: whole(&paper.summary, &found.summary_matches),
            abstract_text: Snippet::best(abstract_text, &found.abstract_matches, SNIPPET_CHARS).to_html(),
        },
        explanation: found
            .explanation
            .iter()
            .map(|part| ScorePartJson { clause: &part.clause, score: part.score })
            .collect(),
    }
}
