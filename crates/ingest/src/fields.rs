//! The values of a paper's fields as digests write them, whatever the format.

use chrono::NaiveDate;
use paper::{Paper, VersionedId};
use unicode_normalization::UnicodeNormalization;

/// Suffixes that stand behind a comma and belong to the name before it.
const NAME_SUFFIXES: [&str; 7] = ["Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"];

/// How much of a text that is left out a diagnostic quotes, in characters.
const QUOTED: usize = 60;

/// The most characters that a day takes, with which [`first_date`] tries each digit.
const LONGEST_DATE: usize = 11;

/// Reads a day: `2026-03-16`, or `2026年3月16日`. Full-width digits count as digits.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let text: String = text.trim().chars().take(LONGEST_DATE + 1).nfkc().collect();
    let (year, rest) = number(&text, 4..=4)?;
    if let Some(rest) = rest.strip_prefix('年') {
        let (month, rest) = number(rest, 1..=2)?;
        let (day, rest) = number(rest.strip_prefix('月')?, 1..=2)?;
        return rest.strip_prefix('日')?.is_empty().then(|| day_of(year, month, day)).flatten();
    }
    let (month, rest) = number(rest.strip_prefix('-')?, 2..=2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2..=2)?;
    rest.is_empty().then(|| day_of(year, month, day)).flatten()
}

/// Reads the day off a moment such as `2026-03-13T17:59:59Z`.
pub(crate) fn day_of_moment(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    match text.split_once(['T', ' ']) {
        Some((day, _)) => date(day),
        None => date(text),
    }
}

/// Finds the first day in a text, as in `arXiv digest, 2026-03-16`.
pub(crate) fn first_date(text: &str) -> Option<NaiveDate> {
    let mut before = ' ';
    text.char_indices().find_map(|(at, ch)| {
        let begins = ch.is_numeric() && !before.is_numeric();
        before = ch;
        if !begins {
            return None;
        }
        let rest = &text[at..];
        let end = rest
            .char_indices()
            .take(LONGEST_DATE + 1)
            .find(|(_, ch)| !(ch.is_numeric() || matches!(ch, '-' | '－' | '年' | '月')))
            .map_or(rest.len(), |(end, ch)| if ch == '日' { end + ch.len_utf8() } else { end });
        date(&rest[..end])
    })
}

/// Makes a day of its numbers, if there is such a day.
pub(crate) fn day_of(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Reads a number with so many digits off the beginning of a text.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<(u32, &str)> {
    let end = text.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    digits.contains(&end).then(|| number.parse().ok().map(|number| (number, rest))).flatten()
}

/// Splits a list of names at its commas, Chinese ones as well; where there are none, at
/// its semicolons.
pub(crate) fn names(text: &str) -> Vec<String> {
    let commas: &[char] = &[',', '，', '、'];
    let separators = if text.contains(commas) { commas } else { &[';', '；'] };
    let mut names: Vec<String> = Vec::new();
    let parts = text.split(separators).map(str::trim);
    for name in parts.filter(|name| !name.is_empty()) {
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

/// Notes a paper's link, and the arXiv id in it. An id without an address is no link.
pub(crate) fn set_link(paper: &mut Paper, link: &str) {
    let link = link.trim();
    if let Ok(found) = link.parse::<VersionedId>() {
        paper.version = found.version;
        paper.id = Some(found.id);
    }
    if is_address(link) {
        paper.url = Some(link.to_string());
    }
}

/// Whether a text is an address, as `https://arxiv.org/abs/2603.13213` and
/// `arxiv.org/abs/2603.13213` are.
fn is_address(text: &str) -> bool {
    text.contains("://")
        || text.split_once('/').is_some_and(|(host, _)| host.contains('.') && !host.starts_with("10."))
}

/// Folds white space, line ends too, to single spaces.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// Returns the text with folded white space, or `None` where nothing is left.
pub(crate) fn some(text: &str) -> Option<String> {
    Some(fold(text)).filter(|text| !text.is_empty())
}

/// Whether a text holds a Han character, as summaries do.
pub(crate) fn has_han(text: &str) -> bool {
    text.chars().any(|ch| matches!(ch, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'))
}

/// Whether a text ends as abstracts do: with a final mark, perhaps in brackets, quotes or
/// math, or with an address.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let last_word = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    last_word.contains("://")
        || text
            .trim_end_matches([')', ']', '}', '"', '\'', '”', '’', '$', '*', ' '])
            .ends_with(['.', '!', '?', '…', '。', '！', '？', ':', ';'])
}

/// Shortens a text for a diagnostic.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

/// Counts lines up to places that only go forward, so that a file is gone through once.
/// A line ends at LF, or at CR alone.
pub(crate) struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    /// Begins at the first line.
    pub(crate) fn new(text: &'a str) -> LineCounter<'a> {
        LineCounter { text, at: 0, line: 1 }
    }

    /// Returns the line of the byte at `at`, from 1 up; what lies behind the place asked
    /// for last counts as that place.
    pub(crate) fn line_of(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let at = at.min(bytes.len());
        while self.at < at {
            let ends = match bytes[self.at] {
                b'\n' => true,
                b'\r' => bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(ends);
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn reads_days() {
        for (text, expected) in [
            ("2026-03-16", day(2026, 3, 16)),
            (" 2026-03-16\t", day(2026, 3, 16)),
            ("２０２６-03-16", day(2026, 3, 16)),
            ("2026年3月16日", day(2026, 3, 16)),
            ("2026年03月06日", day(2026, 3, 6)),
            ("2026-3-16", None),
            ("+2026-03-16", None),
            ("2026-02-30", None),
            ("2026-03-161", None),
            ("2026-03-16 or so", None),
            ("2026年3月16", None),
            ("2026", None),
            ("", None),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }

    #[test]
    fn finds_days() {
        for (text, expected) in [
            ("# Digest of 2026-03-16 (Monday)", day(2026, 3, 16)),
            ("论文日报：2026年3月16日，星期一", day(2026, 3, 16)),
            ("no. 12026-03-16", None),
            ("2026-99-99, then 2026-03-16", day(2026, 3, 16)),
            ("第12期 2026-03-16", day(2026, 3, 16)),
            ("none", None),
        ] {
            assert_eq!(first_date(text), expected, "{text}");
        }
        for (text, expected) in [
            ("2026-03-13T17:59:59Z", day(2026, 3, 13)),
            ("2026-03-13 17:59", day(2026, 3, 13)),
            ("2026-03-13", day(2026, 3, 13)),
            ("yesterday", None),
        ] {
            assert_eq!(day_of_moment(text), expected, "{text}");
        }
    }

    #[test]
    fn splits_names() {
        for (text, expected) in [
            ("Ann Example, Bo Tester", &["Ann Example", "Bo Tester"][..]),
            ("Pat Sample, Jr., Ann Example", &["Pat Sample, Jr.", "Ann Example"]),
            ("甲一，乙二、丙三", &["甲一", "乙二", "丙三"]),
            ("Ann Example; Bo Tester;", &["Ann Example", "Bo Tester"]),
            (" , ", &[]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn links_give_ids() {
        for (link, id, version, url) in [
            ("http://arxiv.org/abs/2601.00003v2", Some("2601.00003"), Some(2), true),
            ("https://doi.org/10.48550/arXiv.2601.00003", Some("2601.00003"), None, true),
            ("arxiv.org/abs/2601.00003", Some("2601.00003"), None, true),
            ("2601.00003v1", Some("2601.00003"), Some(1), false),
            ("hep-th/9901001", Some("hep-th/9901001"), None, false),
            ("https://example.org/quokka", None, None, true),
        ] {
            let mut paper = Paper::default();
            set_link(&mut paper, link);
            assert_eq!(paper.id.as_ref().map(|id| id.as_str()), id, "{link}");
            assert_eq!((paper.version, paper.url.is_some()), (version, url), "{link}");
        }
    }

    #[test]
    fn counts_lines_forward() {
        let mut counter = LineCounter::new("a\nb\r\nc\rd");
        let lines: Vec<usize> = [0, 2, 5, 7, 99, 0].map(|at| counter.line_of(at)).into();
        assert_eq!(lines, [1, 2, 3, 4, 4, 4]);
    }
}
