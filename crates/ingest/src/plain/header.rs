//! The header of a paper: authors, date, link, and the heading of the abstract.

use std::ops::Range;

use crate::fields::names;
use crate::lines::Line;

/// The labels of the fields, in each language that digests label them in. The first
/// begins an anchor line.
const AUTHORS: Labels = &["Authors", "作者"];
const DATE: Labels = &["Date", "日期"];
const LINK: Labels = &["Link", "链接"];
const HEADING: Labels = &["Abstract", "摘要"];

/// What one field is called.
type Labels = &'static [&'static str];

/// What stands between label and value.
const COLONS: [char; 2] = [':', '：'];

/// What stands between authors and date.
const BARS: [char; 2] = ['|', '｜'];

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
        names(self.authors)
    }
}

/// Whether the line may begin a header.
pub(crate) fn is_anchor(text: &str) -> bool {
    after_label(text, AUTHORS).is_some()
}

/// Whether the line is the beginning of an anchor line, cut off before its colon.
pub(crate) fn begins_anchor(text: &str) -> bool {
    begins(AUTHORS, text)
}

/// Splits lines such as `Abstract: Quokkas smile.` in two where a heading alone is due, so
/// that what follows need not know them.
pub(crate) fn split_headings(lines: Vec<Line>) -> Vec<Line> {
    let mut split: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        let after_header = split
            .last()
            .is_some_and(|before| is_anchor(before.text) || after_label(before.text, LINK).is_some());
        match after_label(line.text, HEADING).filter(|text| after_header && !text.is_empty()) {
            Some(text) => {
                let heading = line.text[..line.text.len() - text.len()].trim_end();
                split.extend([Line { text: heading, ..line }, Line { text, ..line }]);
            }
            None => split.push(line),
        }
    }
    split
}

/// Finds the headers. An `Authors:` line begins one if a date stands on it, date or link
/// follow, or the digest ends with it; another is a line of an abstract. Where the authors
/// are missing, date or link begin one if the heading of an abstract follows.
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
    let text = |at: usize| lines.get(at).map(|line| line.text);
    let field = |at: usize, labels| text(at).and_then(|line| after_label(line, labels));
    let mut end = start;
    let mut header = Header { lines: start..start, authors: "", date: None, link: None, has_heading: false };
    let has_authors = match field(end, AUTHORS) {
        Some(authors_and_date) => {
            (header.authors, header.date) = split_date(authors_and_date);
            end += 1;
            true
        }
        None => false,
    };
    if let (None, Some(date)) = (header.date, field(end, DATE)) {
        header.date = Some(date).filter(|date| !date.is_empty());
        end += 1;
    }
    let at_end = end == lines.len();
    // The digest may end inside the word `Link` or `Abstract`.
    let cut_label =
        end + 1 == lines.len() && text(end).is_some_and(|line| begins(LINK, line) || begins(HEADING, line));
    let link = field(end, LINK);
    if link.is_some() || (cut_label && !text(end).is_some_and(is_heading)) {
        end += 1;
    }
    let heading = text(end).map(|line| line.trim_end_matches(COLONS));
    header.has_heading = heading.is_some_and(is_heading);
    let is_header = match has_authors {
        true => end > start + 1 || header.date.is_some() || at_end || cut_label,
        // Without authors, date or link must lead to the heading.
        false => end > start && header.has_heading,
    };
    let cut_heading = end + 1 == lines.len() && heading.is_some_and(|line| begins(HEADING, line));
    if header.has_heading || cut_heading {
        end += 1;
    }
    header.link = link.filter(|link| !link.is_empty());
    header.lines = start..end;
    is_header.then_some(header)
}

/// Splits `A, B | Date: 2026-03-13` into authors and date. Where the digest is cut in
/// between, `A, B | Da` has no date, and its end is no author.
fn split_date(text: &str) -> (&str, Option<&str>) {
    let Some((authors, rest)) = text.rsplit_once(BARS) else {
        return (text, None);
    };
    match after_label(rest.trim(), DATE) {
        Some(date) => (authors, Some(date).filter(|date| !date.is_empty())),
        None if begins(DATE, rest.trim()) => (authors, None),
        None => (text, None),
    }
}

/// Whether the line is the heading of an abstract.
fn is_heading(text: &str) -> bool {
    HEADING.contains(&text)
}

/// Whether the text is the beginning of a label, or all of it.
fn begins(labels: Labels, text: &str) -> bool {
    labels.iter().any(|label| label.starts_with(text))
}

/// Returns what stands after one of the labels and a colon, if the text begins with them.
/// The colon may be full-width.
fn after_label(text: &str, labels: Labels) -> Option<&str> {
    let rest = labels.iter().find_map(|label| text.strip_prefix(label))?.trim_start();
    Some(rest.strip_prefix(COLONS)?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Header<'_>> {
        headers(&crate::lines::lines(text).collect::<Vec<_>>())
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
    fn labels_may_be_chinese() {
        for text in [
            "作者: Ann Example, 李四 | 日期: 2026-01-04\n链接: http://arxiv.org/abs/2601.00001v1\n摘要\nText",
            "作者：Ann Example，李四｜日期：2026-01-04\n链接：http://arxiv.org/abs/2601.00001v1\n摘要：\nText",
            "作者 ： Ann Example、李四 ｜ 日期 ： 2026-01-04\n链接 : http://arxiv.org/abs/2601.00001v1\n摘要\nText",
        ] {
            let found = read(text);
            assert_eq!(found.len(), 1, "{text}");
            let header = &found[0];
            assert_eq!(header.authors(), ["Ann Example", "李四"], "{text}");
            assert_eq!(
                (header.date, header.link, header.has_heading),
                (Some("2026-01-04"), Some("http://arxiv.org/abs/2601.00001v1"), true),
                "{text}"
            );
        }
    }

    #[test]
    fn a_heading_and_its_text_may_share_a_line() {
        let lines = |text| -> Vec<Line> { split_headings(crate::lines::lines(text).collect()) };
        for (text, expected) in [
            ("Link: x\nAbstract: Quokkas smile.", &["Link: x", "Abstract:", "Quokkas smile."][..]),
            ("链接：x\n摘要：短尾矮袋鼠", &["链接：x", "摘要：", "短尾矮袋鼠"]),
            ("Authors: A\nAbstract:", &["Authors: A", "Abstract:"]),
            ("Abstract\nAbstract: a word", &["Abstract", "Abstract: a word"]),
        ] {
            let found: Vec<&str> = lines(text).iter().map(|line| line.text).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_header_may_lack_lines() {
        for (text, authors, date, link) in [
            ("Date: 2026-01-04\nLink: x\nAbstract\nText", 0, Some("2026-01-04"), Some("x")),
            ("Link: x\nAbstract\nText", 0, None, Some("x")),
            ("Authors: Ann Example\nDate: 2026-01-04\nLink: x\nAbstract", 1, Some("2026-01-04"), Some("x")),
            ("Authors: Ann Example\nDate: 2026-01-04\nAbstract", 1, Some("2026-01-04"), None),
        ] {
            let found = read(text);
            assert_eq!(found.len(), 1, "{text}");
            let header = &found[0];
            assert_eq!((header.authors().len(), header.date, header.link), (authors, date, link), "{text}");
            assert!(header.has_heading, "{text}");
        }
    }

    #[test]
    fn a_line_of_an_abstract_is_no_header() {
        assert_eq!(read("Link: prediction is hard\nand goes on"), []);
        assert_eq!(read("Authors: of such texts know this\nand go on"), []);
    }

    #[test]
    fn suffixes_belong_to_the_name_before() {
        let found = read("Authors: Pat Sample, Jr., Ann Example | Date: 2026-01-04");
        assert_eq!(found[0].authors(), ["Pat Sample, Jr.", "Ann Example"]);
    }
}
