//! Saved searches: what is asked again and again, and which of the papers that it finds were
//! seen.
//!
//! They are kept in a small text file of their own ([`Store`]), outside any index, so that an
//! index may be made anew or lost. What was seen is known by id and version ([`Seen`]): not
//! by date, since papers come late, and not by place in an index. This crate knows no engine:
//! it is told what a search finds, as [`Sighting`]s.

mod error;
mod export;
mod name;
mod object;
mod search;
mod seen;
mod shelf;
mod store;

pub use error::SavedError;
pub use export::{Imported, export, import};
pub use name::check_name;
pub use object::SavedObject;
pub use search::{Question, Search};
pub use seen::{MAX_SEEN, Novelty, Seen, Sighting, pack, unpack};
pub use shelf::{Shelf, Shelved};
pub use store::Store;
