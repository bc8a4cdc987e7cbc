//! The lines of a digest, whatever ends them.

/// A line that is not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// The number in the file, from 1 up, counting blank lines.
    pub(crate) number: usize,
    /// The text without white space at its ends.
    pub(crate) text: &'a str,
}

/// Returns the lines that are not blank. A line ends at LF, CR LF, CR, next line
/// (U+0085), or the line and paragraph separators (U+2028, U+2029).
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut number = 0;
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let line = rest?;
        number += 1;
        let Some(at) = line.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) else {
            rest = None;
            return Some((number, line));
        };
        let ending = &line[at..];
        let width =
            if ending.starts_with("\r\n") { 2 } else { ending.chars().next().map_or(1, char::len_utf8) };
        rest = Some(&ending[width..]);
        Some((number, &line[..at]))
    })
    .map(|(number, text)| Line { number, text: text.trim() })
    .filter(|line| !line.text.is_empty())
}

/// Whether a line begins or ends a block of code in Markdown.
pub(crate) fn is_fence(text: &str) -> bool {
    text.starts_with("```") || text.starts_with("~~~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ending_counts_once() {
        let found: Vec<(usize, &str)> =
            lines("a\nb\r\n\r\n c \rd\u{2028}e\u{85}f").map(|line| (line.number, line.text)).collect();
        assert_eq!(found, [(1, "a"), (2, "b"), (4, "c"), (5, "d"), (6, "e"), (7, "f")]);
        assert_eq!(lines("").count(), 0);
    }
}
