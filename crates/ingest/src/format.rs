//! The table of digest formats. A new format is a file of its own and a row here.

use crate::{Digest, plain};

/// A shape that digests come in.
#[derive(Debug)]
pub struct Format {
    /// What people call it.
    pub name: &'static str,
    /// The file name endings under which folders are searched for it, without the dot.
    pub extensions: &'static [&'static str],
    /// Whether a text is of this format, judged by its content alone.
    pub recognise: fn(&str) -> bool,
    /// Splits a text of this format; whatever it holds, this returns.
    pub parse: fn(&str) -> Digest,
}

/// All formats, the most telling first.
pub static FORMATS: [Format; 1] = [plain::FORMAT];

/// Returns the first format that recognises the text.
pub(crate) fn recognise(text: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| (format.recognise)(text))
}

/// Whether files with this ending are digests of some format.
pub(crate) fn is_digest_extension(extension: &str) -> bool {
    FORMATS.iter().flat_map(|format| format.extensions).any(|known| known.eq_ignore_ascii_case(extension))
}
