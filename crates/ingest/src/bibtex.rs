//! BibTeX, as arXiv and reference managers export it: an entry for each paper. LaTeX in
//! titles, names and abstracts becomes text. There is no one-sentence summary.
//!
//! The file is cut into entries, and each field is turned into text by itself: damage in
//! one costs the others nothing, and `biblatex` never sees more than a field at a time.
//! Abbreviations (`@string`) are for journals and publishers; only months are known here.

use std::collections::BTreeMap;

use biblatex::{Bibliography, ChunksExt, Pair, RawBibliography, RawChunk, RawEntry, Spanned};
use paper::{NaiveDate, Paper};

use crate::fields::{LineCounter, day_of, day_of_moment, quote, set_link, some};
use crate::format::{Format, head};
use crate::lines;
use crate::{Diagnostic, Digest, Entry, Oddity};

/// This format's row in the table.
pub(crate) const FORMAT: Format =
    Format { name: "bibtex", extensions: &["bib"], recognise, parse: |text, _| parse(text) };

/// What stands in braces that are this deep is taken as it is: commands in commands take
/// `biblatex` time and memory that grow with their depth.
const DEEPEST: usize = 16;

/// Commands that only change how their argument looks.
const LOOKS: [&str; 10] = [
    "\\emph{",
    "\\textbf{",
    "\\textit{",
    "\\texttt{",
    "\\textsc{",
    "\\textsf{",
    "\\textrm{",
    "\\text{",
    "\\mbox{",
    "\\underline{",
];

/// The months as BibTeX abbreviates them.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A text is BibTeX if an entry begins its first line that is neither blank nor a comment.
fn recognise(text: &str) -> bool {
    lines::lines(head(text))
        .map(|line| line.text.trim_start_matches('\u{feff}'))
        .find(|line| !line.starts_with('%'))
        .is_some_and(|line| entry_kind(line).is_some())
}

/// Returns the kind of the entry that begins a line: `misc` of `@misc{`.
fn entry_kind(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('@')?;
    let end = rest.find(|ch: char| !ch.is_ascii_alphabetic())?;
    let after = rest[end..].trim_start_matches([' ', '\t']);
    (end > 0 && after.starts_with(['{', '('])).then(|| &rest[..end])
}

/// An entry begins a line of its own; it goes on to where the next one begins.
fn parse(text: &str) -> Digest {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let indent = line.len() - line.trim_start().len();
        if entry_kind(&line[indent..]).is_some() {
            starts.push(at + indent);
        }
        at += line.len();
    }
    let mut digest = Digest::default();
    let mut counter = LineCounter::new(text);
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied();
        let line = counter.line_of(start);
        add(text[start..end.unwrap_or(text.len())].trim_end(), line, end.is_none(), &mut digest);
    }
    digest
}

fn add(text: &str, line: usize, last: bool, digest: &mut Digest) {
    let kind = entry_kind(text).unwrap_or_default();
    if ["string", "preamble", "comment"].iter().any(|other| kind.eq_ignore_ascii_case(other)) {
        return;
    }
    let mut report = |oddity| digest.diagnostics.push(Diagnostic { line, oddity });
    let read = Fields::read(text);
    let (fields, truncated) = match read {
        Ok(fields) => (fields, false),
        Err(_) if last => match mend(text) {
            Some(fields) => (fields, true),
            None => {
                return report(Oddity::Unreadable { entry: "entry", reason: "the file ends in it".into() });
            }
        },
        Err(reason) => {
            let reason = format!("{reason}: {}", quote(text));
            return report(Oddity::Unreadable { entry: "entry", reason });
        }
    };
    let Some(mut paper) = fields.paper() else {
        let reason = format!("it has no title: {}", quote(text));
        return report(Oddity::Unreadable { entry: "entry", reason });
    };
    if truncated {
        paper.truncated = true;
        report(Oddity::CutOff);
    } else if let (None, Some(written)) = (paper.date, fields.date_written()) {
        report(Oddity::BadDate(quote(&written)));
    }
    digest.entries.push(Entry { line, paper, confidence: 1.0, certain: true });
}

/// Closes an entry that ends too early: after the text it ends in, or after its last
/// whole line.
fn mend(text: &str) -> Option<Fields> {
    // A backslash at the very end would take the brace.
    let text = text.trim_end_matches('\\');
    let whole = text.rfind('\n').map_or(text, |at| &text[..at]);
    let closed = ["}", "}}", "}}}", "\"}"].into_iter().map(|end| format!("{text}{end}"));
    closed.chain([format!("{whole}}}")]).find_map(|text| Fields::read(&text).ok())
}

/// The fields of an entry as they are written, by name in lower case.
struct Fields(BTreeMap<String, String>);

impl Fields {
    fn read(text: &str) -> Result<Fields, String> {
        let raw = RawBibliography::parse(text).map_err(|error| error.kind.to_string())?;
        let entry = raw.entries.into_iter().next().ok_or("there is nothing in it")?;
        let value = |field: &Pair| -> String {
            field
                .value
                .v
                .iter()
                .map(|chunk| match chunk.v {
                    RawChunk::Normal(text) | RawChunk::Abbreviation(text) => text,
                })
                .collect()
        };
        let fields = entry.v.fields.iter().map(|field| (field.key.v.to_ascii_lowercase(), value(field)));
        Ok(Fields(fields.collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// Makes a paper of the fields; `None` without a title.
    fn paper(&self) -> Option<Paper> {
        let text = |name| self.get(name).and_then(|written| some(&plain(written)));
        let mut paper = Paper { title: text("title")?, ..Paper::default() };
        paper.abstract_text = text("abstract");
        paper.authors = self.get("author").map(names).unwrap_or_default();
        paper.date = self.date();
        if self.is_arxiv()
            && let Some(eprint) = self.get("eprint")
        {
            set_link(&mut paper, eprint);
            paper.url = None;
        }
        let doi = self.get("doi").map(|doi| match doi.contains("://") {
            true => doi.to_string(),
            false => format!("https://doi.org/{doi}"),
        });
        for link in self.get("url").map(plain_link).into_iter().chain(doi) {
            let (id, version) = (paper.id.take(), paper.version.take());
            let url = paper.url.take();
            set_link(&mut paper, &link);
            if id.is_some() && paper.id != id {
                (paper.id, paper.version) = (id, version);
            }
            paper.version = paper.version.or(version);
            paper.url = url.or(paper.url.take());
        }
        Some(paper)
    }

    /// Whether `eprint` is an arXiv id: where nothing says of which archive it is one, it
    /// is arXiv's.
    fn is_arxiv(&self) -> bool {
        let archive = self.get("archiveprefix").or(self.get("eprinttype"));
        archive.is_none_or(|archive| archive.eq_ignore_ascii_case("arxiv"))
    }

    /// The day in `date`, or made of `year`, `month` and `day`; a month is its first day.
    fn date(&self) -> Option<NaiveDate> {
        if let Some(written) = self.get("date") {
            return day_of_moment(written);
        }
        let year = self.get("year")?.parse().ok()?;
        let month = month(self.get("month")?)?;
        let day = self.get("day").map_or(Some(1), |day| day.parse().ok())?;
        day_of(year, month, day)
    }

    /// A date that should be one. A year alone is no day, and nothing odd.
    fn date_written(&self) -> Option<String> {
        let parts = ["year", "month", "day"].map(|name| self.get(name));
        match (self.get("date"), parts) {
            (Some(written), _) => (written.len() > 4).then(|| written.to_string()),
            (None, [_, Some(_), _]) => Some(parts.into_iter().flatten().collect::<Vec<_>>().join("-")),
            _ => None,
        }
    }
}

/// Reads a month: `3`, `03`, `mar`, `March`.
fn month(text: &str) -> Option<u32> {
    let short: String = text.chars().take(3).collect::<String>().to_lowercase();
    let named = MONTHS.iter().position(|month| *month == short).and_then(|at| u32::try_from(at + 1).ok());
    named.or_else(|| text.parse().ok())
}

/// Reads names that ` and ` parts, each `First Last` or `Last, First`.
fn names(written: &str) -> Vec<String> {
    split_outside_braces(written, |rest| {
        let before = rest.trim_start();
        let word = before.strip_prefix("and").filter(|_| before.len() < rest.len())?;
        let after = word.trim_start();
        (after.len() < word.len()).then(|| rest.len() - after.len())
    })
    .into_iter()
    .map(|name| {
        let parts = split_outside_braces(name, |rest| rest.starts_with(',').then_some(1));
        let parts: Vec<String> = parts.into_iter().map(plain).collect();
        match parts.as_slice() {
            [last, first] => format!("{first} {last}"),
            [last, suffix, first] => format!("{first} {last}, {suffix}"),
            _ => parts.join(", "),
        }
    })
    .filter_map(|name| some(name.trim_matches([',', ' '])))
    .collect()
}

/// Splits a text where `separator` finds one at the beginning of the rest, and no brace is
/// open; it says how long the separator is.
fn split_outside_braces(text: &str, separator: impl Fn(&str) -> Option<usize>) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut skip) = (0usize, 0, 0);
    for (at, ch) in text.char_indices() {
        match ch {
            _ if at < skip => {}
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' | ' ' | '\n' | '\r' | '\t' if depth == 0 => {
                if let Some(length) = separator(&text[at..]) {
                    parts.push(&text[start..at]);
                    start = at + length;
                    skip = start;
                }
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Turns LaTeX into text; math stays as it is. What is no LaTeX stays, too, without its
/// braces.
fn plain(written: &str) -> String {
    if !written.contains(['\\', '{', '}', '$', '-']) {
        return written.to_string();
    }
    let read = |text: &str| -> Option<String> {
        let value = vec![spanned(RawChunk::Normal(text))];
        let fields = vec![Pair { key: spanned("title"), value: spanned(value) }];
        let entry = spanned(RawEntry { key: spanned("x"), kind: spanned("misc"), fields });
        let raw =
            RawBibliography { preamble: String::new(), entries: vec![entry], abbreviations: Vec::new() };
        let read = Bibliography::from_raw(raw).ok()?;
        Some(read.iter().next()?.get("title")?.format_verbatim())
    };
    let written = &LOOKS.iter().fold(written.to_string(), |text, command| text.replace(command, "{"));
    let is_flat = depth(written) <= DEEPEST;
    let text = is_flat.then(|| {
        // A single dollar is money.
        read(written).or_else(|| read(&written.replace('$', "\\$")))
    });
    text.flatten().unwrap_or_else(|| written.replace(['{', '}'], ""))
}

/// A value without a place that matters. (`Spanned::detached` has one that overflows.)
fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, 0..0)
}

/// Removes what LaTeX needs in an address: `\url{}`, and backslashes before `_`, `%`, `&`.
fn plain_link(written: &str) -> String {
    let inner = written.strip_prefix("\\url{").and_then(|rest| rest.strip_suffix('}')).unwrap_or(written);
    inner.replace('\\', "")
}

/// How deep braces stand in braces.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(fields: &str) -> Paper {
        let text = format!("@misc{{key,\n  title = {{T}},\n{fields}\n}}\n");
        let mut digest = parse(&text);
        assert_eq!(digest.entries.len(), 1, "{text}: {:?}", digest.diagnostics);
        digest.entries.remove(0).paper
    }

    #[test]
    fn latex_becomes_text() {
        for (written, expected) in [
            ("Quokkas {Smile} at {\\'E}lan", "Quokkas Smile at Élan"),
            ("H{\\\"o}{\\ss} \\& \\v{S}im\\r{u}nkov\\'a", "Höß & Šimůnková"),
            ("35.8\\% of $\\alpha_1$-smiles", "35.8% of $\\alpha_1$-smiles"),
            ("\\emph{Quokkas} and \\textbf{wombats}", "Quokkas and wombats"),
            ("It costs $5 \\& more", "It costs $5 & more"),
            ("pages 1--2", "pages 1–2"),
            ("研究", "研究"),
        ] {
            assert_eq!(plain(written), expected, "{written}");
        }
        let deep = format!("{}x{}", "{".repeat(40), "}".repeat(40));
        assert_eq!(plain(&deep), "x");
    }

    #[test]
    fn reads_names() {
        for (written, expected) in [
            ("Ann Example and Bo Tester", &["Ann Example", "Bo Tester"][..]),
            ("Example, Ann and\n  Tester, Jr., Bo", &["Ann Example", "Bo Tester, Jr."]),
            ("{Quokka and Wombat Society} and Cy Writer", &["Quokka and Wombat Society", "Cy Writer"]),
            ("Andy Sand", &["Andy Sand"]),
            ("and ", &["and"]),
            (" and and ", &["and"]),
            ("", &[]),
        ] {
            assert_eq!(names(written), expected, "{written}");
        }
    }

    #[test]
    fn reads_dates() {
        let day = NaiveDate::from_ymd_opt;
        for (fields, expected) in [
            ("date = {2026-01-04}", day(2026, 1, 4)),
            ("year = 2026, month = mar", day(2026, 3, 1)),
            ("year = {2026}, month = {March}, day = 7", day(2026, 3, 7)),
            ("year = {2026}, month = {03}", day(2026, 3, 1)),
            ("year = {2026}", None),
            ("date = {2026}", None),
            ("year = 2026, month = feb, day = 30", None),
        ] {
            assert_eq!(entry(fields).date, expected, "{fields}");
        }
        let odd = parse("@misc{a, title={T}, year=2026, month=feb, day=30}\n@misc{b, title={U}, year=2026}");
        let told: Vec<Oddity> = odd.diagnostics.into_iter().map(|diagnostic| diagnostic.oddity).collect();
        assert_eq!(told, [Oddity::BadDate("2026-feb-30".into())]);
    }

    #[test]
    fn reads_links() {
        for (fields, id, version, url) in [
            ("eprint = {2601.00001}", Some("2601.00001"), None, None),
            (
                "eprint = {2601.00001}, archivePrefix = {arXiv}, url = {https://arxiv.org/abs/2601.00001v2}",
                Some("2601.00001"),
                Some(2),
                Some("https://arxiv.org/abs/2601.00001v2"),
            ),
            (
                "eprint = {2601.00001}, url = {https://example.org/q\\_1}, doi = {10.1000/q}",
                Some("2601.00001"),
                None,
                Some("https://example.org/q_1"),
            ),
            ("eprint = {hep-th/9901001v3}, eprinttype = {arxiv}", Some("hep-th/9901001"), Some(3), None),
            ("eprint = {2601.00001}, eprinttype = {hal}", None, None, None),
            ("doi = {10.1000/q}", None, None, Some("https://doi.org/10.1000/q")),
            (
                "doi = {10.48550/arXiv.2601.00001}",
                Some("2601.00001"),
                None,
                Some("https://doi.org/10.48550/arXiv.2601.00001"),
            ),
        ] {
            let paper = entry(fields);
            assert_eq!(
                (paper.id.as_ref().map(|id| id.as_str()), paper.version, paper.url.as_deref()),
                (id, version, url),
                "{fields}"
            );
        }
    }

    #[test]
    fn damage_costs_one_entry_alone() {
        let text = "% exported\n@string{j = {Journal}}\n@misc{a, title = {A}, journal = j}\n\n\
                    @misc{b, title {B}}\n@misc{c, year = 2026}\n@comment{d}\n  @Article{e, title = \"E\"}";
        let digest = parse(text);
        let titles: Vec<&str> = digest.entries.iter().map(|entry| entry.paper.title.as_str()).collect();
        assert_eq!(titles, ["A", "E"]);
        let lines: Vec<usize> = digest.diagnostics.iter().map(|diagnostic| diagnostic.line).collect();
        assert_eq!(lines, [5, 6]);
        assert_eq!(digest.entries[1].line, 8);
    }

    #[test]
    fn a_cut_file_keeps_what_it_has_of_the_last_paper() {
        let whole = "@misc{key,\n  title={Quokka {Smiles}},\n  author={Ann and Bo},\n  abstract={They \\emph{smile}.},\n}";
        for cut in 0..whole.len() - 1 {
            let digest = parse(&whole[..cut]);
            for entry in &digest.entries {
                assert!(entry.paper.truncated, "{cut}");
                assert!("Quokka Smiles".starts_with(&entry.paper.title), "{}", entry.paper.title);
            }
            assert_eq!(digest.entries.len(), usize::from(cut > whole.find("Q").unwrap_or(0)), "{cut}");
        }
        assert!(!parse(whole).entries[0].paper.truncated);
    }

    #[test]
    fn an_entry_begins_the_file() {
        for (text, expected) in [
            ("@misc{a,", true),
            ("\n% a comment\n  @Article {a,", true),
            ("@inproceedings(a,", true),
            ("@quokka said {", false),
            ("text\n@misc{a,", false),
            ("@{a", false),
            ("", false),
        ] {
            assert_eq!(recognise(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_returns(text in "(@(misc|string|comment)\\{|title ?= ?|author=|month=|[{}\"#,=$%\\\\~^]|\\\\[a-z\"'] ?|and|[a-z研 \n]){0,60}") {
            parse(&text);
        }

        #[test]
        fn any_title_returns(text in "([{}$%~^&_-]|\\\\[a-zA-Z\"'`.=]{0,6}|[a-zé研 \n]){0,40}") {
            plain(&text);
            names(&text);
        }

        #[test]
        fn any_unicode_returns(text in any::<String>()) {
            parse(&text);
        }
    }
}
