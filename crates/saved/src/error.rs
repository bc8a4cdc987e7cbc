//! Why saved searches could not be read or changed.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::search::Search;

/// How many searches are named where there is none of a name.
const NAMED: usize = 20;

/// Why saved searches could not be read or changed. The texts say what to do.
#[derive(Debug, Error)]
pub enum SavedError {
    /// A name that would be in the way somewhere.
    #[error("`{0}` is no name for a search; write up to 64 letters and digits, with - _ . among them")]
    BadName(String),
    /// The name is taken by another search.
    #[error("there is a saved search `{name}` already, for {question}; give another name, or --replace it")]
    Taken {
        /// The name.
        name: String,
        /// What the search of this name asks.
        question: String,
    },
    /// There is no search of this name.
    #[error("there is no saved search `{name}`; {known}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names that there are, in a clause.
        known: String,
    },
    /// A line that is not what was written.
    #[error("{}:{line}: {what}; mend the line, or move the file away and import an export of it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1 up.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A file of another release.
    #[error(
        "{} is of another version of paper-search ({found}; this one reads {expected}); use that version to export it",
        path.display()
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The version that can be read.
        expected: u32,
    },
    /// More searches than anyone keeps.
    #[error("there are {0} saved searches, which is the most that are kept; remove some first")]
    TooMany(usize),
    /// More bytes than are kept in memory.
    #[error(
        "{} has more than {most} bytes, which is too much to be kept open; `paper-search saved remove` makes it smaller",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        most: u64,
    },
    /// Another process is writing, and does not end.
    #[error("another paper-search has been changing {} for some seconds; try again when it is done", .0.display())]
    Busy(PathBuf),
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl SavedError {
    pub(crate) fn io(path: &std::path::Path, source: io::Error) -> SavedError {
        SavedError::Io { path: path.to_path_buf(), source }
    }

    /// There is no search of this name among these.
    pub(crate) fn unknown(name: &str, known: &[Search]) -> SavedError {
        let names: Vec<&str> = known.iter().take(NAMED).map(|search| search.name.as_str()).collect();
        let known = match known.len().saturating_sub(NAMED) {
            _ if names.is_empty() => {
                "none is saved yet, `paper-search save NAME QUERY` saves one".to_string()
            }
            0 => format!("there are {}", names.join(", ")),
            more => format!("there are {}, and {more} more", names.join(", ")),
        };
        SavedError::Unknown { name: name.to_string(), known }
    }
}
