//! The index's life: the schema, documents, commits, and making the index match the
//! digests. The only crate that writes to an index folder.
//!
//! An index is derived data: the digests are the truth, and [`sync`] with
//! [`Options::rebuild`] makes it anew from them.

mod buffered;
mod check;
mod commit;
mod deletions;
mod digests;
mod directory;
mod document;
mod error;
mod files;
mod folder;
mod lengths;
mod manifest;
mod merge;
mod open;
mod parallel;
mod reading;
mod report;
mod run;
mod schema;
mod seal;
mod segments;
mod shelf;
mod space;
mod state;
mod stored;
mod sync;
mod terms;
mod titles;
mod write;

pub use check::{CheckReport, check};
pub use commit::CommitStamp;
pub use document::day_number;
pub use error::IndexError;
pub use files::{Disk, Files, NewFile, Scratch};
pub use lengths::Lengths;
pub use open::OpenIndex;
pub use report::{DigestCounts, Notice, PaperCounts, Report};
pub use schema::IndexSchema;
pub use space::FieldSpace;
pub use state::{DigestState, Stamp, State};
pub use sync::{Freshness, Options, Step, freshness, sync, sync_on};
