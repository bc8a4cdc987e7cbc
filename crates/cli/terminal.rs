//! The terminal: its width, whether it has colour, and text that cannot harm it.

use std::borrow::Cow;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

use crate::args::Color;

/// The width where there is no terminal, in columns.
const DEFAULT_WIDTH: usize = 80;

/// Lines longer than this are hard to read on any terminal.
const MAX_WIDTH: usize = 110;

/// Narrower than this, nothing can be wrapped sensibly.
const MIN_WIDTH: usize = 20;

/// How results are drawn for people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Columns to wrap to.
    pub(crate) width: usize,
    /// Whether colour may be used.
    pub(crate) color: bool,
}

impl Look {
    /// Looks at standard output and the environment, once.
    pub(crate) fn of_stdout(color: Color) -> Look {
        let is_terminal = std::io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !set("NO_COLOR") && !dumb,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal =
            || terminal_size::terminal_size().filter(|_| is_terminal).map(|(width, _)| usize::from(width.0));
        let width = columns.or_else(terminal).unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, MAX_WIDTH);
        Look { width, color }
    }

    /// Puts a text in a style, if there is colour.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_string(),
        }
    }
}

/// Titles.
pub(crate) const TITLE: Style = Style::new().bold();
/// What matches the query.
pub(crate) const MATCH: Style = AnsiColor::Red.on_default().bold();
/// What is not read first.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Ids and links.
pub(crate) const LINK: Style = AnsiColor::Cyan.on_default();

/// Returns the text with nothing in it that a terminal would obey: control characters
/// and controls of bidirectional text become U+FFFD, line breaks and tabs a space.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(|ch| is_obeyed(ch) || is_break(ch)) {
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
pub(crate) fn is_obeyed(ch: char) -> bool {
    ch.is_control()
        || matches!(ch, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

    proptest! {
        #[test]
        fn no_text_is_obeyed(text in any::<String>()) {
            prop_assert!(!plain(&text).contains(is_obeyed));
        }
    }
}
