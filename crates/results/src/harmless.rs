//! Text that cannot harm a terminal. Results end on one, whatever program they were
//! written for.

use std::borrow::Cow;

/// Returns the text with nothing in it that a terminal would obey: control characters
/// and controls of bidirectional text become U+FFFD, line breaks and tabs a space.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !may_be_obeyed(text) || !text.contains(|ch| is_obeyed(ch) || is_break(ch)) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|ch| match ch {
        ch if is_break(ch) => ' ',
        ch if is_obeyed(ch) => char::REPLACEMENT_CHARACTER,
        ch => ch,
    });
    Cow::Owned(shown.collect())
}

/// Whether a terminal, or the layout of text, would act on the character.
pub fn is_obeyed(ch: char) -> bool {
    ch.is_control()
        || matches!(ch, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text may have a character that is obeyed or breaks a line, by its bytes: all of these have
/// one of their own, or begin with one that few others begin with.
pub(crate) fn may_be_obeyed(text: &str) -> bool {
    let is_suspect = |byte: &u8| matches!(byte, 0..=0x1f | 0x7f | 0xc2 | 0xd8 | 0xe2);
    // All bytes of a chunk are looked at: so several are at once.
    text.as_bytes().chunks(64).any(|chunk| chunk.iter().fold(false, |any, byte| any | is_suspect(byte)))
}

fn is_break(ch: char) -> bool {
    matches!(ch, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_left_to_obey() {
        for (text, shown) in [
            ("plain 中文 é", "plain 中文 é"),
            ("\u{1b}]0;owned\u{7}x", "\u{fffd}]0;owned\u{fffd}x"),
            ("\u{9b}2J", "\u{fffd}2J"),
            ("a\nb\tc", "a b c"),
            ("研究\u{202e}矮", "研究\u{fffd}矮"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }

    #[test]
    fn what_is_obeyed_is_told_by_its_bytes() {
        for ch in ('\0'..=char::MAX).filter(|ch| is_obeyed(*ch) || is_break(*ch)) {
            assert!(may_be_obeyed(&ch.to_string()), "{ch:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_obeyed(text in any::<String>()) {
            prop_assert!(!plain(&text).contains(is_obeyed));
        }
    }
}
