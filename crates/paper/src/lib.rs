//! What a paper is: the record alone.
//!
//! A [`Paper`] is one entry of a digest, as far as the digest gives it. A [`Record`] is
//! all that the known digests say of one paper. Nothing here knows a file format, a
//! language or an engine.

mod id;
mod record;

pub use chrono::NaiveDate;
pub use id::{ArxivId, VersionedId, doi, local_id};
pub use record::{DigestRef, Occurrence, Record};

use serde::{Deserialize, Serialize};

/// How much of a title, summary or abstract is searched, in bytes. What is longer is kept
/// whole, but no text that people write is: a real abstract has some 2,000.
pub const SEARCHED_BYTES: usize = 1 << 18;

/// Returns the part of a text that is searched.
pub fn searched(text: &str) -> &str {
    &text[..text.floor_char_boundary(SEARCHED_BYTES)]
}

/// One entry of a digest. What the digest does not give is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The arXiv id without its version.
    pub id: Option<ArxivId>,
    /// The version in the link, from 1 up.
    pub version: Option<u32>,
    /// The English title, as it stands in the digest.
    pub title: String,
    /// The one-sentence summary, usually Chinese.
    pub summary: Option<String>,
    /// The authors in order, each a name as it stands in the digest.
    pub authors: Vec<String>,
    /// The paper's own day, not the digest's.
    pub date: Option<NaiveDate>,
    /// The link as it stands in the digest.
    pub url: Option<String>,
    /// The abstract, as far as the digest gives it.
    #[serde(rename = "abstract")]
    pub abstract_text: Option<String>,
    /// Whether the digest ends inside this paper.
    pub truncated: bool,
}

impl Paper {
    /// Returns the id under which the paper is kept: its arXiv id, or one made from its
    /// title and authors where the digest gives none.
    pub fn key(&self) -> String {
        match &self.id {
            Some(id) => id.to_string(),
            None => local_id(&self.title, &self.authors),
        }
    }
}
