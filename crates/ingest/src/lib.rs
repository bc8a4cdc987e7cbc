//! From digest files to papers and diagnostics.
//!
//! Reading a digest never fails on its text: what is there comes back as papers, what is
//! odd as [`Diagnostic`]s. Only a file that is no digest at all is an error. Nothing here
//! knows an engine or a language.
//!
//! ```
//! let text = "2026-01-05\nA Study of Quokka Smiles\n研究短尾矮袋鼠的微笑\n\
//!             Authors: Ann Example | Date: 2026-01-04\n\
//!             Link: http://arxiv.org/abs/2601.00001v1\nAbstract\nQuokkas smile.";
//! let digest = ingest::parse(text.as_bytes()).unwrap();
//! assert_eq!(digest.entries[0].paper.title, "A Study of Quokka Smiles");
//! assert!(digest.diagnostics.is_empty());
//! ```

mod atom;
mod bibtex;
mod decode;
mod diagnostic;
mod fields;
mod find;
mod format;
mod jsonl;
mod known;
mod lines;
mod markdown;
mod plain;
mod read;

#[cfg(feature = "learn")]
pub use plain::learning;

use paper::{NaiveDate, Paper};
use thiserror::Error;

pub use decode::{Decoded, Undecodable, decode};
pub use diagnostic::{Diagnostic, Oddity};
pub use find::{DigestFile, FindError, Found, Problem, find};
pub use format::{FORMATS, Format};
pub use known::KnownTitles;
pub use read::{ReadError, read};

/// A digest, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digest {
    /// The name of the format it was read in.
    pub format: &'static str,
    /// The digest's own day.
    pub date: Option<NaiveDate>,
    /// The papers in the digest's order.
    pub entries: Vec<Entry>,
    /// What was odd, in the order of lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// A paper and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The line of the title, from 1 up.
    pub line: usize,
    /// What the digest says of the paper.
    pub paper: Paper,
    /// How sure it is where the title begins, from 0 to 1: 1 where a line of its own, the
    /// contents list or another digest says so.
    pub confidence: f32,
    /// Whether this digest alone leaves no doubt of the title. Others may rely on it.
    pub certain: bool,
}

/// Why a file is no digest.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotADigest {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Its bytes are no text in a known encoding.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// It is text, but of none of the formats.
    #[error(
        "this is no digest: there is neither a date on the first line nor an `Authors:` line anywhere, \
         and it is no Markdown, JSON lines, Atom or BibTeX with papers either"
    )]
    Unrecognised,
}

impl NotADigest {
    /// Returns the line that shows it, from 1 up.
    pub fn line(&self) -> Option<usize> {
        match self {
            NotADigest::Empty => None,
            NotADigest::Undecodable(undecodable) => Some(undecodable.line),
            NotADigest::Unrecognised => Some(1),
        }
    }
}

/// Splits the bytes of one digest into papers, in the format that its content shows.
pub fn parse(bytes: &[u8]) -> Result<Digest, NotADigest> {
    parse_as(bytes, None, &KnownTitles::default())
}

/// Splits the bytes of one digest into papers: in the format given, if one is, and with
/// what other digests know of them.
pub fn parse_as(bytes: &[u8], format: Option<&Format>, known: &KnownTitles) -> Result<Digest, NotADigest> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(NotADigest::Empty);
    }
    let decoded = decode::decode(bytes)?;
    let format = format.or_else(|| Format::of(&decoded.text)).ok_or(NotADigest::Unrecognised)?;
    let mut digest = (format.parse)(&decoded.text, known);
    digest.format = format.name;
    digest.diagnostics.extend(decoded.diagnostics);
    diagnostic::check_papers(&mut digest);
    Ok(digest)
}
