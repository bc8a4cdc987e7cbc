//! The archive as every surface asks it: what was typed is read, searched for, and comes
//! back as results.
//!
//! A process that asks once opens an index and calls [`search`] or [`similar`]. One that
//! stays holds an [`Archive`], which many threads share: it keeps the index open and
//! notices when there is a new commit; searches of many take [`Turns`]. Nothing here knows a
//! terminal, a browser or a protocol; `today` is handed in.

mod asked;
mod complete;
mod found;
mod news;
mod stats;
mod turns;
mod warm;

pub use asked::{
    AskError, Asked, AskedFilters, MAX_AUTHORS, MAX_EXCLUDED, MAX_LIMIT, MAX_OFFSET, MAX_QUERY_BYTES,
    half_life,
};
pub use complete::{Completion, CompletionKind};
pub use found::{Alike, Searched, kept_id, search, similar};
pub use news::{News, news};
pub use stats::{AuthorCount, Stats, stats};
pub use turns::{Limits, TurnError, Turns};
pub use warm::{Archive, ArchiveError, Snapshot};
