//! Making the index match the digests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::Analyzer;
use analysis::fields::ID;
use ingest::{DigestFile, Format};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::{Index, IndexWriter, Term};
use xxhash_rust::xxh3::xxh3_64;

use crate::digests::{find, gone, name};
use crate::directory::SafeDirectory;
use crate::document::to_document;
use crate::error::IndexError;
use crate::files::{Disk, Files};
use crate::folder::{WriteLock, generation_path, read_pointer};
use crate::lengths::Lengths;
use crate::open::OpenIndex;
use crate::report::Report;
use crate::run::{RecordChange, Run};
use crate::schema::IndexSchema;
use crate::state::State;

/// How much the writer keeps in memory before it writes a segment, in bytes. Small runs
/// use a fraction of it.
const WRITER_MEMORY: usize = 128 << 20;

/// If more than this share of all papers in the segments are deleted ones, the segments
/// that have as many are written anew: what is deleted never takes up much of the disk.
const MOST_DELETED: f64 = 0.2;

/// How to go about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether to read all digests under the paths anew, into a new generation that holds
    /// nothing else.
    pub rebuild: bool,
    /// The format to read the digests in; `None` leaves it to their content.
    pub format: Option<&'static Format>,
    /// Whether to wait until nobody else is writing to the index, or else to stop.
    pub wait: bool,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Another is writing to the index; the run goes on when that is done.
    Waiting,
    /// So many of so many digests are read.
    Reading(usize, usize),
    /// So many of so many papers are written.
    Writing(usize, usize),
    /// The commit and the merges are under way.
    Committing,
}

/// Whether an index matches the digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It does.
    Current,
    /// There is none.
    Missing,
    /// It was made by another version of this program.
    OtherVersion,
    /// Digests are new, changed or gone. The number is the same as long as they are the
    /// same digests, in the same state.
    Stale(u64),
}

/// Looks whether the index in `root` matches the digests under `paths`. Nothing is read
/// but file times.
pub fn freshness(root: &Path, paths: &[PathBuf]) -> Result<Freshness, IndexError> {
    match read_pointer(root)? {
        None => return Ok(Freshness::Missing),
        Some(pointer) if !pointer.is_readable() => return Ok(Freshness::OtherVersion),
        Some(_) => {}
    }
    let state = OpenIndex::open(root)?.state()?;
    let (roots, found) = find(paths)?;
    let gone = gone(&state, &roots, &found);
    let changed: Vec<&DigestFile> =
        found.files.iter().filter(|file| !state.is_settled(&name(&file.path), file)).collect();
    Ok(match gone.is_empty() && changed.is_empty() {
        true => Freshness::Current,
        false => Freshness::Stale(xxh3_64(format!("{gone:?} {changed:?}").as_bytes())),
    })
}

/// Makes the index in `root` match the digests under `paths`, in one commit. Digests
/// elsewhere stay in it, unless it is rebuilt. Calls `progress` from time to time.
pub fn sync(
    root: &Path,
    paths: &[PathBuf],
    options: Options,
    analyzer: &Analyzer,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, IndexError> {
    sync_on(Arc::new(Disk), root, paths, options, analyzer, progress)
}

/// As [`sync`]; every change on disk goes through `files`.
pub fn sync_on(
    files: Arc<dyn Files>,
    root: &Path,
    paths: &[PathBuf],
    options: Options,
    analyzer: &Analyzer,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, IndexError> {
    IndexError::guard(root, || sync_unguarded(files, root, paths, options, analyzer, progress))
}

fn sync_unguarded(
    files: Arc<dyn Files>,
    root: &Path,
    paths: &[PathBuf],
    options: Options,
    analyzer: &Analyzer,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, IndexError> {
    // A path that does not exist is an error before anything changes.
    let (mut roots, mut found) = find(paths)?;
    let mut waited = false;
    let lock = WriteLock::take(root, files.clone(), || {
        waited = options.wait;
        if waited {
            progress(Step::Waiting);
        }
        waited
    })?;
    if waited {
        (roots, found) = find(paths)?;
    }
    let pointer = match read_pointer(root) {
        // A damaged pointer is what rebuilding is for.
        Err(IndexError::Damaged { .. }) if options.rebuild => None,
        pointer => pointer?,
    };
    let old = match &pointer {
        Some(pointer) if !pointer.is_readable() && !options.rebuild => {
            return Err(pointer.other_version(root));
        }
        Some(pointer) if pointer.is_readable() => match OpenIndex::open_on(root, files.clone()) {
            Err(_) if options.rebuild => None,
            opened => Some(opened?),
        },
        _ => None,
    };
    let generation = pointer.as_ref().map(|pointer| pointer.generation);
    lock.settle(generation)?;
    if let Some(old) = &old {
        old.directory().settle().map_err(|source| IndexError::io(root, source))?;
    }

    let old_state = match &old {
        Some(old) => match old.state() {
            Err(_) if options.rebuild => State::default(),
            state => state?,
        },
        None => State::default(),
    };
    let fresh = options.rebuild || old.is_none();
    let mut run = Run::new(old.as_ref(), old_state, fresh, options.format);
    run.read(&roots, found, progress);
    let records = run.records()?;

    let mut commit = || {
        if fresh {
            let next = lock.make_generation(generation)?;
            let directory = SafeDirectory::create(&generation_path(root, next), files.clone())
                .map_err(|error| IndexError::writing(root, &error.into(), None))?;
            let schema = IndexSchema::new();
            let index = Index::create(directory.clone(), schema.tantivy().clone(), Default::default())
                .map_err(|error| IndexError::writing(root, &error, directory.failure()))?;
            write(
                root,
                &directory,
                &index,
                &schema,
                &records,
                &run.state,
                Lengths::default(),
                analyzer,
                progress,
            )?;
            lock.point_to(next, generation.is_none())?;
            lock.settle(Some(next))
        } else if let (Some(old), true) = (&old, run.changes.state_changed || !records.is_empty()) {
            let (directory, index, schema) = (old.directory(), old.index(), old.schema());
            write(root, directory, index, schema, &records, &run.state, old.lengths(), analyzer, progress)
        } else {
            Ok(())
        }
    };
    commit().inspect_err(|_| clear_up(root, &lock, files.clone()))?;
    let mut report = run.report;
    report.papers.total = OpenIndex::open(root)?.paper_count()? as usize;
    Ok(report)
}

/// Deletes what a failed run has written: it may be in the way of others, and the disk may
/// be full. What cannot be deleted is left to the next run.
fn clear_up(root: &Path, lock: &WriteLock, files: Arc<dyn Files>) {
    let Ok(pointer) = read_pointer(root) else { return };
    let settled = lock.settle(pointer.map(|pointer| pointer.generation));
    if let (Ok(()), Ok(index)) = (settled, OpenIndex::open_on(root, files)) {
        let _ = index.directory().settle();
    }
}

/// Writes the changes and the state as one commit, to an index whose fields have these
/// lengths so far. Any error ends the writer: the index stays as the last commit left it.
#[allow(clippy::too_many_arguments)]
fn write(
    root: &Path,
    directory: &SafeDirectory,
    index: &Index,
    schema: &IndexSchema,
    changes: &[RecordChange],
    state: &State,
    mut lengths: Lengths,
    analyzer: &Analyzer,
    progress: &mut dyn FnMut(Step),
) -> Result<(), IndexError> {
    let error = |error: tantivy::TantivyError| IndexError::writing(root, &error, directory.failure());
    let options = IndexWriterOptions::builder()
        // One worker: one segment a commit, documents in stable order.
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(WRITER_MEMORY)
        .build();
    let mut writer: IndexWriter = index.writer_with_options(options).map_err(error)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let id = schema.main(&ID);
    let document =
        |record| to_document(record, analyzer, schema).map_err(|source| IndexError::io(root, source.into()));
    for (done, change) in changes.iter().enumerate() {
        progress(Step::Writing(done, changes.len()));
        if let Some(before) = &change.before {
            writer.delete_term(Term::from_field_text(id, &change.id));
            lengths.lose(&document(before)?.1);
        }
        if let Some(record) = &change.after {
            let (document, own_lengths) = document(record)?;
            writer.add_document(document).map_err(error)?;
            lengths.gain(&own_lengths);
        }
    }
    progress(Step::Committing);
    let payload = state.write(directory, lengths).map_err(|source| error(source.into()))?;
    let mut commit = writer.prepare_commit().map_err(error)?;
    commit.set_payload(&payload.text().map_err(|source| error(source.into()))?);
    commit.commit().map_err(error)?;
    // The commit stands. A merge that fails is for the next run to do.
    let _ = merge(index, &mut writer);
    writer.wait_merging_threads().map_err(error)?;
    directory.clear_up();
    Ok(())
}

/// Merges small segments. Only after the commit: a merge that is under way while deletions
/// are committed, as after a killed run, was seen to bring deleted papers back.
fn merge(index: &Index, writer: &mut IndexWriter) -> tantivy::Result<()> {
    loop {
        let segments = index.searchable_segment_metas()?;
        let mut policy = LogMergePolicy::default();
        let papers: u32 = segments.iter().map(|segment| segment.max_doc()).sum();
        let deleted: u32 = segments.iter().map(|segment| segment.num_deleted_docs()).sum();
        if f64::from(deleted) > MOST_DELETED * f64::from(papers) {
            policy.set_del_docs_ratio_before_merge(MOST_DELETED as f32);
        }
        let candidates = policy.compute_merge_candidates(&segments);
        if candidates.is_empty() {
            return Ok(());
        }
        for candidate in candidates {
            writer.merge(&candidate.0).wait()?;
        }
    }
}
