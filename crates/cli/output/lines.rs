//! Text in lines of some width.
//!
//! Where a line may end is for textwrap to say, by Unicode's rules. To ask that of a whole text takes
//! longer than all else that is done with it; so only what stands around the ends of lines is asked
//! about.

use std::borrow::Cow;

use analysis::han::is_han;
use textwrap::core::display_width;
use textwrap::word_splitters::split_words;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Cuts a text into lines; all but the first begin with the indent. Chinese characters take two
/// columns.
pub(super) fn lines<'a>(text: &'a str, width: usize, indent: &str) -> Vec<Cow<'a, str>> {
    let Some(lines) = by_ends(text, width, width.saturating_sub(display_width(indent))) else {
        return textwrap::wrap(text, Options::new(width).subsequent_indent(indent));
    };
    let with_indent = |(number, line)| match number {
        0 => Cow::Borrowed(line),
        _ => Cow::Owned(format!("{indent}{line}")),
    };
    lines.into_iter().enumerate().map(with_indent).collect()
}

/// Cuts a text into lines, the first of one width and the others of another; `None` where that
/// cannot be told by what stands around their ends.
fn by_ends(text: &str, first: usize, others: usize) -> Option<Vec<&str>> {
    // Before such an end, textwrap sees one place less where a line may end.
    if without_colour(text).ends_with(['-', '\u{ad}']) {
        return None;
    }
    let mut lines = Vec::new();
    let (mut rest, mut room) = (text, first);
    while let Some(next) = next_line(rest, room, others)? {
        let (line, behind) = rest.split_at(next);
        lines.push(line.trim_end_matches(' '));
        (rest, room) = (behind, others);
    }
    lines.push(rest.trim_end_matches(' '));
    Some(lines)
}

/// Returns where the next line begins, unless the text is one line. `None` where that cannot be told,
/// as with words wider than `widest`, which are broken.
fn next_line(text: &str, room: usize, widest: usize) -> Option<Option<usize>> {
    let mut steps = Steps { rest: text, length: text.len(), used: 0, before: None };
    let (mut border, mut used_there) = (None, 0);
    let beyond = loop {
        let Some(step) = steps.next() else { return Some(None) };
        let step = step?;
        if step.is_border {
            (border, used_there) = (Some(step.at), step.used - step.width);
        }
        if step.used - used_there > widest {
            return None;
        }
        if step.used > room && !step.is_space {
            break step.at;
        }
    };
    let start = border?;
    let mut end = text.len();
    for step in steps {
        let step = step?;
        if step.is_border {
            end = step.at;
            break;
        }
    }
    let words = WordSeparator::UnicodeBreakProperties.find_words(&text[start..end]);
    let (mut next, mut at) = (start, start);
    for word in split_words(words, &WordSplitter::HyphenSplitter) {
        if at > beyond {
            break;
        }
        if word.width > widest {
            return None;
        }
        next = at;
        at += word.word.len() + word.whitespace.len();
    }
    Some(Some(next))
}

/// A character of a text, or a sequence that gives it colour.
struct Step {
    at: usize,
    width: usize,
    /// The width of the text up to here and with it.
    used: usize,
    is_space: bool,
    /// Whether a line may begin here whatever else the text is: between Chinese characters, and after
    /// a space between letters.
    is_border: bool,
}

/// Goes through a text; `None` is what is not understood.
struct Steps<'a> {
    rest: &'a str,
    length: usize,
    used: usize,
    /// The last two characters, if both are seen.
    before: Option<(char, char)>,
}

impl Iterator for Steps<'_> {
    type Item = Option<Step>;

    fn next(&mut self) -> Option<Option<Step>> {
        let at = self.length - self.rest.len();
        let ch = self.rest.chars().next()?;
        let mut length = ch.len_utf8();
        let width = match ch {
            ' '..='~' => 1,
            '\x1b' => {
                let Some(code) = self.rest.strip_prefix("\x1b[") else { return Some(None) };
                let Some(last) = code.find(|ch| matches!(ch, '@'..='~')) else { return Some(None) };
                length = "\x1b[".len() + last + 1;
                0
            }
            '\n' => return Some(None),
            _ if is_ideograph(ch) => 2,
            _ => display_width(&self.rest[..length]),
        };
        self.rest = &self.rest[length..];
        self.used += width;
        let is_border = self.before.is_some_and(|(first, last)| {
            first.is_ascii_alphanumeric() && last == ' ' && ch.is_ascii_alphanumeric()
                || is_ideograph(last) && is_ideograph(ch)
        });
        self.before = match (ch, self.before) {
            ('\x1b', _) => None,
            (_, None) => Some(('\0', ch)),
            (_, Some((_, last))) => Some((last, ch)),
        };
        Some(Some(Step { at, width, used: self.used, is_space: ch == ' ', is_border }))
    }
}

/// A text without the sequences at its end that give it colour.
fn without_colour(mut text: &str) -> &str {
    while let Some((before, code)) = text.rsplit_once("\x1b[")
        && code.find(|ch| matches!(ch, '@'..='~')).is_some_and(|last| last + 1 == code.len())
    {
        text = before;
    }
    text
}

/// Whether a line may begin before and after a character, among those like it.
fn is_ideograph(ch: char) -> bool {
    is_han(ch) && ch != '々'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_those_of_textwrap(
            text in "(  )?(([a-zA-Z0-9]{1,9}[,.)]? ){0,4}|[推测解码々]{1,9}|[-a-c1 (/\"%“—’ü推，。\u{301}🦀\u{ad}\u{a0}\u{3000}]{1,6}|(\x1b\\[[012]{0,2}m)|http://[a-z/.-]{1,30}){0,20}",
            width in 10usize..60,
            indent in " {0,4}",
        ) {
            let expected = textwrap::wrap(&text, Options::new(width).subsequent_indent(&indent));
            prop_assert_eq!(lines(&text, width, &indent), expected);
        }
    }

    #[test]
    fn of_usual_text_only_the_ends_are_looked_at() {
        let text = "We propose \x1b[1mtree-structured\x1b[0m drafting (2.5x faster), without loss. \
                    本文提出一种“树形”推测解码方法,在不损失LLM精度的前提下,提升速度。";
        for width in 70..110 {
            assert!(by_ends(text, width, width - 3).is_some(), "{width}");
        }
    }
}
