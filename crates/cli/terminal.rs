//! The terminal: its width, and whether it has colour.

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
