//! The Markdown digest: a heading for each paper, below it labelled lines in any order.
//!
//! ```text
//! # 2026-03-16                                 the digest's day, or `date:` in front matter
//! ## 1. <title>                                or ## [<title>](<url>)
//! **Authors:** A, B | **Date:** 2026-03-13     or - **Authors**: A, B
//! [arXiv](<url>) | [PDF](<url>)                or **Link:** <url>
//! **TL;DR:** <summary>                         or > <summary>
//! **Abstract:** <abstract>                     or ### Abstract, on lines of its own
//! ```
//!
//! Text is taken as it stands: abstracts are full of `_`, `*` and `\` that mean math, and
//! hardly a script that writes digests escapes them. So this reads lines, not CommonMark.

mod inline;
mod labels;

use std::mem;

use paper::{Paper, VersionedId};

use crate::fields::{
    date, day_of_moment, ends_sentence, first_date, fold, has_han, names, quote, set_link, some,
};
use crate::format::{Format, head};
use crate::lines::{self, Line};
use crate::{Diagnostic, Digest, Entry, Oddity, plain};
use labels::{Field, label};

/// This format's row in the table.
pub(crate) const FORMAT: Format =
    Format { name: "markdown", extensions: &["md", "markdown"], recognise, parse: |text, _| parse(text) };

/// The longest front matter, in lines; what goes on longer is none.
const FRONT_MATTER: usize = 60;

/// The longest heading that counts as one, in bytes.
const LONGEST_HEADING: usize = 1000;

/// A text is Markdown if its beginning has a paper under a heading. A plain digest has no
/// headings; where its first lines look like one nevertheless, its `Authors:` lines tell.
fn recognise(text: &str) -> bool {
    let head = head(text);
    if !head.contains('#') || looks_plain(head) {
        return false;
    }
    let digest = parse(head);
    digest.entries.iter().any(|entry| {
        let paper = &entry.paper;
        !paper.authors.is_empty() || paper.summary.is_some() || paper.abstract_text.is_some()
    }) || digest.entries.iter().filter(|entry| entry.paper.id.is_some()).count() > 1
}

fn looks_plain(text: &str) -> bool {
    let mut lines = lines::lines(text).peekable();
    lines.peek().is_some_and(|line| date(line.text).is_some())
        && lines.any(|line| plain::is_anchor(line.text))
}

fn parse(text: &str) -> Digest {
    let lines: Vec<Line> = lines::lines(text).collect();
    let mut reader = Reader::default();
    let body = reader.front_matter(&lines);
    let mut at = 0;
    while at < body.len() {
        at += match reader.fence(&body[at..]) {
            0 => {
                reader.line(&body[at], at > 0 && body[at].number > body[at - 1].number + 1);
                1
            }
            fenced => fenced,
        };
    }
    reader.end_section(true);
    reader.digest
}

/// What stands under one heading.
#[derive(Debug, Default)]
struct Section<'a> {
    line: usize,
    /// How many `#` the heading has; 0 before the first heading.
    level: usize,
    title: String,
    /// The link in the heading.
    link: Option<&'a str>,
    /// Whether the heading is the digest's, not a paper's.
    is_head: bool,
    values: Vec<Value>,
}

/// A text under a heading, with its label if it has one.
#[derive(Debug)]
struct Value {
    field: Field,
    line: usize,
    text: String,
}

impl Value {
    /// Whether the next line may belong to the value as well: texts go on up to a blank
    /// line, an abstract beyond it, a list of names after its comma.
    fn goes_on(&self, after_blank: bool) -> bool {
        self.text.is_empty()
            || match self.field {
                Field::Abstract => true,
                Field::Summary | Field::EitherText | Field::Unlabelled => !after_blank,
                _ => !after_blank && self.text.ends_with([',', '，', '、']),
            }
    }
}

impl Section<'_> {
    fn has(&self, field: Field) -> bool {
        self.values.iter().any(|value| value.field == field)
    }

    /// Whether the section is a paper: it says who wrote it, or what it is about, or
    /// leads to where papers are.
    fn is_paper(&self) -> bool {
        let mut links = self.values.iter().filter(|value| value.field == Field::Link);
        let leads_to_paper = |link: &str| link.parse::<VersionedId>().is_ok() || paper::doi(link).is_some();
        (!self.is_head || self.has(Field::Abstract))
            && self.level > 0
            && (self.has(Field::Authors)
                || self.has(Field::Abstract)
                || self.link.is_some_and(leads_to_paper)
                || links.any(|value| leads_to_paper(inline::address(&value.text)))
                || (self.has(Field::Link) && (self.has(Field::Summary) || self.has(Field::EitherText))))
    }

    /// Whether the section is as much of a paper as a digest that is cut off may have: a
    /// heading, perhaps with a part of a label.
    fn begins_paper(&self) -> bool {
        let is_cut_label = |value: &Value| value.field == Field::Unlabelled && is_cut(&value.text);
        !self.is_head
            && self.title.contains(char::is_alphabetic)
            && self.values.len() < 2
            && self.values.iter().all(is_cut_label)
    }
}

#[derive(Default)]
struct Reader<'a> {
    digest: Digest,
    section: Section<'a>,
    /// Whether the next line continues the last value.
    open: bool,
    /// The level of the headings of papers, once one was met.
    paper_level: Option<usize>,
    /// Whether a heading was met.
    has_heading: bool,
}

impl<'a> Reader<'a> {
    fn report(&mut self, line: usize, oddity: Oddity) {
        self.digest.diagnostics.push(Diagnostic { line, oddity });
    }

    /// Reads front matter: lines between two `---`; returns what follows.
    fn front_matter<'b>(&mut self, lines: &'b [Line<'a>]) -> &'b [Line<'a>] {
        let Some((_, rest)) = lines.split_first().filter(|(first, _)| first.text == "---") else {
            return lines;
        };
        let Some(end) = rest.iter().take(FRONT_MATTER).position(|line| line.text == "---") else {
            return lines;
        };
        let days = rest[..end].iter().filter_map(|line| line.text.strip_prefix("date:"));
        self.digest.date = days.filter_map(first_date).next();
        &rest[end + 1..]
    }

    /// Passes over a block of code, which is no part of a paper; returns its length in
    /// lines, 0 where none begins. What never ends is none.
    fn fence(&mut self, lines: &[Line]) -> usize {
        if !lines::is_fence(lines[0].text) {
            return 0;
        }
        // What ends a block says nothing else; another beginning shows that this one was
        // left open.
        match lines[1..].iter().position(|line| lines::is_fence(line.text)) {
            Some(end) if lines[end + 1].text.chars().all(|ch| matches!(ch, '`' | '~')) => {
                self.report(lines[0].number, Oddity::Stray(quote(lines[0].text)));
                self.open = false;
                end + 2
            }
            _ => 0,
        }
    }

    fn line(&mut self, line: &Line<'a>, after_blank: bool) {
        let text = inline::without_tags(line.text);
        if text.is_empty() {
            return;
        }
        if is_rule(text) {
            self.open = false;
            return;
        }
        if let Some((level, text)) = heading(text) {
            return self.heading(line.number, level, text);
        }
        // The line on which a part that is folded away says what it is, or nothing.
        if line.text.contains("<summary>") {
            let field = labels::of_heading(text);
            self.add(field.unwrap_or(Field::Other), line.number, "");
            self.open = field.is_some();
            return;
        }
        self.open &= self.last().is_some_and(|last| last.goes_on(after_blank));
        let text = text.trim_start_matches('>').trim_start();
        for part in inline::parts(text) {
            self.part(line.number, part);
        }
    }

    fn last(&self) -> Option<&Value> {
        self.section.values.last()
    }

    fn add(&mut self, field: Field, line: usize, text: &str) {
        self.section.values.push(Value { field, line, text: text.to_string() });
        self.open = true;
    }

    /// Takes a line, or the part of a line between bars.
    fn part(&mut self, line: usize, text: &'a str) {
        if let Some((field, value)) = label(text) {
            return self.add(field, line, value);
        }
        if let Some(addresses) = inline::only_links(text)
            && !(self.open
                && self.last().is_some_and(|last| last.field == Field::Link && last.text.is_empty()))
        {
            for address in addresses {
                self.add(Field::Link, line, address);
            }
            self.open = false;
            return;
        }
        match self.section.values.last_mut().filter(|_| self.open) {
            Some(last) => {
                if !last.text.is_empty() {
                    last.text.push(' ');
                }
                last.text.push_str(text);
            }
            None => self.add(Field::Unlabelled, line, text),
        }
    }

    fn heading(&mut self, line: usize, level: usize, text: &'a str) {
        let below_paper = self.section.level > 0 && level > self.section.level;
        if let Some(field) = labels::of_heading(text).filter(|_| below_paper) {
            self.add(field, line, "");
            return;
        }
        self.end_section(false);
        let is_first = !mem::replace(&mut self.has_heading, true);
        let (title, link) = inline::title(text);
        let day = first_date(&title).filter(|_| is_first || date(&title).is_some());
        self.digest.date = self.digest.date.or(day);
        let is_head = day.is_some() || labels::is_contents(&title);
        self.section = Section { line, level, title, link, is_head, values: Vec::new() };
        self.open = false;
    }

    /// Makes a paper of the section, or tells what it held.
    fn end_section(&mut self, last: bool) {
        let section = mem::take(&mut self.section);
        let is_cut = last && self.paper_level == Some(section.level) && section.begins_paper();
        if section.is_paper() || is_cut {
            self.paper_level = Some(section.level);
            return self.add_paper(section, last);
        }
        let is_below_paper = self.paper_level.is_some_and(|level| section.level > level);
        if last && section.values.is_empty() && (section.title.is_empty() || is_below_paper) {
            // The digest ends in a heading that would have been the paper's.
            self.cut_off_last();
        }
        if labels::is_contents(&section.title) {
            return;
        }
        let mut values = section.values.into_iter().filter(|value| value.field != Field::Other).peekable();
        // Before the first paper, a date is the digest's.
        if self.digest.date.is_none() && self.digest.entries.is_empty() {
            while let Some(value) = values.next_if(|value| value.field == Field::Date) {
                self.digest.date = first_date(&value.text);
            }
        }
        if let Some(first) = values.find(|value| !value.text.is_empty()) {
            self.report(first.line, Oddity::Stray(quote(&first.text)));
        }
    }

    /// Marks the last paper as cut off if it lacks what papers before it have.
    fn cut_off_last(&mut self) {
        let Some((last, before)) = self.digest.entries.split_last_mut() else { return };
        if last.paper.abstract_text.is_none()
            && before.iter().any(|entry| entry.paper.abstract_text.is_some())
        {
            last.paper.truncated = true;
            let line = last.line;
            self.report(line, Oddity::CutOff);
        }
    }

    fn add_paper(&mut self, section: Section, last: bool) {
        let line = section.line;
        let ends_in = section.values.last().map(|value| value.field);
        let mut paper = Paper { title: section.title, ..Paper::default() };
        let mut texts = Texts::default();
        let mut links: Vec<String> = section.link.map(str::to_string).into_iter().collect();
        for value in section.values {
            match value.field {
                Field::Title => paper.title = inline::text(&value.text),
                Field::Authors => paper.authors.extend(names(&inline::names(&value.text))),
                Field::Date => {
                    let day = day_of_moment(&value.text).or_else(|| first_date(&value.text));
                    paper.date = paper.date.or(day);
                    if day.is_none() && !last && !value.text.is_empty() {
                        self.report(value.line, Oddity::BadDate(quote(&value.text)));
                    }
                }
                Field::Link => links.push(inline::address(&value.text).to_string()),
                Field::Other => {}
                Field::Summary | Field::Abstract | Field::EitherText | Field::Unlabelled => {
                    texts.add(value);
                }
            }
        }
        // Of several links, that to arXiv is the paper's.
        let is_arxiv = |link: &&String| link.parse::<VersionedId>().is_ok();
        if let Some(link) = links.iter().find(is_arxiv).or(links.first()) {
            set_link(&mut paper, link);
        }
        let stray = texts.fill(&mut paper, last);
        for value in stray {
            self.report(value.line, Oddity::Stray(quote(&value.text)));
        }
        if last {
            let others_have_text =
                self.digest.entries.iter().any(|entry| entry.paper.abstract_text.is_some());
            paper.truncated = match &paper.abstract_text {
                Some(text) => {
                    matches!(ends_in, Some(Field::Abstract | Field::Unlabelled | Field::EitherText))
                        && !ends_sentence(text)
                }
                None => others_have_text || ends_in.is_none(),
            };
            if paper.truncated {
                self.report(line, Oddity::CutOff);
                // A link that the digest cuts off is no link.
                if ends_in == Some(Field::Link) && paper.id.is_none() {
                    paper.url = None;
                }
            }
        }
        self.digest.entries.push(Entry { line, paper, confidence: 1.0, certain: true });
    }
}

/// The texts of a paper, before it is known which is which.
#[derive(Default)]
struct Texts {
    labelled: Vec<Value>,
    /// What is called 摘要: the summary where it is Chinese and there is no other, else
    /// the abstract.
    either: Vec<Value>,
    unlabelled: Vec<Value>,
}

impl Texts {
    fn add(&mut self, value: Value) {
        match value.field {
            Field::EitherText => self.either.push(value),
            Field::Unlabelled => self.unlabelled.push(value),
            _ => self.labelled.push(value),
        }
    }

    /// Gives the paper its summary and abstract; returns what is neither.
    fn fill(self, paper: &mut Paper, last: bool) -> Vec<Value> {
        let mut stray = Vec::new();
        for value in self.labelled {
            let place = match value.field {
                Field::Summary => &mut paper.summary,
                _ => &mut paper.abstract_text,
            };
            match place {
                None => *place = some(&inline::text(&value.text)),
                Some(_) => stray.push(value),
            }
        }
        for value in self.either {
            let is_summary = paper.summary.is_none() && has_han(&value.text);
            let place = if is_summary { &mut paper.summary } else { &mut paper.abstract_text };
            match place {
                None => *place = some(&inline::text(&value.text)),
                Some(_) => stray.push(value),
            }
        }
        let is_labelled = paper.abstract_text.is_some();
        let mut text = String::new();
        for value in self.unlabelled {
            if paper.summary.is_none() && has_han(&value.text) {
                paper.summary = some(&inline::text(&value.text));
            } else if last && is_cut(&value.text) {
                // The digest ends in a label or a link.
            } else if is_labelled {
                stray.push(value);
            } else {
                text.push_str(&inline::text(&value.text));
                text.push(' ');
            }
        }
        if !is_labelled {
            paper.abstract_text = some(&text);
        }
        stray.retain(|value| !fold(&value.text).is_empty());
        stray
    }
}

/// Whether a text may be the beginning of something that is no text.
fn is_cut(text: &str) -> bool {
    labels::is_cut(text) || inline::is_cut_link(text)
}

/// Takes a heading apart: its level and its text.
fn heading(text: &str) -> Option<(usize, &str)> {
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    // `#word` is a tag; from two on, people forget the space.
    let is_heading = (1..=6).contains(&level)
        && text.len() <= LONGEST_HEADING
        && (level > 1 || rest.starts_with(char::is_whitespace) || rest.is_empty());
    is_heading.then(|| (level, rest.trim().trim_end_matches('#').trim_end()))
}

/// Whether a line only parts what stands above from what stands below.
fn is_rule(text: &str) -> bool {
    text.len() > 2 && ['-', '*', '_', '='].iter().any(|rule| text.chars().all(|ch| ch == *rule || ch == ' '))
}

#[cfg(test)]
mod tests;
