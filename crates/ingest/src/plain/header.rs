//! The header of a paper: authors, date, link, and the heading of the abstract.

use std::ops::Range;

use super::lines::Line;

/// The first word of an anchor line.
const AUTHORS: &str = "Authors";
const DATE: &str = "Date";
const LINK: &str = "Link";
const HEADING: &str = "Abstract";

/// Suffixes that stand behind a comma and belong to the name before it.
const NAME_SUFFIXES: [&str; 7] = ["Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"];

/// A header, as far as the digest gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// Which lines it takes.
    pub(crate) lines: Range<usize>,
    /// What stands after `Authors:`, up to the date.
    authors: &'a str,
    /// What stands after `Date:`.
    pub(crate) date: Option<&'a str>,
    /// What stands after `Link:`.
    pub(crate) link: Option<&'a str>,
    /// Whether the heading of the abstract follows.
    pub(crate) has_heading: bool,
}

impl Header<'_> {
    /// Returns the authors' names.
    pub(crate) fn authors(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.authors.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match names.last_mut() {
                Some(last) if NAME_SUFFIXES.contains(&name) => {
                    last.push_str(", ");
                    last.push_str(name);
                }
                _ => names.push(name.to_string()),
            }
        }
        names
    }
}

/// Whether the line may begin a header.
pub(crate) fn is_anchor(text: &str) -> bool {
    after_label(text, AUTHORS).is_some()
}

/// Whether the line is the beginning of an anchor line, cut off before its colon.
pub(crate) fn begins_anchor(text: &str) -> bool {
    AUTHORS.starts_with(text)
}

/// Finds the headers. An `Authors:` line is one if a date stands on it, a link follows,
/// or the digest ends with it; another is a line of an abstract.
pub(crate) fn headers<'a>(lines: &[Line<'a>]) -> Vec<Header<'a>> {
    let mut headers = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        match header(lines, at) {
            Some(header) => {
                at = header.lines.end;
                headers.push(header);
            }
            None => at += 1,
        }
    }
    headers
}

fn header<'a>(lines: &[Line<'a>], start: usize) -> Option<Header<'a>> {
    let authors_and_date = after_label(lines[start].text, AUTHORS)?;
    let text = |at: usize| lines.get(at).map(|line| line.text);
    let (authors, date) = split_date(authors_and_date);
    let mut end = start + 1;
    let link = text(end).and_then(|line| after_label(line, LINK));
    let at_end = end == lines.len();
    // The digest may end inside the word `Link` or `Abstract`.
    let cut_label = end + 1 == lines.len()
        && text(end).is_some_and(|line| LINK.starts_with(line) || HEADING.starts_with(line));
    if date.is_none() && link.is_none() && !at_end && !cut_label {
        return None;
    }
    if link.is_some() || (cut_label && text(end) != Some(HEADING)) {
        end += 1;
    }
    let heading = text(end).map(|line| line.trim_end_matches([':', '：']));
    let has_heading = heading == Some(HEADING);
    let cut_heading = end + 1 == lines.len() && heading.is_some_and(|line| HEADING.starts_with(line));
    if has_heading || cut_heading {
        end += 1;
    }
    Some(Header { lines: start..end, authors, date, link: link.filter(|link| !link.is_empty()), has_heading })
}

/// Splits `A, B | Date: 2026-03-13` into authors and date. Where the digest is cut in
/// between, `A, B | Da` has no date, and its end is no author.
fn split_date(text: &str) -> (&str, Option<&str>) {
    let Some((authors, rest)) = text.rsplit_once('|') else {
        return (text, None);
    };
    match after_label(rest.trim(), DATE) {
        Some(date) => (authors, Some(date).filter(|date| !date.is_empty())),
        None if DATE.starts_with(rest.trim()) => (authors, None),
        None => (text, None),
    }
}

/// Returns what stands after `label` and a colon, if the text begins with them. The
/// colon may be full-width.
fn after_label<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(label)?.trim_start();
    let rest = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
    Some(rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Header<'_>> {
        headers(&super::super::lines::lines(text).collect::<Vec<_>>())
    }

    #[test]
    fn reads_a_header_cut_anywhere() {
        let whole = "Authors: Ann Example, Bo Tester | Date: 2026-01-04\nLink: http://arxiv.org/abs/2601.00001v1\nAbstract\nText";
        for (cut, authors, date, link, heading) in [
            ("Authors:", 0, None, None, false),
            ("Authors: Ann Example, Bo", 2, None, None, false),
            ("Authors: Ann Example, Bo Tester |", 2, None, None, false),
            ("Authors: Ann Example, Bo Tester | Da", 2, None, None, false),
            ("Authors: Ann Example, Bo Tester | Date: 2026-0", 2, Some("2026-0"), None, false),
            (&whole[..whole.find("nk:").unwrap_or(0)], 2, Some("2026-01-04"), None, false),
            (
                &whole[..whole.find("00001v1").unwrap_or(0)],
                2,
                Some("2026-01-04"),
                Some("http://arxiv.org/abs/2601."),
                false,
            ),
            (
                &whole[..whole.find("stract").unwrap_or(0)],
                2,
                Some("2026-01-04"),
                Some("http://arxiv.org/abs/2601.00001v1"),
                false,
            ),
            (whole, 2, Some("2026-01-04"), Some("http://arxiv.org/abs/2601.00001v1"), true),
        ] {
            let found = read(cut);
            assert_eq!(found.len(), 1, "{cut}");
            let header = &found[0];
            assert_eq!(
                (header.authors().len(), header.date, header.link, header.has_heading),
                (authors, date, link, heading),
                "{cut}"
            );
        }
    }

    #[test]
    fn a_line_of_an_abstract_is_no_header() {
        assert_eq!(read("Authors: of such texts know this\nand go on"), []);
    }

    #[test]
    fn suffixes_belong_to_the_name_before() {
        let found = read("Authors: Pat Sample, Jr., Ann Example | Date: 2026-01-04");
        assert_eq!(found[0].authors(), ["Pat Sample, Jr.", "Ann Example"]);
    }
}
