//! What was odd in a digest.

use std::collections::HashMap;
use std::fmt;

use paper::SEARCHED_BYTES;

use crate::Digest;

/// Something odd in a digest, which did not keep it from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, from 1 up.
    pub line: usize,
    /// What is odd.
    pub oddity: Oddity,
}

/// The kinds of oddity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// Bytes that are no text in the digest's encoding; U+FFFD stands for them now.
    InvalidBytes {
        /// The encoding's name.
        encoding: &'static str,
        /// How many places on this line.
        count: usize,
    },
    /// The file is in an encoding other than UTF-8.
    Encoding(&'static str),
    /// The first line is no date.
    NoDigestDate,
    /// A date that does not exist or is written in another way; left out.
    BadDate(String),
    /// A text so long that only its beginning is searched.
    LongText(usize),
    /// A paper without authors.
    NoAuthors,
    /// A paper without a link.
    NoLink,
    /// A paper whose link is neither an arXiv address nor a DOI.
    ForeignLink(String),
    /// A paper without the one-sentence summary.
    NoSummary,
    /// The same paper twice in one digest.
    Repeated {
        /// The id.
        id: String,
        /// The line of the first one.
        first: usize,
    },
    /// Control or bidi characters in a title, summary or name.
    ControlCharacters,
    /// The digest ends inside this paper.
    CutOff,
    /// The contents list names papers that the digest does not hold.
    Missing {
        /// How many.
        count: usize,
        /// The title of the first.
        first: String,
    },
    /// Nothing told for certain where the abstract above ends and this title begins.
    UncertainTitle {
        /// The title as it was taken.
        chosen: String,
        /// The next best.
        other: Option<String>,
    },
    /// Text that belongs to no paper; left out.
    Stray(String),
    /// An entry that is damaged, or names no paper; left out.
    Unreadable {
        /// What the format calls an entry.
        entry: &'static str,
        /// What the matter is.
        reason: String,
    },
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Oddity::InvalidBytes { encoding, count: 1 } => write!(f, "a byte sequence that is not {encoding}; it was replaced"),
            Oddity::InvalidBytes { encoding, count } => write!(f, "{count} byte sequences that are not {encoding}; they were replaced"),
            Oddity::Encoding(name) => write!(f, "the file is {name}, not UTF-8; it was read as such"),
            Oddity::NoDigestDate => f.write_str("the digest does not begin with its date (such as 2026-03-16)"),
            Oddity::BadDate(text) => write!(f, "`{text}` is not a date; the paper is kept without a date"),
            Oddity::LongText(bytes) => write!(
                f,
                "a text of the paper has {bytes} bytes; it is kept whole, but only the first {SEARCHED_BYTES} are searched"
            ),
            Oddity::NoAuthors => f.write_str("the paper has no authors"),
            Oddity::NoLink => f.write_str("the paper has no link; its id is made from title and authors"),
            Oddity::ForeignLink(url) => write!(f, "`{url}` is neither an arXiv link nor a DOI; the paper's id is made from title and authors"),
            Oddity::NoSummary => f.write_str("the paper has no one-sentence summary"),
            Oddity::Repeated { id, first } => write!(f, "{id} stands in this digest already, at line {first}; the better one counts"),
            Oddity::ControlCharacters => f.write_str("control or bidi characters in the paper's title, summary or authors; they are kept, but never shown"),
            Oddity::CutOff => f.write_str("the digest ends inside this paper"),
            Oddity::Missing { count: 1, first } => write!(f, "the contents list names a paper that the digest does not hold: {first}"),
            Oddity::Missing { count, first } => write!(f, "the contents list names {count} papers that the digest does not hold, the first: {first}"),
            Oddity::UncertainTitle { chosen, other: None } => write!(f, "it is not certain that the title is `{chosen}`"),
            Oddity::UncertainTitle { chosen, other: Some(other) } => {
                write!(f, "it is not certain that the title is `{chosen}`; it may be `{other}`")
            }
            Oddity::Stray(text) => write!(f, "this text belongs to no paper and was left out: {text}"),
            Oddity::Unreadable { entry, reason } => write!(f, "this {entry} was left out: {reason}"),
        }
    }
}

/// Adds what can be seen on the papers whatever the format, and sorts by line.
pub(crate) fn check_papers(digest: &mut Digest) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for entry in &digest.entries {
        let (line, paper) = (entry.line, &entry.paper);
        let mut report = |oddity| digest.diagnostics.push(Diagnostic { line, oddity });
        if paper.authors.is_empty() && !paper.truncated {
            report(Oddity::NoAuthors);
        }
        if paper.id.is_none() && !paper.truncated {
            match &paper.url {
                None => report(Oddity::NoLink),
                Some(url) if paper::doi(url).is_none() => report(Oddity::ForeignLink(url.clone())),
                Some(_) => {}
            }
        }
        let texts = [Some(&paper.title), paper.summary.as_ref(), paper.abstract_text.as_ref()];
        if let Some(long) = texts.into_iter().flatten().find(|text| text.len() > SEARCHED_BYTES) {
            report(Oddity::LongText(long.len()));
        }
        let shown = [Some(&paper.title), paper.summary.as_ref()];
        if shown.into_iter().flatten().chain(&paper.authors).any(|text| text.chars().any(is_control)) {
            report(Oddity::ControlCharacters);
        }
        let key = paper.key();
        match seen.get(&key) {
            Some(&first) => report(Oddity::Repeated { id: key, first }),
            None => {
                seen.insert(key, line);
            }
        }
    }
    digest.diagnostics.sort_by_key(|diagnostic| diagnostic.line);
}

/// Characters that do something to a terminal or to the direction of text. Tab counts
/// as space.
fn is_control(ch: char) -> bool {
    (ch.is_control() && ch != '\t')
        || matches!(ch, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
