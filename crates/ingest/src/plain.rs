//! The plain digest:
//!
//! ```text
//! 2026-03-16                                   the digest's day
//! Table of Contents                            in some digests, with a line for each paper
//! - <title>
//! <title>
//! <summary>                                    one sentence, usually Chinese
//! Authors: A, B, C | Date: 2026-03-13
//! Link: http://arxiv.org/abs/2603.13213v1
//! Abstract
//! <abstract><title of the next paper>          nothing parts the two
//! <summary>
//! ...
//! ```
//!
//! The labels may be Chinese (作者, 日期, 链接, 摘要, and 目录 for the contents list), the
//! colons and bars full-width. The `Authors:` lines are the anchors: all between two of them is the end of one paper
//! and the beginning of the next. The digest may end anywhere.

mod boundary;
mod contents;
mod header;

#[cfg(feature = "learn")]
pub use boundary::learning;

use paper::{Paper, VersionedId};

use crate::fields::{date, ends_sentence, has_han as is_summary, quote};
use crate::format::Format;
use crate::lines::{self, Line};
use crate::{Diagnostic, Digest, Entry, KnownTitles, Oddity};
pub(crate) use header::is_anchor;

use boundary::{Boundary, Context};
use contents::Contents;
use header::Header;

/// This format's row in the table.
pub(crate) const FORMAT: Format = Format { name: "plain", extensions: &["txt"], recognise, parse };

/// The longest line that counts as a title when other lines stand between it and the
/// heading `Abstract`; what is longer is taken for an abstract of several lines with a
/// title at its end. Real titles have up to some 250 bytes.
const LONGEST_TITLE: usize = 400;

/// Below this confidence a boundary is told as doubtful: about one in two such is wrong.
const DOUBTFUL: f32 = 0.8;

/// A digest that stands in a code fence is an example of one.
fn recognise(text: &str) -> bool {
    let mut lines = lines::lines(text).peekable();
    let mut fenced = false;
    lines.peek().is_some_and(|line| date(line.text).is_some())
        || lines.any(|line| {
            fenced ^= lines::is_fence(line.text);
            !fenced && is_anchor(line.text)
        })
}

fn parse(text: &str, known: &KnownTitles) -> Digest {
    let lines = header::split_headings(lines::lines(text).collect());
    let mut splitter = Splitter { digest: Digest::default(), contents: Contents::default(), known };
    splitter.split(&lines);
    splitter.digest
}

/// A title where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Title<'a> {
    line: usize,
    text: &'a str,
    /// How sure it is that the title begins here, from 0 to 1.
    confidence: f32,
    /// Whether this digest alone leaves no doubt of it.
    certain: bool,
}

/// What stands between two anchors, taken apart.
#[derive(Debug, Default, PartialEq)]
struct Between<'a> {
    /// The lines, or the part of a line, that end the abstract above.
    abstract_lines: Vec<&'a str>,
    /// The title of the next paper.
    title: Option<Title<'a>>,
    /// The summary of the next paper.
    summary: Option<&'a str>,
}

struct Splitter<'k> {
    digest: Digest,
    contents: Contents,
    known: &'k KnownTitles,
}

impl Splitter<'_> {
    fn report(&mut self, line: usize, oddity: Oddity) {
        self.digest.diagnostics.push(Diagnostic { line, oddity });
    }

    fn split(&mut self, lines: &[Line]) {
        let mut rest = lines;
        match rest.split_first() {
            Some((first, after)) => match date(first.text) {
                Some(day) => {
                    self.digest.date = Some(day);
                    rest = after;
                }
                None => self.report(first.number, Oddity::NoDigestDate),
            },
            None => return,
        }
        (self.contents, rest) = Contents::read(rest);

        let mut headers = header::headers(rest).into_iter().peekable();
        // A digest that ends before its first header line has the beginning of a paper at most.
        let first = headers.peek().map_or(rest.len(), |header| header.lines.start);
        let opening = &rest[..first];
        let mut next =
            if headers.peek().is_some() { self.opening(opening) } else { self.cut_opening(opening) };
        while let Some(header) = headers.next() {
            let end = headers.peek().map_or(rest.len(), |following| following.lines.start);
            let body = &rest[header.lines.end..end];
            let last = headers.peek().is_none();
            let own_title = next.title.map_or("", |title| title.text);
            let between = match last {
                true => self.closing(&header, body, own_title),
                false => self.between(body, own_title, headers.peek()),
            };
            let anchor = &rest[header.lines.start];
            self.add(&next, Some((&header, anchor.number)), &between.abstract_lines, last);
            next = Between { abstract_lines: Vec::new(), ..between };
        }
        if next.title.is_some() {
            self.add(&next, None, &[], true);
        }
        if let Some((count, first)) = self.contents.missing() {
            let line = lines.last().map_or(1, |line| line.number);
            self.report(line, Oddity::Missing { count, first });
        }
    }

    /// Takes apart what stands before the first header line: title and summary.
    fn opening<'a>(&mut self, lines: &'a [Line<'a>]) -> Between<'a> {
        let (lines, summary) = self.take_summary(lines);
        let Some((title, stray)) = lines.split_last() else {
            return Between { summary, ..Between::default() };
        };
        for line in stray {
            self.report(line.number, Oddity::Stray(quote(line.text)));
        }
        self.contents.place(title.text);
        let title = Title { line: title.number, text: title.text, confidence: 1.0, certain: true };
        Between { abstract_lines: Vec::new(), title: Some(title), summary }
    }

    /// Takes apart a digest that ends before its first header line.
    fn cut_opening<'a>(&mut self, lines: &'a [Line<'a>]) -> Between<'a> {
        let lines = match lines.split_last() {
            Some((last, before)) if !before.is_empty() && header::begins_anchor(last.text) => before,
            _ => lines,
        };
        self.opening(lines)
    }

    /// Takes apart what stands between the heading of one abstract and the next header
    /// line: the abstract, the title glued to it or on a line of its own, the summary.
    fn between<'a>(
        &mut self,
        lines: &'a [Line<'a>],
        own_title: &str,
        following: Option<&Header>,
    ) -> Between<'a> {
        let (lines, summary) = self.take_summary(lines);
        self.before_summary(lines, summary, own_title, following)
    }

    /// Takes apart the lines before a summary: the abstract and the title. `following` is
    /// the header that the title belongs to.
    fn before_summary<'a>(
        &mut self,
        lines: &'a [Line<'a>],
        summary: Option<&'a str>,
        own_title: &str,
        following: Option<&Header>,
    ) -> Between<'a> {
        let Some((last, before)) = lines.split_last() else {
            return Between { summary, ..Between::default() };
        };
        let mut abstract_lines: Vec<&str> = before.iter().map(|line| line.text).collect();
        let own_line = !before.is_empty() && last.text.len() <= LONGEST_TITLE;
        let (mut confidence, mut certain) = (1.0, true);
        let at = match self.contents.title_at_end(last.text) {
            Some(at) => at,
            None if own_line => 0,
            None => {
                certain = false;
                let near = self.contents.near_title_at_end(last.text);
                let boundary = known_at_end(self.known, following, last.text).or(near).unwrap_or_else(|| {
                    boundary::find(last.text, Context { own_title, summary: summary.unwrap_or_default() })
                });
                confidence = boundary.confidence;
                if confidence < DOUBTFUL {
                    let chosen = quote(&last.text[boundary.title..]);
                    let other = boundary.runner_up.map(|at| quote(&last.text[at..]));
                    self.report(last.number, Oddity::UncertainTitle { chosen, other });
                }
                boundary.title
            }
        };
        let (end, title) = last.text.split_at(at);
        if !end.trim().is_empty() {
            abstract_lines.push(end);
        }
        let title = Title { line: last.number, text: title.trim(), confidence, certain };
        Between { abstract_lines, title: Some(title), summary }
    }

    /// Takes apart what stands after the last header: an abstract, and perhaps the
    /// beginning of a paper whose header the digest does not reach.
    fn closing<'a>(&mut self, header: &Header<'a>, lines: &'a [Line<'a>], own_title: &str) -> Between<'a> {
        if !header.has_heading {
            // The digest ends in or right after the header; what is there belongs to it.
            return Between {
                abstract_lines: lines.iter().map(|line| line.text).collect(),
                ..Between::default()
            };
        }
        if let [before @ .., last] = lines {
            if before.len() > 1 && header::begins_anchor(last.text) {
                return self.between(before, own_title, None);
            }
            // A summary of which the digest has a word or two may be without a Han character.
            let context = Context { own_title, summary: "" };
            let begins_paper = |line: &Line| match self.contents.is_empty() {
                true => boundary::find_cut_title(line.text, context).is_some(),
                false => self.contents.knows_title_at_end(line.text),
            };
            let is_short = last.text.len() <= LONGEST_TITLE;
            if is_short && before.last().is_some_and(|title| is_summary(last.text) || begins_paper(title)) {
                return self.before_summary(before, Some(last.text), own_title, None);
            }
            let place = match self.contents.is_empty() {
                true => boundary::find_cut_title(last.text, context),
                false => self.contents.cut_title_at_end(last.text),
            };
            if let Some(at) = place {
                let (end, title) = last.text.split_at(at);
                let mut abstract_lines: Vec<&str> =
                    lines[..lines.len() - 1].iter().map(|line| line.text).collect();
                if !end.trim().is_empty() {
                    abstract_lines.push(end);
                }
                let title = Title {
                    line: last.number,
                    text: title.trim(),
                    confidence: boundary::SURE,
                    certain: false,
                };
                return Between { abstract_lines, title: Some(title), summary: None };
            }
        }
        Between { abstract_lines: lines.iter().map(|line| line.text).collect(), ..Between::default() }
    }

    /// Takes the summary off the end of the lines before a header, if there is one: the
    /// line after one that ends in a title of the contents list, or else a line with a
    /// Han character.
    fn take_summary<'a>(&self, lines: &'a [Line<'a>]) -> (&'a [Line<'a>], Option<&'a str>) {
        if let [before @ .., title, summary] = lines {
            let listed = |line: &Line| self.contents.knows_title_at_end(line.text);
            if listed(title) || (!listed(summary) && is_summary(summary.text)) {
                return (&lines[..before.len() + 1], Some(summary.text));
            }
        }
        (lines, None)
    }

    /// Adds a paper made of its beginning, its header and its abstract.
    fn add(
        &mut self,
        beginning: &Between,
        header: Option<(&Header, usize)>,
        abstract_lines: &[&str],
        last: bool,
    ) {
        let title = match (beginning.title, header) {
            (Some(title), _) => title,
            (None, Some((_, anchor))) => Title { line: anchor, text: "", confidence: 0.0, certain: false },
            (None, None) => return,
        };
        let Title { line, confidence, certain, .. } = title;
        let text = join(abstract_lines);
        let mut paper = Paper {
            title: title.text.to_string(),
            summary: beginning.summary.map(str::to_string),
            ..Paper::default()
        };
        let mut complete = false;
        if let Some((header, anchor)) = header {
            paper.authors = header.authors();
            paper.date = header.date.and_then(date);
            let link = header.link.map(str::parse::<VersionedId>);
            if let Some(Ok(link)) = &link {
                paper.id = Some(link.id.clone());
                paper.version = link.version;
            }
            let cut_in_header = last && !header.has_heading && text.is_empty();
            // A link that the digest cuts off is no link.
            if !(cut_in_header && matches!(link, Some(Err(_)))) {
                paper.url = header.link.map(str::to_string);
            }
            complete = !cut_in_header && !text.is_empty() && (!last || ends_sentence(&text));
            paper.abstract_text = (!text.is_empty()).then_some(text);
            if let (Some(written), None, false) = (header.date, paper.date, cut_in_header) {
                self.report(anchor, Oddity::BadDate(written.to_string()));
            }
        }
        paper.truncated = last && !complete;
        if paper.truncated {
            self.report(line, Oddity::CutOff);
        }
        if paper.summary.is_none() && !paper.truncated {
            self.report(line, Oddity::NoSummary);
        }
        self.digest.entries.push(Entry { line, paper, confidence, certain });
    }
}

/// Returns where the title begins that another digest knows of the paper with this header.
fn known_at_end(known: &KnownTitles, header: Option<&Header>, line: &str) -> Option<Boundary> {
    if known.is_empty() {
        return None;
    }
    let link: VersionedId = header?.link?.parse().ok()?;
    let title = known.title_at_end(&link.id, line)?;
    Some(Boundary { title, confidence: 1.0, runner_up: None })
}

/// Joins the lines of an abstract as a reader does.
fn join(lines: &[&str]) -> String {
    lines.join(" ").trim().to_string()
}

#[cfg(test)]
mod tests;
