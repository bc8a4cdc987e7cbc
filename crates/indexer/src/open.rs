//! An index opened for reading.

use std::path::{Path, PathBuf};

use analysis::fields::{DIGEST, ID};
use paper::Record;
use tantivy::collector::{Count, DocSetCollector};
use tantivy::query::{AllQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Index, IndexMeta, ReloadPolicy, Searcher, TantivyError, Term};

use crate::directory::SafeDirectory;
use crate::document::from_document;
use crate::error::IndexError;
use crate::folder::{generation_path, missing, read_pointer};
use crate::lengths::Lengths;
use crate::schema::IndexSchema;
use crate::state::{Payload, State};

/// One commit of an index, as long as it is held: later commits do not change it.
pub struct OpenIndex {
    root: PathBuf,
    generation: PathBuf,
    schema: IndexSchema,
    index: Index,
    searcher: Searcher,
    payload: Option<Payload>,
}

impl OpenIndex {
    /// Opens the last commit of the index in a folder.
    pub fn open(root: &Path) -> Result<OpenIndex, IndexError> {
        IndexError::guard(root, || OpenIndex::open_unguarded(root))
    }

    fn open_unguarded(root: &Path) -> Result<OpenIndex, IndexError> {
        let (mut number, mut opened) = OpenIndex::open_generation(root)?;
        if opened.is_err() {
            // A rebuild may have replaced the generation after the pointer was read.
            let (again, reopened) = OpenIndex::open_generation(root)?;
            if again != number {
                (number, opened) = (again, reopened);
            }
        }
        let generation = generation_path(root, number);
        let Opened { schema, index, searcher, meta } =
            opened.map_err(|error| IndexError::reading(root, &error))?;
        let payload = Payload::read(&generation, &meta)?;
        Ok(OpenIndex { root: root.to_path_buf(), generation, schema, index, searcher, payload })
    }

    fn open_generation(root: &Path) -> Result<(u64, Result<Opened, TantivyError>), IndexError> {
        let pointer = read_pointer(root)?.ok_or_else(|| missing(root))?;
        if !pointer.is_readable() {
            return Err(pointer.other_version(root));
        }
        let generation = generation_path(root, pointer.generation);
        Ok((pointer.generation, open_tantivy(&generation)))
    }

    /// Returns the index folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder of the generation.
    pub(crate) fn generation(&self) -> &Path {
        &self.generation
    }

    /// Returns the schema.
    pub fn schema(&self) -> &IndexSchema {
        &self.schema
    }

    /// Returns tantivy's searcher over this commit.
    pub fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// Returns tantivy's index.
    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Returns what the commit knows of the digests.
    pub fn state(&self) -> Result<State, IndexError> {
        self.payload
            .as_ref()
            .map_or_else(|| Ok(State::default()), |payload| State::read(&self.generation, payload))
    }

    /// Returns the lengths of the fields of all papers together.
    pub fn lengths(&self) -> Lengths {
        self.payload.as_ref().map(|payload| payload.lengths.clone()).unwrap_or_default()
    }

    /// Returns how many segments the commit has.
    pub fn segment_count(&self) -> usize {
        self.searcher.segment_readers().len()
    }

    /// Returns the size of all files of the index, in bytes.
    pub fn size_in_bytes(&self) -> u64 {
        let entries = std::fs::read_dir(&self.generation).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Returns how many papers there are.
    pub fn paper_count(&self) -> Result<u64, IndexError> {
        IndexError::guard(&self.root, || {
            let count = self.searcher.search(&AllQuery, &Count);
            count.map(|count| count as u64).map_err(|error| self.reading(&error))
        })
    }

    /// Returns the paper with this id.
    pub fn record(&self, id: &str) -> Result<Option<Record>, IndexError> {
        let term = Term::from_field_text(self.schema.main(&ID), id);
        Ok(self.records(term)?.pop())
    }

    /// Returns the papers that stand in the digest at this path.
    pub fn records_of_digest(&self, path: &str) -> Result<Vec<Record>, IndexError> {
        self.records(Term::from_field_text(self.schema.main(&DIGEST), path))
    }

    /// Calls `visit` for each paper, in no particular order, until it fails.
    pub fn for_each_record(&self, visit: &mut dyn FnMut(Record)) -> Result<(), IndexError> {
        for (ordinal, segment) in self.searcher.segment_readers().iter().enumerate() {
            for doc in segment.doc_ids_alive() {
                visit(self.record_at(DocAddress::new(ordinal as u32, doc))?);
            }
        }
        Ok(())
    }

    /// Returns the paper at an address of this commit.
    pub fn record_at(&self, address: DocAddress) -> Result<Record, IndexError> {
        let document = self.searcher.doc(address).map_err(|error| self.reading(&error))?;
        from_document(&document, &self.schema).map_err(|what| IndexError::damaged(&self.root, what))
    }

    fn records(&self, term: Term) -> Result<Vec<Record>, IndexError> {
        IndexError::guard(&self.root, || {
            let query = TermQuery::new(term, IndexRecordOption::Basic);
            let addresses =
                self.searcher.search(&query, &DocSetCollector).map_err(|error| self.reading(&error))?;
            let mut addresses: Vec<DocAddress> = addresses.into_iter().collect();
            addresses.sort_unstable();
            addresses.into_iter().map(|address| self.record_at(address)).collect()
        })
    }

    /// An error of the engine while it reads this index.
    pub fn reading(&self, error: &TantivyError) -> IndexError {
        IndexError::reading(&self.root, error)
    }
}

impl std::fmt::Debug for OpenIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenIndex").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// A generation as it was opened.
struct Opened {
    schema: IndexSchema,
    index: Index,
    searcher: Searcher,
    /// What the commit says of itself.
    meta: IndexMeta,
}

/// How often an index is opened anew because another commit came in between.
const ATTEMPTS: usize = 16;

fn open_tantivy(generation: &Path) -> Result<Opened, TantivyError> {
    let schema = IndexSchema::new();
    let index = Index::open(SafeDirectory::open(generation)?)?;
    if index.schema() != *schema.tantivy() {
        return Err(TantivyError::SchemaError("the fields are not those of this version".to_string()));
    }
    for _ in 0..ATTEMPTS {
        let before = index.load_metas()?;
        // One-shot: a reader that reloads by itself would start a thread.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (searcher, meta) = (reader.searcher(), index.load_metas()?);
        // Merges change the segments of a commit, not what it says.
        if before.opstamp == meta.opstamp {
            return Ok(Opened { schema, index, searcher, meta });
        }
    }
    Err(TantivyError::SystemError("it changed whenever it was opened; try again".to_string()))
}
