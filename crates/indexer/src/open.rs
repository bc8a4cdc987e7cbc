//! An index opened for reading.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use analysis::fields::{DIGEST, ID};
use paper::Record;
use serde::Deserialize;
use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Index, ReloadPolicy, Searcher, TantivyError, Term};

use crate::directory::SafeDirectory;
use crate::document::from_stored;
use crate::error::IndexError;
use crate::files::{Disk, Files};
use crate::folder::{generation_path, missing, read_pointer};
use crate::lengths::Lengths;
use crate::manifest::{META, is_plain};
use crate::schema::IndexSchema;
use crate::state::{Payload, State};

/// How often a commit is opened anew because a writer replaced it meanwhile. A commit lasts
/// far longer than opening it takes.
pub(crate) const ATTEMPTS: usize = 100;

/// One commit of an index, as long as it is held: later commits do not change it.
pub struct OpenIndex {
    root: PathBuf,
    generation: PathBuf,
    directory: SafeDirectory,
    schema: IndexSchema,
    index: Index,
    searcher: Searcher,
    /// What the commit says of itself, and its list of digests; none before the first one.
    commit: Option<(Payload, Mutex<File>)>,
}

impl OpenIndex {
    /// Opens the last commit of the index in a folder.
    pub fn open(root: &Path) -> Result<OpenIndex, IndexError> {
        IndexError::guard(root, || OpenIndex::open_on(root, Arc::new(Disk), false))
    }

    /// As [`OpenIndex::open`], for a process that asks a few things and ends: little of the files is
    /// mapped into memory.
    pub fn open_briefly(root: &Path) -> Result<OpenIndex, IndexError> {
        IndexError::guard(root, || OpenIndex::open_on(root, Arc::new(Disk), true))
    }

    /// Opens the last commit, for whoever will write through `files`, and may do so briefly
    /// ([`OpenIndex::open_briefly`]).
    ///
    /// A writer may replace the commit while its files are being opened. No lock keeps it
    /// from that; whoever reads tries again.
    pub(crate) fn open_on(
        root: &Path,
        files: Arc<dyn Files>,
        briefly: bool,
    ) -> Result<OpenIndex, IndexError> {
        let mut last = LastCommit::find(root)?;
        for _ in 0..ATTEMPTS {
            let opened = last.open(root, files.clone(), briefly);
            let Err(error) = opened else { return opened };
            let now = LastCommit::find(root)?;
            if now == last {
                return Err(error);
            }
            last = now;
        }
        last.open(root, files, briefly)
    }

    /// Returns the index folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder of the generation, as tantivy sees it.
    pub(crate) fn directory(&self) -> &SafeDirectory {
        &self.directory
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
        match &self.commit {
            Some((payload, file)) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                State::read(&self.root, &payload.state, &mut file)
            }
            None => Ok(State::default()),
        }
    }

    /// Returns the lengths of the fields of all papers together.
    pub fn lengths(&self) -> Lengths {
        self.commit.as_ref().map(|(payload, _)| payload.lengths.clone()).unwrap_or_default()
    }

    /// Returns how many segments the commit has.
    pub fn segment_count(&self) -> usize {
        self.searcher.segment_readers().len()
    }

    /// Returns the size of all files of the index, in bytes.
    pub fn size_in_bytes(&self) -> u64 {
        let entries = fs::read_dir(&self.generation).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Returns how many papers there are.
    pub fn paper_count(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Returns the paper with this id.
    pub fn record(&self, id: &str) -> Result<Option<Record>, IndexError> {
        Ok(self.record_and_lengths(id)?.map(|(record, _)| record))
    }

    /// Returns the papers that stand in the digest at this path, and the lengths of their
    /// fields.
    pub(crate) fn records_of_digest(&self, path: &str) -> Result<Vec<(Record, Lengths)>, IndexError> {
        self.records(Term::from_field_text(self.schema.main(&DIGEST), path))
    }

    /// As [`OpenIndex::record`], with the lengths of the fields.
    pub(crate) fn record_and_lengths(&self, id: &str) -> Result<Option<(Record, Lengths)>, IndexError> {
        Ok(self.records(Term::from_field_text(self.schema.main(&ID), id))?.pop())
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
        self.stored_at(address).map(|(record, _)| record)
    }

    fn stored_at(&self, address: DocAddress) -> Result<(Record, Lengths), IndexError> {
        let segment = self.searcher.segment_reader(address.segment_ord);
        // Nothing is gained by keeping what is read: it is not compressed.
        let store = segment.get_store_reader(0).map_err(|error| self.reading(&error.into()))?;
        let document = store.get_document_bytes(address.doc_id).map_err(|error| self.reading(&error))?;
        from_stored(&document).map_err(|what| IndexError::damaged(&self.root, what))
    }

    fn records(&self, term: Term) -> Result<Vec<(Record, Lengths)>, IndexError> {
        IndexError::guard(&self.root, || {
            let query = TermQuery::new(term, IndexRecordOption::Basic);
            let addresses =
                self.searcher.search(&query, &DocSetCollector).map_err(|error| self.reading(&error))?;
            let mut addresses: Vec<DocAddress> = addresses.into_iter().collect();
            addresses.sort_unstable();
            addresses.into_iter().map(|address| self.stored_at(address)).collect()
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

/// What concerns us of a `meta.json` where nothing else is opened.
#[derive(Deserialize)]
struct Meta {
    payload: Option<String>,
}

/// The last commit as it is found: where it is, and its `meta.json`.
#[derive(PartialEq, Eq)]
pub(crate) struct LastCommit {
    generation: PathBuf,
    /// None if it cannot be read; opening it says why.
    meta: Option<Vec<u8>>,
}

impl LastCommit {
    pub(crate) fn find(root: &Path) -> Result<LastCommit, IndexError> {
        let pointer = read_pointer(root)?.ok_or_else(|| missing(root))?;
        if !pointer.is_readable() {
            return Err(pointer.other_version(root));
        }
        let generation = generation_path(root, pointer.generation);
        let meta = fs::read(generation.join(META)).ok();
        Ok(LastCommit { generation, meta })
    }

    /// Returns what the last commit in `root` knows of the digests, and opens nothing else of
    /// it: that is half of what a look at the digests costs. Damage elsewhere is told by whoever
    /// opens the index for more.
    pub(crate) fn state(root: &Path) -> Result<State, IndexError> {
        let mut last = LastCommit::find(root)?;
        for _ in 0..ATTEMPTS {
            let state = last.own_state(root);
            let Err(error) = state else { return state };
            let now = LastCommit::find(root)?;
            if now == last {
                return Err(error);
            }
            last = now;
        }
        last.own_state(root)
    }

    fn own_state(&self, root: &Path) -> Result<State, IndexError> {
        match payload_of(root, &self.meta(root)?)? {
            Some(payload) => {
                let (payload, mut file) = self.commit(root, &payload)?;
                State::read(root, &payload.state, &mut file)
            }
            None => Ok(State::default()),
        }
    }

    fn meta(&self, root: &Path) -> Result<Vec<u8>, IndexError> {
        match &self.meta {
            Some(meta) => Ok(meta.clone()),
            None => {
                let path = self.generation.join(META);
                fs::read(&path).map_err(|source| IndexError::reading_file(root, &path, source))
            }
        }
    }

    /// Returns what a commit says of itself, and its list of digests. Opened now, that can be
    /// read even if a later commit deletes it.
    fn commit(&self, root: &Path, payload: &str) -> Result<(Payload, File), IndexError> {
        let payload = Payload::read(payload)
            .ok()
            .filter(|payload| is_plain(&payload.state))
            .ok_or_else(|| IndexError::damaged(root, "the commit does not name its digests"))?;
        let path = self.generation.join(&payload.state);
        let file = File::open(&path).map_err(|source| IndexError::reading_file(root, &path, source))?;
        Ok((payload, file))
    }

    fn open(&self, root: &Path, files: Arc<dyn Files>, briefly: bool) -> Result<OpenIndex, IndexError> {
        let meta = self.meta(root)?;
        let payload = payload_of(root, &meta);
        let mut directory = SafeDirectory::open(root, &self.generation, meta, files)?;
        if briefly {
            directory = directory.briefly();
        }
        let (schema, index, searcher) =
            open_tantivy(&directory).map_err(|error| IndexError::reading(root, &error))?;
        let generation = self.generation.clone();
        let commit = payload?.map(|payload| self.commit(root, &payload)).transpose()?;
        let commit = commit.map(|(payload, file)| (payload, Mutex::new(file)));
        Ok(OpenIndex { root: root.to_path_buf(), generation, directory, schema, index, searcher, commit })
    }
}

/// What a commit says of itself in its `meta.json`.
fn payload_of(root: &Path, meta: &[u8]) -> Result<Option<String>, IndexError> {
    let meta: Meta = serde_json::from_slice(meta)
        .map_err(|_| IndexError::damaged(root, format!("{META} is not what was written")))?;
    Ok(meta.payload)
}

fn open_tantivy(directory: &SafeDirectory) -> Result<(IndexSchema, Index, Searcher), TantivyError> {
    let schema = IndexSchema::new();
    let index = Index::open(directory.clone())?;
    if index.schema() != *schema.tantivy() {
        return Err(TantivyError::SchemaError("the fields are not those of this version".to_string()));
    }
    // One-shot: a reader that reloads by itself would start a thread.
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let searcher = reader.searcher();
    Ok((schema, index, searcher))
}
