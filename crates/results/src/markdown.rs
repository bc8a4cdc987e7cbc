//! Markdown, for notes.

use std::io::{self, Write};

use super::Results;
use crate::harmless::plain;

/// Prints a section for each hit.
pub(crate) fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    for found in &results.hits {
        let paper = found.record.paper();
        let version = paper.version.map_or(String::new(), |version| format!("v{version}"));
        let name = text(&format!("{}{version}", found.record.id));
        writeln!(out, "## {}\n", text(&paper.title))?;
        if let Some(summary) = &paper.summary {
            writeln!(out, "{}\n", text(summary))?;
        }
        let mut about = Vec::new();
        if !paper.authors.is_empty() {
            about.push(text(&paper.authors.join(", ")));
        }
        about.extend(paper.date.map(|date| date.to_string()));
        about.push(match paper.url.as_deref().filter(|url| is_web_address(url)) {
            Some(url) => format!("[{name}](<{url}>)"),
            None => name,
        });
        writeln!(out, "{}\n", about.join(" · "))?;
        if let Some(abstract_text) = &paper.abstract_text {
            writeln!(out, "{}\n", text(abstract_text))?;
        }
    }
    Ok(())
}

/// Text that Markdown takes as text: what could be markup is escaped
/// (<https://spec.commonmark.org/0.31.2/#backslash-escapes>).
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for ch in plain(text).chars() {
        if matches!(ch, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '$' | '&') {
            escaped.push('\\');
        }
        escaped.push(ch);
    }
    escaped
}

/// An address that may be a link: on the web, and without a character that ends it.
fn is_web_address(url: &str) -> bool {
    (url.starts_with("http://") || url.starts_with("https://"))
        && !url.contains(|ch: char| ch.is_whitespace() || ch.is_control() || matches!(ch, '<' | '>'))
}
