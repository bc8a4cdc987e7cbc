//! What stands within a line of Markdown: links, emphasis, escapes, a few tags.

use super::labels::label;

/// The texts of links that name the link rather than the paper, in lower case.
const LINK_NAMES: [&str; 16] = [
    "arxiv",
    "pdf",
    "abs",
    "html",
    "link",
    "paper",
    "url",
    "abstract",
    "doi",
    "source",
    "链接",
    "论文",
    "论文链接",
    "原文",
    "原文链接",
    "code",
];

/// Tags that some digests put around Markdown; they are no text.
const TAGS: [&str; 12] = [
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "<br>",
    "<br/>",
    "<br />",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<hr>",
];

/// The characters that a backslash takes their meaning from. `\{` and `\$` stay: they are
/// math.
const ESCAPED: [char; 9] = ['*', '_', '[', ']', '`', '#', '<', '>', '~'];

/// A link: `[text](address)`.
struct Link<'a> {
    /// Where it begins and ends.
    start: usize,
    end: usize,
    text: &'a str,
    address: &'a str,
}

/// Finds the links of a line.
fn links(line: &str) -> Vec<Link<'_>> {
    let mut found = Vec::new();
    // What stands before has been looked at, so that no character is more than a few times.
    let mut from = 0;
    for (at, joint) in line.match_indices("](") {
        if at < from {
            continue;
        }
        let open = opening_bracket(&line[from..at]).map(|open| from + open);
        from = at + joint.len();
        let Some(start) = open else { continue };
        let Some(length) = line[from..].find(')') else { break };
        let address = line[from..from + length].trim();
        let address = address.split_whitespace().next().unwrap_or_default();
        let text = &line[start + 1..at];
        from += length + 1;
        found.push(Link { start, end: from, text, address: address.trim_matches(['<', '>']) });
    }
    found
}

/// Finds the bracket that the end of the text closes.
fn opening_bracket(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.bytes().enumerate().rev().find_map(|(at, byte)| match byte {
        b']' => {
            depth += 1;
            None
        }
        b'[' if depth == 0 => Some(at),
        b'[' => {
            depth -= 1;
            None
        }
        _ => None,
    })
}

/// Returns the addresses of a text that is nothing but links with names such as `arXiv`,
/// or nothing but an address.
pub(super) fn only_links(text: &str) -> Option<Vec<&str>> {
    let bare = text.trim_matches(|ch: char| ch.is_whitespace() || matches!(ch, '<' | '>' | '-' | '*'));
    if is_address(bare) {
        return Some(vec![bare]);
    }
    let found = links(text);
    let mut rest = 0;
    for link in &found {
        let between = &text[rest..link.start];
        if between.contains(char::is_alphanumeric) || between.contains('!') || !is_link_name(link.text) {
            return None;
        }
        rest = link.end;
    }
    let is_all = !found.is_empty() && !text[rest..].contains(char::is_alphanumeric);
    is_all.then(|| found.iter().map(|link| link.address).collect())
}

/// Whether a text may be the beginning of a link with such a name: `[PD`, `[PDF](http://ar`.
pub(super) fn is_cut_link(text: &str) -> bool {
    let Some(rest) = text.trim_start_matches(['-', '*', ' ']).strip_prefix('[') else { return false };
    let name = rest.split(']').next().unwrap_or(rest).to_lowercase();
    links(text).is_empty() && LINK_NAMES.iter().any(|known| known.starts_with(&name))
}

/// Returns the address in the value of a link field: of the first link, or the text.
pub(super) fn address(text: &str) -> &str {
    match links(text).first() {
        Some(link) => link.address,
        None => text.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>', '`', '*']),
    }
}

fn is_address(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && !text.contains(char::is_whitespace)
}

fn is_link_name(text: &str) -> bool {
    let text = without_emphasis(text).trim_matches(|ch: char| !ch.is_alphanumeric());
    let text = text.to_lowercase();
    LINK_NAMES.contains(&text.as_str()) || text.parse::<paper::VersionedId>().is_ok() || is_address(&text)
}

/// Takes the title out of a heading, and the first link in it.
pub(super) fn title(heading: &str) -> (String, Option<&str>) {
    let heading = without_number(heading);
    let found = links(heading);
    let address = found.first().map(|link| link.address);
    let mut title = String::new();
    let mut rest = 0;
    for link in &found {
        title.push_str(&heading[rest..link.start]);
        if !is_link_name(link.text) {
            title.push_str(link.text);
        } else {
            // `[[arXiv](address)]`, `(...)`: the brackets go with the link.
            let open = title.trim_end().trim_end_matches(['[', '(', '|', '·', '-']).trim_end().len();
            title.truncate(open);
            let after = heading[link.end..].trim_start();
            rest = heading.len() - after.strip_prefix([']', ')']).unwrap_or(after).len();
            continue;
        }
        rest = link.end;
    }
    title.push_str(&heading[rest..]);
    let mut title = title.trim();
    // A heading that the digest cuts off within its link.
    if let Some(cut) =
        title.strip_prefix('[').filter(|cut| found.is_empty() && opening_bracket(cut).is_none())
    {
        title = match cut.split_once(']') {
            None => cut,
            Some((cut, after)) if after.is_empty() || after.starts_with('(') => cut,
            Some(_) => title,
        };
    }
    (text(without_number(title)), address)
}

/// Removes the number of a heading: `1. `, `12) `, `3、`, `[4] `.
fn without_number(text: &str) -> &str {
    let bare = text.trim_start_matches(['*', '[']);
    let after = bare.trim_start_matches(|ch: char| ch.is_ascii_digit());
    let digits = bare.len() - after.len();
    if !(1..=3).contains(&digits) {
        return text;
    }
    let bracketed = text.starts_with('[').then(|| after.strip_prefix("] ")).flatten();
    match bracketed {
        Some(rest) => rest.trim_start(),
        None => {
            let marked = text.len() - bare.len();
            let rest = after
                .strip_prefix(". ")
                .or_else(|| after.strip_prefix(") "))
                .or_else(|| after.strip_prefix(['、', '．']));
            match rest {
                // The marks before the number belong to the title behind it.
                Some(rest) if marked == 0 => rest.trim_start(),
                _ => text,
            }
        }
    }
}

/// Splits a line at the bars between labels or links; other bars are text.
pub(super) fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, bar) in line.match_indices(['|', '｜', '·']) {
        let rest = line[at + bar.len()..].trim_start();
        // A label or a link's text stands close behind its bar.
        let next = rest.split(['|', '｜', '·']).next().unwrap_or(rest);
        let is_part = next.starts_with('[') && (only_links(next).is_some() || is_cut_link(next))
            || label(next).is_some();
        if is_part {
            parts.push(line[start..at].trim());
            start = at + bar.len();
        }
    }
    parts.push(line[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Returns a text without the escapes that scripts put in, and without emphasis around
/// all of it.
pub(super) fn text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = without_emphasis(text.trim()).chars().peekable();
    while let Some(ch) = rest.next() {
        match rest.peek() {
            Some(next) if ch == '\\' && ESCAPED.contains(next) => {}
            Some('\\') if ch == '\\' => plain.extend([ch, rest.next().unwrap_or_default()]),
            _ => plain.push(ch),
        }
    }
    crate::fields::fold(&plain)
}

/// Returns the names in the value of an author field: links give their text, `and` is a
/// comma.
pub(super) fn names(text: &str) -> String {
    let mut names = String::new();
    let mut rest = 0;
    for link in links(text) {
        names.push_str(&text[rest..link.start]);
        names.push_str(link.text);
        rest = link.end;
    }
    names.push_str(&text[rest..]);
    self::text(&names.replace(" and ", ", ").replace(['*', '`'], ""))
}

/// Removes emphasis that stands around all of a text.
pub(super) fn without_emphasis(text: &str) -> &str {
    ["**", "__", "*", "_", "`"].iter().fold(text.trim(), |text, mark| {
        let inner = text.strip_prefix(mark).and_then(|text| text.strip_suffix(mark));
        inner.filter(|inner| !inner.contains(mark)).map_or(text, str::trim)
    })
}

/// Removes tags from both ends of a line; a line with nothing else than the beginning of
/// one is cut off.
pub(super) fn without_tags(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some(inner) =
        TAGS.iter().find_map(|tag| rest.strip_prefix(tag).or_else(|| rest.strip_suffix(tag)))
    {
        rest = inner.trim();
    }
    let is_comment = rest.starts_with("<!--") && rest.ends_with("-->");
    let is_cut = TAGS.iter().any(|tag| tag.starts_with(rest));
    if is_comment || is_cut { "" } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_titles_out_of_headings() {
        for (heading, expected, link) in [
            ("Wombats at Scale", "Wombats at Scale", None),
            ("1. Wombats at Scale", "Wombats at Scale", None),
            ("12、Wombats at Scale", "Wombats at Scale", None),
            ("[3] Wombats at Scale", "Wombats at Scale", None),
            ("98 Faster Burrows", "98 Faster Burrows", None),
            ("2.5D Wombats", "2.5D Wombats", None),
            ("[Wombats [at] Scale](<u/1>)", "Wombats [at] Scale", Some("u/1")),
            ("4. [Wombats at Scale](u/1)", "Wombats at Scale", Some("u/1")),
            ("[4. Wombats at Scale](u/1)", "Wombats at Scale", Some("u/1")),
            ("Wombats at Scale [[arXiv](u/1)] [[PDF](u/2)]", "Wombats at Scale", Some("u/1")),
            ("Wombats at Scale ([2601.00001](u/1))", "Wombats at Scale", Some("u/1")),
            ("**Wombats at Scale**", "Wombats at Scale", None),
            ("Wombats \\[at\\] $\\alpha\\_1$", "Wombats [at] $\\alpha_1$", None),
            ("[Wombats at Scale](http://arx", "Wombats at Scale", None),
            ("", "", None),
        ] {
            assert_eq!(title(heading), (expected.to_string(), link), "{heading}");
        }
    }

    #[test]
    fn tells_links_from_text() {
        for (text, expected) in [
            ("[arXiv](u/1) | [PDF](u/2)", Some(vec!["u/1", "u/2"])),
            ("- [📄 PDF](u/1)", Some(vec!["u/1"])),
            ("<https://example.org/1>", Some(vec!["https://example.org/1"])),
            ("[2601.00001v1](u/1)", Some(vec!["u/1"])),
            ("see [arXiv](u/1)", None),
            ("![PDF](u/1)", None),
            ("[Wombats](u/1)", None),
            ("text", None),
            ("[PDF](u", None),
        ] {
            assert_eq!(only_links(text), expected, "{text}");
        }
    }

    #[test]
    fn bars_part_labels_and_not_math() {
        for (line, expected) in [
            ("**Authors:** A | **Date:** B", &["**Authors:** A", "**Date:** B"][..]),
            ("作者：A ｜ 日期：B", &["作者：A", "日期：B"]),
            ("2026 · [PDF](u) | [HTML](v)", &["2026", "[PDF](u)", "[HTML](v)"]),
            ("**Abstract:** of |x| and |y|", &["**Abstract:** of |x| and |y|"]),
        ] {
            assert_eq!(parts(line), expected, "{line}");
        }
    }

    #[test]
    fn emphasis_and_tags_go_from_the_ends() {
        assert_eq!(without_emphasis("**a *b* c**"), "a *b* c");
        assert_eq!(without_emphasis("*a* b *c*"), "*a* b *c*");
        assert_eq!(without_tags("<details><summary>Abstract</summary>"), "Abstract");
        assert_eq!(without_tags("<!-- note -->"), "");
        assert_eq!(names("[Ann](u), **Bo** and Cy"), "Ann, Bo, Cy");
    }
}
