//! Text of papers as it may stand before an agent.

use results::plain;

/// Returns at most some characters of a text, with nothing in it that people would not see:
/// neither what a terminal obeys nor the characters by which text is hidden from people and
/// told to models (tags and variation selectors). A cut is shown by an ellipsis.
pub(crate) fn quoted(text: &str, most: usize) -> String {
    let seen = plain(text);
    let mut chars = seen.chars().filter(|ch| !is_hidden(*ch));
    let mut quoted: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        quoted.pop();
        quoted.push('…');
    }
    quoted
}

/// Whether a character shows nothing by itself.
fn is_hidden(ch: char) -> bool {
    matches!(ch,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_quoted() {
        for (text, most, expected) in [
            ("Quokkas 微笑", 20, "Quokkas 微笑"),
            ("Quokkas smile", 8, "Quokkas…"),
            ("微笑的袋鼠", 3, "微笑…"),
            ("a\u{e0069}\u{e0067}b\u{200b}c\u{fe0f}", 20, "abc"),
            ("a\u{1b}[2J\u{202e}b\nc", 20, "a\u{fffd}[2J\u{fffd}b c"),
            ("", 5, ""),
        ] {
            assert_eq!(quoted(text, most), expected, "{text:?}");
        }
    }
}
