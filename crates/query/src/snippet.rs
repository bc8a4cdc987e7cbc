//! The part of a text that shows why it matches.
//!
//! Lengths are in characters, not bytes; a match is never cut, nor is a word of letters.

use std::ops::Range;

use analysis::han::is_han;

/// An excerpt of a text with its matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet<'a> {
    /// The excerpt, a part of the original text.
    pub text: &'a str,
    /// The matches in it, in bytes of the excerpt: in order, apart, on boundaries.
    pub marks: Vec<Range<usize>>,
    /// Whether text before the excerpt was left out.
    pub cut_before: bool,
    /// Whether text after it was.
    pub cut_after: bool,
}

/// A stretch of a snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// Text that does not match.
    Plain(&'a str),
    /// Text that matches.
    Match(&'a str),
}

/// How far from its wanted place an end of an excerpt is moved to a word's border, in
/// characters.
const SNAP: usize = 24;

impl<'a> Snippet<'a> {
    /// Makes a snippet of the whole text. `matches` are as `highlight::ranges` returns them.
    pub fn whole(text: &'a str, matches: &[Range<usize>]) -> Snippet<'a> {
        Snippet { text, marks: matches.to_vec(), cut_before: false, cut_after: false }
    }

    /// Chooses the window of at most some `max_chars` characters in which most of the
    /// different matches stand, the earliest of equals; without a match the beginning.
    /// A single match longer than that is kept whole.
    pub fn best(text: &'a str, matches: &[Range<usize>], max_chars: usize) -> Snippet<'a> {
        let length = text.chars().count();
        if length <= max_chars {
            return Snippet::whole(text, matches);
        }
        let spans = in_characters(text, matches);
        let (first, last) = best_window(text, matches, &spans, max_chars);
        let (core, core_bytes) = match (spans.get(first), spans.get(last)) {
            (Some(from), Some(to)) => (from.start..to.end, matches[first].start..matches[last].end),
            _ => (0..0, 0..0),
        };
        // A third of the room that is left goes before the matches: what follows says more.
        let room = max_chars.saturating_sub(core.end - core.start);
        let start = core.start.saturating_sub(room / 3).min(length - max_chars.min(length));
        let end = (start + max_chars).clamp(core.end, length);
        let start = snap_start(text, byte_at(text, start), core_bytes.start);
        let end = snap_end(text, byte_at(text, end), core_bytes.end);
        let window = start..end;
        let marks = matches
            .iter()
            .filter(|range| range.start >= window.start && range.end <= window.end)
            .map(|range| range.start - window.start..range.end - window.start)
            .collect();
        Snippet { text: &text[window], marks, cut_before: start > 0, cut_after: end < text.len() }
    }

    /// Returns the snippet piece by piece, in order.
    pub fn stretches(&self) -> Vec<Stretch<'a>> {
        let mut stretches = Vec::new();
        let mut at = 0;
        for mark in &self.marks {
            if at < mark.start {
                stretches.push(Stretch::Plain(&self.text[at..mark.start]));
            }
            stretches.push(Stretch::Match(&self.text[mark.clone()]));
            at = mark.end;
        }
        if at < self.text.len() {
            stretches.push(Stretch::Plain(&self.text[at..]));
        }
        stretches
    }

    /// Writes the snippet as HTML: matches between `<mark>` and `</mark>`, all else
    /// escaped, an ellipsis where text was left out.
    pub fn to_html(&self) -> String {
        let mut html = String::with_capacity(self.text.len() + 16 * self.marks.len() + 6);
        if self.cut_before {
            html.push('…');
        }
        for stretch in self.stretches() {
            match stretch {
                Stretch::Plain(text) => escape_html(text, &mut html),
                Stretch::Match(text) => {
                    html.push_str("<mark>");
                    escape_html(text, &mut html);
                    html.push_str("</mark>");
                }
            }
        }
        if self.cut_after {
            html.push('…');
        }
        html
    }
}

/// Returns the first and last match of the best window: most different matched texts,
/// then most matches, then the earliest.
fn best_window(
    text: &str,
    matches: &[Range<usize>],
    spans: &[Range<usize>],
    max_chars: usize,
) -> (usize, usize) {
    let folded: Vec<String> =
        matches.iter().map(|range| analysis::fold::fold_to_string(&text[range.clone()])).collect();
    let mut counts: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    let mut best = (0, 0, (0, 0));
    let mut first = 0;
    for last in 0..spans.len() {
        *counts.entry(&folded[last]).or_default() += 1;
        while first < last && spans[last].end - spans[first].start > max_chars {
            if let Some(count) = counts.get_mut(folded[first].as_str()) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(folded[first].as_str());
                }
            }
            first += 1;
        }
        let score = (counts.len(), last - first + 1);
        if score > (best.0, best.1) {
            best = (score.0, score.1, (first, last));
        }
    }
    best.2
}

/// Where ranges of bytes, in order, stand in characters.
fn in_characters(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut byte, mut character) = (0, 0);
    let mut place = |at: usize| {
        character += text[byte..at].chars().count();
        byte = at;
        character
    };
    ranges.iter().map(|range| place(range.start)..place(range.end)).collect()
}

/// The byte at which the character of a number begins; the end for the number of all.
fn byte_at(text: &str, number: usize) -> usize {
    let mut chars = text.chars();
    if let Some(before) = number.checked_sub(1) {
        chars.nth(before);
    }
    text.len() - chars.as_str().len()
}

/// Moves the start of a window to the beginning of a word, but not into the matches.
fn snap_start(text: &str, start: usize, core_start: usize) -> usize {
    let steps = text[start..core_start].char_indices().map(|(at, _)| start + at);
    let mut borders = steps.chain([core_start]).take(SNAP + 1);
    borders.find(|&at| at == core_start || begins_word(text, at)).unwrap_or(start)
}

/// Moves the end of a window to the end of a word, but not into the matches.
fn snap_end(text: &str, end: usize, core_end: usize) -> usize {
    let steps = text[core_end..end].char_indices().rev().map(|(at, _)| core_end + at);
    let mut borders = [end].into_iter().chain(steps).take(SNAP + 1);
    borders.find(|&at| at == core_end || ends_word(text, at)).unwrap_or(end)
}

/// The characters before and after a byte; `None` at either end of the text.
fn around(text: &str, at: usize) -> Option<(char, char)> {
    Some((text[..at].chars().next_back()?, text[at..].chars().next()?))
}

/// Whether the text before the character at `at` may be left out.
fn begins_word(text: &str, at: usize) -> bool {
    around(text, at).is_none_or(|(before, after)| {
        !after.is_whitespace()
            && (before.is_whitespace() || is_han(after) || matches!(before, ',' | '，' | '。' | '、' | '；'))
    })
}

/// Whether the text from the character at `at` on may be left out.
fn ends_word(text: &str, at: usize) -> bool {
    around(text, at)
        .is_none_or(|(before, after)| !before.is_whitespace() && (after.is_whitespace() || is_han(before)))
}

fn escape_html(text: &str, html: &mut String) {
    for ch in text.chars() {
        match ch {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(ch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Finds all places of the needles.
    fn places(text: &str, needles: &[&str]) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = needles
            .iter()
            .flat_map(|needle| text.match_indices(needle).map(|(at, found)| at..at + found.len()))
            .collect();
        ranges.sort_by_key(|range| range.start);
        ranges
    }

    #[test]
    fn chooses_the_window() {
        let english =
            "One two three four five six seven eight nine ten eleven twelve draft fourteen model sixteen.";
        let chinese = "针对大模型推理开销高的问题,提出树形草稿推测解码方法,在不损失精度的前提下提升速度";
        for (text, needles, max, expected) in [
            (english, &["draft", "model"][..], 30, "…<mark>draft</mark> fourteen <mark>model</mark>…"),
            (english, &["nothing"], 20, "One two three four…"),
            (
                english,
                &["One", "draft", "model"],
                40,
                "…twelve <mark>draft</mark> fourteen <mark>model</mark> sixteen.",
            ),
            (english, &["twelve draft fourteen"], 5, "…<mark>twelve draft fourteen</mark>…"),
            (chinese, &["推测解码"], 12, "…草稿<mark>推测解码</mark>方法,在不损…"),
            ("a < b & c", &["b"], 99, "a &lt; <mark>b</mark> &amp; c"),
        ] {
            assert_eq!(Snippet::best(text, &places(text, needles), max).to_html(), expected, "{needles:?}");
        }
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_part_of_the_text(text in "[a-c 推测,.é🦀]{0,120}", max in 0usize..60) {
            let matches = places(&text, &["ab", "推测", "🦀"]);
            let snippet = Snippet::best(&text, &matches, max);
            prop_assert!(text.contains(snippet.text));
            let joined: String = snippet.stretches().iter().map(|stretch| match stretch {
                Stretch::Plain(text) | Stretch::Match(text) => *text,
            }).collect();
            prop_assert_eq!(joined, snippet.text);
            prop_assert!(snippet.text.chars().count() <= max.max(2));
            prop_assert_eq!(matches.is_empty(), snippet.marks.is_empty());
        }
    }
}
