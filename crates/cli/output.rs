//! The table of output formats: text for people, and those that programs read.

mod lines;
pub(crate) mod text;

use std::io::{self, Write};

use results::{FORMATS, Results};

use crate::terminal::Look;

/// A way to print results.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Program(&'static results::Format),
}

/// What the format for people is called.
const TEXT: &str = "text";

/// The names of all formats.
pub(crate) fn format_names() -> impl Iterator<Item = &'static str> {
    std::iter::once(TEXT).chain(FORMATS.iter().map(|format| format.name))
}

/// Returns the format of this name. The command line takes no others.
pub(crate) fn format(name: &str) -> Format {
    results::format(name).map_or(Format::Text, Format::Program)
}

impl Format {
    /// What is typed after `--format`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Text => TEXT,
            Format::Program(format) => format.name,
        }
    }

    /// Whether the results of several queries can follow each other.
    pub(crate) fn for_batch(self) -> bool {
        match self {
            Format::Text => true,
            Format::Program(format) => format.for_batch,
        }
    }

    /// Whether it shows where texts match.
    pub(crate) fn shows_matches(self) -> bool {
        match self {
            Format::Text => true,
            Format::Program(format) => format.shows_matches,
        }
    }

    /// Prints results.
    pub(crate) fn write(self, results: &Results, look: Look, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Text => text::write(results, look, out),
            Format::Program(format) => (format.write)(results, out),
        }
    }
}
