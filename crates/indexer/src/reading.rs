//! Reading one digest: from its file to papers that are ready for the shelf. Digests know
//! nothing of each other here, so that all cores can read.

use std::collections::BTreeMap;
use std::io;
use std::time::SystemTime;

use ingest::{Diagnostic, Digest, DigestFile, Format, KnownTitles};
use paper::{DigestRef, Occurrence, Record};
use xxhash_rust::xxh3::xxh3_64;

use crate::shelf::Parcel;
use crate::state::DigestState;

/// A digest to read.
pub(crate) struct Unread {
    pub(crate) file: DigestFile,
    pub(crate) name: String,
    /// What the index knows of it.
    pub(crate) known: Option<DigestState>,
}

/// A digest that was read.
pub(crate) struct Reading {
    pub(crate) file: DigestFile,
    pub(crate) name: String,
    /// Whether the index knew it.
    pub(crate) is_known: bool,
    pub(crate) read_at: SystemTime,
    pub(crate) content: Content,
}

/// What was in it.
pub(crate) enum Content {
    /// Nothing that can be read.
    Failed {
        /// The line that shows it.
        line: Option<usize>,
        message: String,
    },
    /// What the index has of it: it was touched, not changed.
    Same(DigestState),
    /// No papers; it may be something else than a digest.
    Other,
    /// Papers.
    Papers { state: DigestState, diagnostics: Vec<Diagnostic>, papers: Vec<Parcel> },
}

impl Unread {
    /// Reads the digest, in a format if one is given; `fresh`: whatever the index knows of it.
    pub(crate) fn read(self, format: Option<&'static Format>, fresh: bool) -> io::Result<Reading> {
        let read_at = SystemTime::now();
        let content = self.content(read_at, format, fresh)?;
        let Unread { file, name, known } = self;
        Ok(Reading { file, name, is_known: known.is_some(), read_at, content })
    }

    fn content(
        &self,
        read_at: SystemTime,
        format: Option<&'static Format>,
        fresh: bool,
    ) -> io::Result<Content> {
        let Unread { file, name, known } = self;
        let bytes = match ingest::read(&file.path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Content::Failed { line: None, message: error.to_string() }),
        };
        if let Some(known) = known.as_ref().filter(|known| !fresh && known.hash == xxh3_64(&bytes)) {
            return Ok(Content::Same(known.seen_again(file, &bytes, read_at)));
        }
        Ok(match ingest::parse_as(&bytes, format, &KnownTitles::default()) {
            Err(_) if file.may_be_other() && known.is_none() => Content::Other,
            Err(error) => Content::Failed { line: error.line(), message: error.to_string() },
            Ok(mut digest) => Content::Papers {
                state: DigestState::new(file, &bytes, read_at, &digest),
                diagnostics: std::mem::take(&mut digest.diagnostics),
                papers: pack(name, digest)?,
            },
        })
    }
}

/// Packs the papers of a digest; of one that it holds twice the better entry.
pub(crate) fn pack(name: &str, digest: Digest) -> io::Result<Vec<Parcel>> {
    let mut papers: BTreeMap<String, Vec<Occurrence>> = BTreeMap::new();
    for (entry, position) in digest.entries.into_iter().zip(1..) {
        papers.entry(entry.paper.key()).or_default().push(Occurrence {
            digest: DigestRef { file: name.to_string(), date: digest.date },
            position,
            paper: entry.paper,
            certain_title: entry.certain,
        });
    }
    let best = papers.into_iter().filter_map(|(id, entries)| Record::new(id, entries));
    best.map(|record| Parcel::of(record.id.clone(), &record.occurrences()[0])).collect()
}
