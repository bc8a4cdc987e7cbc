//! Text, for people.

use std::io::{self, Write};

use anstyle::Style;
use paper::{Paper, Record};
use query::snippet::{Snippet, Stretch};
use results::{Found, Results, plain};

use super::lines::lines;
use crate::terminal::{DIM, LINK, Look, MATCH, TITLE};

/// How many authors are named with a hit.
const AUTHORS: usize = 4;

/// How many lines an abstract's snippet has, about.
const SNIPPET_LINES: usize = 3;

/// Prints the hits, and how many there are.
pub(crate) fn write(results: &Results, look: Look, out: &mut dyn Write) -> io::Result<()> {
    if let Some(id) = &results.query_id {
        writeln!(out, "{}", look.paint(DIM, &format!("── {}: {}", plain(id), plain(&results.query))))?;
    }
    if let Some(error) = &results.error {
        writeln!(out, "{}\n", plain(error))?;
        return Ok(());
    }
    if let Some(understood) = &results.understood {
        wrapped(&format!("read as: {}", plain(&understood.tree)), "  ", look, out)?;
        wrapped(&format!("searched: {}", plain(&understood.plan)), "  ", look, out)?;
        writeln!(out)?;
    }
    if results.hits.iter().any(|found| !found.explanation.is_empty()) && !results.terms.is_empty() {
        let terms = results.terms.iter().map(|(term, weight)| format!("{} {weight:.2}", plain(term)));
        wrapped(&format!("alike by: {}", terms.collect::<Vec<_>>().join(", ")), "  ", look, out)?;
        writeln!(out)?;
    }
    for found in &results.hits {
        hit(found, look, out)?;
    }
    let milliseconds = results.took.as_secs_f64() * 1e3;
    let count = match (results.hits.first(), results.hits.last(), results.total) {
        (_, _, 0) => "no paper found".to_string(),
        (None, _, total) => format!("{total} papers, none of them on this page"),
        (_, _, 1) => "1 paper".to_string(),
        (Some(first), Some(last), total) if results.hits.len() < total => {
            format!("{} to {} of {total} papers", first.rank, last.rank)
        }
        (_, _, total) => format!("{total} papers"),
    };
    writeln!(out, "{}", look.paint(DIM, &format!("{count} ({milliseconds:.1} ms)")))?;
    Ok(())
}

/// Prints one paper in full.
pub(crate) fn paper(record: &Record, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let paper = record.paper();
    wrapped(&look.paint(TITLE, &plain(&paper.title)), "", look, out)?;
    if let Some(summary) = &paper.summary {
        wrapped(&plain(summary), "", look, out)?;
    }
    if !paper.authors.is_empty() {
        wrapped(&plain(&paper.authors.join(", ")), "", look, out)?;
    }
    writeln!(out, "{}", about(record, look))?;
    if let Some(url) = &paper.url {
        writeln!(out, "{}", look.paint(LINK, &plain(url)))?;
    }
    for digest in record.digests() {
        let day = digest.date.map_or(String::new(), |date| format!("{date}  "));
        writeln!(out, "{}", look.paint(DIM, &format!("{day}{}", plain(&digest.file))))?;
    }
    if let Some(text) = &paper.abstract_text {
        writeln!(out)?;
        wrapped(&plain(text), "", look, out)?;
    }
    if paper.truncated {
        writeln!(out, "{}", look.paint(DIM, "(the digest ends here)"))?;
    }
    Ok(())
}

fn hit(found: &Found, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let paper = found.record.paper();
    let number = format!("{}. ", found.rank);
    let indent = " ".repeat(number.len());
    let title = marked(&Snippet::whole(&paper.title, &found.title_matches), TITLE, look);
    wrapped(&format!("{number}{title}"), &indent, look, out)?;
    if let Some(summary) = &paper.summary {
        let summary = marked(&Snippet::whole(summary, &found.summary_matches), Style::new(), look);
        wrapped(&format!("{indent}{summary}"), &indent, look, out)?;
    }
    let authors = authors(paper);
    let separator = if authors.is_empty() { "" } else { " · " };
    wrapped(&format!("{indent}{}{separator}{authors}", about(&found.record, look)), &indent, look, out)?;
    if let (Some(text), false) = (&paper.abstract_text, found.abstract_matches.is_empty()) {
        let room = (look.width.saturating_sub(indent.len())).max(1) * SNIPPET_LINES;
        let snippet = marked(&Snippet::best(text, &found.abstract_matches, room), DIM, look);
        wrapped(&format!("{indent}{snippet}"), &indent, look, out)?;
    }
    if !found.explanation.is_empty() {
        let factors = found.factors.iter().map(|factor| format!(", {} ×{:.2}", factor.name, factor.value));
        writeln!(out, "{indent}score {:.3}{}", found.score, factors.collect::<String>())?;
        for part in &found.explanation {
            let what = match (&part.field, &part.term) {
                (Some(field), Some(term)) => format!("{field}:{term}  of {}", part.clause),
                _ => part.clause.clone(),
            };
            writeln!(out, "{indent}  {:>7.3}  {}", part.score, plain(&what))?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// The first authors, and how many more there are.
fn authors(paper: &Paper) -> String {
    let named = paper.authors.iter().take(AUTHORS).map(|name| plain(name)).collect::<Vec<_>>().join(", ");
    match paper.authors.len().saturating_sub(AUTHORS) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Id and day.
fn about(record: &Record, look: Look) -> String {
    let paper = record.paper();
    let version = paper.version.map_or(String::new(), |version| format!("v{version}"));
    let id = look.paint(LINK, &plain(&format!("{}{version}", record.id)));
    match paper.date {
        Some(date) => format!("{id} · {date}"),
        None => id,
    }
}

/// A snippet in a style, its matches in theirs.
fn marked(snippet: &Snippet, style: Style, look: Look) -> String {
    let mut text = String::new();
    if snippet.cut_before {
        text.push('…');
    }
    for stretch in snippet.stretches() {
        match stretch {
            Stretch::Plain(stretch) => text.push_str(&look.paint(style, &plain(stretch))),
            Stretch::Match(stretch) => text.push_str(&look.paint(MATCH, &plain(stretch))),
        }
    }
    if snippet.cut_after {
        text.push('…');
    }
    text
}

/// Prints a text in lines of the terminal's width.
fn wrapped(text: &str, indent: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for line in lines(text, look.width, indent) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
