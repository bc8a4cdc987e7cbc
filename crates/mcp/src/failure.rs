//! Why a tool has no answer, as its caller reads it: each text says what to do.

use std::fmt;

use archive::{ArchiveError, TurnError};

use crate::quoted::quoted;

/// How much of what was given is told back, in characters.
const TOLD_BACK: usize = 80;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// What was asked means nothing, or is too much.
    Asked(String),
    /// There is no such paper.
    NoPaper(String),
    /// Too many ask at once, or one search takes too long.
    Busy,
    /// The index cannot be read. What is wrong is for whoever keeps it.
    Index(String),
    /// A fault of this program.
    Fault,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Asked(text) => f.write_str(text),
            Failure::NoPaper(id) => write!(
                f,
                "there is no paper `{}` in the archive; give an id as search_papers returns it, such as \
                 2603.01234, or find the paper by words of its title",
                quoted(id, TOLD_BACK)
            ),
            Failure::Busy => f.write_str(
                "the archive is busy; ask again in a moment, one search at a time, or for less",
            ),
            Failure::Index(_) => f.write_str(
                "the index cannot be read just now; ask the person who keeps it to run `paper-search check`",
            ),
            Failure::Fault => f.write_str(
                "this is a fault in paper-search, not in the question; ask in other words, and tell the person",
            ),
        }
    }
}

impl From<TurnError> for Failure {
    fn from(error: TurnError) -> Failure {
        match error {
            TurnError::Busy => Failure::Busy,
            TurnError::Fault => Failure::Fault,
        }
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Failure {
        match error {
            ArchiveError::Asked(error) => Failure::Asked(error.to_string()),
            ArchiveError::Index(error) => Failure::Index(error.to_string()),
        }
    }
}
