//! The contents list at the top of some digests: it knows where titles begin.

use super::boundary::{Boundary, places};
use crate::lines::Line;

/// The headings over the list, in any case.
const HEADINGS: [&str; 2] = ["table of contents", "目录"];

/// The shortest beginning of a listed title that is recognised at the end of a digest
/// that is cut off, in bytes, where no final mark stands before it.
const SHORTEST_CUT: usize = 12;

/// How alike a listed title and the end of a line must be to be taken for the same, as
/// the share of characters that need no edit (normalised Levenshtein distance). Lists drop
/// a colon, a formula or a word of a title; two titles of one digest are far less alike.
const ALIKE: f64 = 0.85;

/// The titles that the digest lists, in order, and how far the papers have come.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    titles: Vec<String>,
    /// Which of them have been met.
    met: Vec<bool>,
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
        let met = vec![false; titles.len()];
        (Contents { titles, met, next: 0 }, rest)
    }

    /// Whether there is no list.
    pub(crate) fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// Notes that the paper with this title has been met.
    pub(crate) fn place(&mut self, title: &str) {
        if let Some(at) = self.find(|listed| listed == title) {
            self.meet(at);
        }
    }

    /// Returns where in `line` a listed title begins that ends with the line, and notes
    /// that it has been met: the one that is expected next, else the longest.
    pub(crate) fn title_at_end(&mut self, line: &str) -> Option<usize> {
        let at = self.find(|title| line.ends_with(title))?;
        self.meet(at);
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
        self.meet(self.next);
        Some(line.len() - length)
    }

    /// Returns where in `line` the expected title begins if it stands there with small
    /// differences, as likely as the two are alike.
    pub(crate) fn near_title_at_end(&mut self, line: &str) -> Option<Boundary> {
        let title = self.titles.get(self.next)?;
        let likeness = |at: usize| strsim::normalized_levenshtein(&line[at..], title);
        let best = places(line).max_by(|&a, &b| likeness(a).total_cmp(&likeness(b)))?;
        let alike = likeness(best);
        if alike < ALIKE {
            return None;
        }
        self.meet(self.next);
        Some(Boundary { title: best, confidence: alike as f32, runner_up: None })
    }

    /// Returns how many listed titles have not been met, with the first of them.
    pub(crate) fn missing(&self) -> Option<(usize, String)> {
        let mut missing = self.titles.iter().zip(&self.met).filter(|(_, met)| !**met).map(|(title, _)| title);
        let first = missing.next()?.clone();
        Some((1 + missing.count(), first))
    }

    fn meet(&mut self, at: usize) {
        self.met[at] = true;
        self.next = at + 1;
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
