//! The contents list at the top of some digests: it knows where titles begin.

use crate::lines::Line;

/// The headings over the list, in any case.
const HEADINGS: [&str; 2] = ["table of contents", "目录"];

/// The shortest beginning of a listed title that is recognised at the end of a digest
/// that is cut off, in bytes, where no final mark stands before it.
const SHORTEST_CUT: usize = 12;

/// The titles that the digest lists, in order, and how far the papers have come.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    titles: Vec<String>,
    /// The place in the list of the title that is expected next.
    next: usize,
}

impl Contents {
    /// Reads a contents list off the beginning of the lines; returns what follows it. No
    /// list is an empty one.
    pub(crate) fn read<'a>(lines: &'a [Line<'a>]) -> (Contents, &'a [Line<'a>]) {
        let Some((heading, rest)) = lines.split_first() else {
            return (Contents::default(), lines);
        };
        let heading = heading.text.trim_end_matches([':', '：']);
        if !HEADINGS.iter().any(|known| heading.eq_ignore_ascii_case(known)) {
            return (Contents::default(), lines);
        }
        let titles: Vec<String> = rest
            .iter()
            .map_while(|line| line.text.strip_prefix("- "))
            .map(|title| title.trim().to_string())
            .collect();
        let rest = &rest[titles.len()..];
        (Contents { titles, next: 0 }, rest)
    }

    /// Whether there is no list.
    pub(crate) fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// Notes that the paper with this title has been met.
    pub(crate) fn place(&mut self, title: &str) {
        if let Some(at) = self.find(|listed| listed == title) {
            self.next = at + 1;
        }
    }

    /// Returns where in `line` a listed title begins that ends with the line, and notes
    /// that it has been met: the one that is expected next, else the longest.
    pub(crate) fn title_at_end(&mut self, line: &str) -> Option<usize> {
        let at = self.find(|title| line.ends_with(title))?;
        self.next = at + 1;
        Some(line.len() - self.titles[at].len())
    }

    /// Whether `line` ends with a listed title.
    pub(crate) fn knows_title_at_end(&self, line: &str) -> bool {
        self.find(|title| line.ends_with(title)).is_some()
    }

    /// Returns where in the digest's last line the next title begins, as far as the cut
    /// leaves it. Something of it must be there: after a final mark any part will do,
    /// elsewhere a good beginning.
    pub(crate) fn cut_title_at_end(&mut self, line: &str) -> Option<usize> {
        let title = self.titles.get(self.next)?;
        let ends = title.char_indices().map(|(at, ch)| at + ch.len_utf8());
        let length = ends.rev().find(|&length| {
            let Some(before) = line.strip_suffix(&title[..length]) else {
                return false;
            };
            length >= SHORTEST_CUT.min(title.len()) || before.ends_with(['.', '!', '?'])
        })?;
        self.next += 1;
        Some(line.len() - length)
    }

    /// Returns how many listed titles are not among `found`, with the first of them.
    /// A title that the digest cuts off counts as found.
    pub(crate) fn missing<'a>(&self, found: impl Iterator<Item = &'a str>) -> Option<(usize, String)> {
        let found: Vec<&str> = found.collect();
        let known: std::collections::HashSet<&str> = found.iter().copied().collect();
        let is_found = |title: &str| {
            known.contains(title)
                || found.last().is_some_and(|last| !last.is_empty() && title.starts_with(last))
        };
        let mut missing = self.titles.iter().filter(|title| !is_found(title));
        let first = missing.next()?.clone();
        Some((1 + missing.count(), first))
    }

    /// Returns the place of the title that fits: the expected one before all others, of
    /// the others the longest.
    fn find(&self, fits: impl Fn(&str) -> bool) -> Option<usize> {
        let usable = |title: &str| !title.is_empty() && fits(title);
        if self.titles.get(self.next).is_some_and(|title| usable(title)) {
            return Some(self.next);
        }
        (0..self.titles.len()).filter(|&at| usable(&self.titles[at])).max_by_key(|&at| self.titles[at].len())
    }
}
