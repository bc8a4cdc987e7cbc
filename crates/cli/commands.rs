//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod index;
pub(crate) mod man;
pub(crate) mod mcp;
pub(crate) mod new;
pub(crate) mod parse;
pub(crate) mod query;
pub(crate) mod save;
pub(crate) mod saved;
mod searching;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod similar;
pub(crate) mod stats;

/// What is said where folders hold nothing to read.
const NO_DIGESTS: &str =
    "no digests were found; a folder is searched for files with a digest's ending, such as .txt";

/// How a command ended, if not with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something was found or done.
    Done,
    /// Nothing was found.
    NothingFound,
    /// Something failed and was told; the rest was done.
    Failed,
}
