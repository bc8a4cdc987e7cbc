//! JSON lines: an object for each paper, as archives of daily arXiv lists have them.
//!
//! ```text
//! {"id": "2603.13213", "title": "…", "authors": ["A", "B"], "summary": "<abstract>",
//!  "abs": "https://arxiv.org/abs/2603.13213", "AI": {"tldr": "<summary>", …}, …}
//! ```
//!
//! There `summary` is arXiv's word for the abstract, and the sentence is `AI.tldr`, nested
//! or flat. Where an object has an `abstract`, `summary` is what it says. What is not known
//! is ignored. The lines stand in no day's digest, so there is no day.

use paper::Paper;
use serde::Deserialize;
use serde_json::Value;

use crate::fields::{day_of_moment, names, quote, set_link, some};
use crate::format::{Format, head};
use crate::lines::{self, Line};
use crate::{Diagnostic, Digest, Entry, Oddity};

/// This format's row in the table.
pub(crate) const FORMAT: Format =
    Format { name: "jsonl", extensions: &["jsonl", "ndjson"], recognise, parse: |text, _| parse(text) };

/// How many lines are looked at: the first may be damaged.
const LOOK_AT: usize = 5;

/// What an object says, in the names that archives use. A value of another type than
/// expected is as good as none.
#[derive(Deserialize)]
struct Object {
    title: Option<Value>,
    authors: Option<Value>,
    #[serde(rename = "abstract")]
    abstract_text: Option<Value>,
    summary: Option<Value>,
    #[serde(rename = "AI")]
    ai: Option<Value>,
    #[serde(rename = "AI.tldr")]
    flat_tldr: Option<Value>,
    tldr: Option<Value>,
    id: Option<Value>,
    abs: Option<Value>,
    url: Option<Value>,
    link: Option<Value>,
    pdf: Option<Value>,
    doi: Option<Value>,
    published: Option<Value>,
    date: Option<Value>,
}

/// A text is JSON lines of papers if one of its first lines is the beginning of an object
/// with a title and something else that papers have.
fn recognise(text: &str) -> bool {
    let has = |line: &str, key: &str| line.contains(key);
    lines::lines(head(text)).take(LOOK_AT).any(|line| {
        line.text.starts_with('{')
            && has(line.text, "\"title\"")
            && ["\"summary\"", "\"abstract\"", "\"authors\""].iter().any(|key| has(line.text, key))
    })
}

fn parse(text: &str) -> Digest {
    let mut digest = Digest::default();
    let mut lines = lines::lines(text).peekable();
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        read_line(&line, last, &mut digest);
    }
    digest
}

fn read_line(line: &Line, last: bool, digest: &mut Digest) {
    let mut report = |oddity| digest.diagnostics.push(Diagnostic { line: line.number, oddity });
    let whole = line.text.strip_prefix('\u{feff}').unwrap_or(line.text);
    let (object, truncated) = match serde_json::from_str::<Object>(whole) {
        Ok(object) => (object, false),
        // A file that is cut off may have begun a paper.
        Err(error) if last && error.is_eof() => match mend(whole) {
            Some(object) => (object, true),
            None => {
                return report(Oddity::Unreadable { entry: "line", reason: "the file ends in it".into() });
            }
        },
        Err(_) => {
            let reason = format!("it is no JSON object: {}", quote(whole));
            return report(Oddity::Unreadable { entry: "line", reason });
        }
    };
    let Some(mut paper) = object.paper() else {
        let reason = format!("it has no title: {}", quote(whole));
        return report(Oddity::Unreadable { entry: "line", reason });
    };
    if truncated {
        paper.truncated = true;
        report(Oddity::CutOff);
    } else if let (None, Some(written)) = (paper.date, object.date_written()) {
        report(Oddity::BadDate(quote(written)));
    }
    digest.entries.push(Entry { line: line.number, paper, confidence: 1.0, certain: true });
}

/// Closes an object that ends too early: after the text it ends in, or after the last
/// value that is whole.
fn mend(text: &str) -> Option<Object> {
    let mut ends = Vec::new();
    let (mut quoted, mut escaped, mut last_comma) = (false, false, None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => ends.push('}'),
            b'[' => ends.push(']'),
            b'}' | b']' => {
                ends.pop();
            }
            // Only between the pairs of the object itself: what follows can go.
            b',' if ends.len() == 1 => last_comma = Some(at),
            _ => {}
        }
    }
    let closed: String = ends.iter().rev().collect();
    // An escape that is cut off takes no part: `\`, `\u26`.
    let shorter = text.rfind('\\').filter(|at| text.len() - at < 7).map(|at| &text[..at]);
    let texts = [Some(text), shorter].into_iter().flatten();
    let mended = texts.flat_map(|text| ["\"", ""].map(|quote| format!("{text}{quote}{closed}")));
    let before = last_comma.map(|at| format!("{}}}", &text[..at]));
    mended.chain(before).find_map(|text| serde_json::from_str(&text).ok())
}

impl Object {
    /// Makes a paper of the object; `None` without a title.
    fn paper(&self) -> Option<Paper> {
        let mut paper = Paper { title: folded(&self.title)?, ..Paper::default() };
        let tldr = self.ai.as_ref().and_then(|ai| ai.get("tldr"));
        let tldr =
            tldr.or(self.flat_tldr.as_ref()).or(self.tldr.as_ref()).and_then(Value::as_str).and_then(some);
        (paper.abstract_text, paper.summary) = match folded(&self.abstract_text) {
            Some(text) => (Some(text), tldr.or_else(|| folded(&self.summary))),
            None => (folded(&self.summary), tldr),
        };
        paper.authors = self.authors.as_ref().map(authors).unwrap_or_default();
        paper.date = self.date_written().and_then(day_of_moment);
        for link in [&self.abs, &self.url, &self.link, &self.pdf, &self.doi, &self.id] {
            let Some(link) = link.as_ref().and_then(Value::as_str) else { continue };
            add_link(&mut paper, link);
        }
        Some(paper)
    }

    fn date_written(&self) -> Option<&str> {
        [&self.date, &self.published].into_iter().find_map(|value| value.as_ref()?.as_str())
    }
}

/// Notes a link unless the paper has a better one; the first that names an arXiv paper is
/// best. Another spelling of the same paper may add its version.
fn add_link(paper: &mut Paper, link: &str) {
    let mut found = Paper::default();
    set_link(&mut found, link);
    if paper.id.is_none() && (found.id.is_some() || paper.url.is_none()) {
        paper.id = found.id;
        paper.version = found.version;
        paper.url = found.url.or(paper.url.take());
    } else if paper.id == found.id {
        paper.version = paper.version.or(found.version);
    }
}

/// Reads names: a list of texts, or of objects with a `name`, or one text with commas.
fn authors(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => names(text),
        Value::Array(list) => list
            .iter()
            .filter_map(|name| name.as_str().or_else(|| name.get("name")?.as_str()))
            .filter_map(some)
            .collect(),
        _ => Vec::new(),
    }
}

fn folded(value: &Option<Value>) -> Option<String> {
    value.as_ref().and_then(Value::as_str).and_then(some)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Paper {
        let mut digest = parse(text);
        assert_eq!(digest.entries.len(), 1, "{text}");
        digest.entries.remove(0).paper
    }

    #[test]
    fn reads_the_names_of_every_archive() {
        // The summary, the abstract, the authors.
        for (pairs, summary, text, authors) in [
            (r#""summary": "T.", "AI": {"tldr": "S"}, "authors": ["A", "B"]"#, Some("S"), Some("T."), 2),
            (r#""summary": "T.", "AI.tldr": "S", "authors": "A, B""#, Some("S"), Some("T."), 2),
            (r#""abstract": "T.", "summary": "S", "authors": [{"name": "A"}]"#, Some("S"), Some("T."), 1),
            (r#""abstract": "T.", "tldr": "S""#, Some("S"), Some("T."), 0),
            (r#""summary": " ", "AI": null, "authors": 7"#, None, None, 0),
            (r#""summary": ["T."], "AI": "S", "authors": ["A", 7]"#, None, None, 1),
        ] {
            let paper = one(&format!("{{\"title\": \"Quokka  Smiles\", {pairs}}}"));
            assert_eq!(paper.title, "Quokka Smiles");
            assert_eq!(
                (paper.summary.as_deref(), paper.abstract_text.as_deref()),
                (summary, text),
                "{pairs}"
            );
            assert_eq!(paper.authors.len(), authors, "{pairs}");
        }
    }

    #[test]
    fn takes_the_best_link() {
        for (pairs, id, version, url) in [
            (r#""id": "2601.00001v2""#, Some("2601.00001"), Some(2), None),
            (r#""id": "2601.00001v2", "abs": "u://arxiv""#, Some("2601.00001"), Some(2), Some("u://arxiv")),
            (
                r#""id": "2601.00001v2", "abs": "https://arxiv.org/abs/2601.00001""#,
                Some("2601.00001"),
                Some(2),
                Some("https://arxiv.org/abs/2601.00001"),
            ),
            (
                r#""url": "https://example.org/1", "pdf": "https://arxiv.org/pdf/2601.00001v1""#,
                Some("2601.00001"),
                Some(1),
                Some("https://arxiv.org/pdf/2601.00001v1"),
            ),
            (
                r#""id": "quokka", "link": "https://doi.org/10.1000/q""#,
                None,
                None,
                Some("https://doi.org/10.1000/q"),
            ),
            (r#""id": 7"#, None, None, None),
        ] {
            let paper = one(&format!("{{\"title\": \"Quokka\", {pairs}}}"));
            assert_eq!(
                (paper.id.as_ref().map(|id| id.as_str()), paper.version, paper.url.as_deref()),
                (id, version, url),
                "{pairs}"
            );
        }
    }

    #[test]
    fn a_bad_line_costs_itself_alone() {
        let text =
            "{\"title\": \"A\", \"date\": \"soon\"}\n\nmilk\n[1]\n{\"id\": \"x\"}\n{\"title\": \"B\"}\n";
        let digest = parse(text);
        let titles: Vec<&str> = digest.entries.iter().map(|entry| entry.paper.title.as_str()).collect();
        assert_eq!(titles, ["A", "B"]);
        let lines: Vec<usize> = digest.diagnostics.iter().map(|diagnostic| diagnostic.line).collect();
        assert_eq!(lines, [1, 3, 4, 5]);
        assert_eq!(digest.diagnostics[0].oddity, Oddity::BadDate("soon".into()));
        assert_eq!(digest.entries[1].line, 6);
    }

    #[test]
    fn a_cut_file_keeps_what_it_has_of_the_last_paper() {
        let line = r#"{"title": "Quokka \u0041 \"Smiles\"", "authors": ["Ann", "Bo"], "summary": "They smile.", "x": 1}"#;
        for cut in (0..line.len()).filter(|&cut| line.is_char_boundary(cut)) {
            let digest = parse(&line[..cut]);
            for entry in &digest.entries {
                let paper = &entry.paper;
                assert!(paper.truncated, "{cut}");
                assert!("Quokka A \"Smiles\"".starts_with(&paper.title), "{}", paper.title);
                assert!(paper.abstract_text.as_deref().is_none_or(|text| "They smile.".starts_with(text)));
            }
            assert!(cut == 0 || !digest.diagnostics.is_empty(), "{cut}");
            assert_eq!(digest.entries.len(), usize::from(cut > 11), "{cut}");
        }
        assert!(parse(line).diagnostics.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_returns(text in "([{}\\[\\]\",:\\\\\n]|\"title\": |\"AI\"|[a-z研]|\\\\u00){0,60}") {
            parse(&text);
        }

        #[test]
        fn any_unicode_returns(text in any::<String>()) {
            parse(&text);
        }
    }
}
