//! Making the index match the digests.

use std::path::{Path, PathBuf};

use analysis::Analyzer;
use analysis::fields::ID;
use ingest::Format;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{Index, IndexWriter, Term};

use crate::check::ensure_sound;
use crate::digests::{find, gone, name};
use crate::directory::SafeDirectory;
use crate::document::to_document;
use crate::error::IndexError;
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

/// How to go about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether to read all digests under the paths anew, into a new generation that holds
    /// nothing else.
    pub rebuild: bool,
    /// The format to read the digests in; `None` leaves it to their content.
    pub format: Option<&'static Format>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
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
    /// So many digests are new, changed or gone.
    Stale(usize),
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
    let changed = found.files.iter().filter(|file| !state.is_settled(&name(&file.path), file)).count();
    Ok(match changed + gone(&state, &roots, &found).len() {
        0 => Freshness::Current,
        count => Freshness::Stale(count),
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
    IndexError::guard(root, || sync_unguarded(root, paths, options, analyzer, progress))
}

fn sync_unguarded(
    root: &Path,
    paths: &[PathBuf],
    options: Options,
    analyzer: &Analyzer,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, IndexError> {
    // A path that does not exist is an error before anything changes.
    let (roots, found) = find(paths)?;
    let lock = WriteLock::take(root)?;
    let pointer = match read_pointer(root) {
        // A damaged pointer is what rebuilding is for.
        Err(IndexError::Damaged { .. }) if options.rebuild => None,
        pointer => pointer?,
    };
    let old = match &pointer {
        Some(pointer) if !pointer.is_readable() && !options.rebuild => {
            return Err(pointer.other_version(root));
        }
        Some(pointer) if pointer.is_readable() => match OpenIndex::open(root) {
            Err(_) if options.rebuild => None,
            opened => Some(opened?),
        },
        _ => None,
    };
    lock.clean(pointer.as_ref().map(|pointer| pointer.generation));

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

    if fresh {
        let next = pointer.as_ref().map_or(1, |pointer| pointer.generation + 1);
        let generation = lock.make_generation(next)?;
        let schema = IndexSchema::new();
        let index = SafeDirectory::open(&generation)
            .map_err(tantivy::TantivyError::from)
            .and_then(|directory| Index::create(directory, schema.tantivy().clone(), Default::default()));
        let index = index.map_err(|error| IndexError::writing(root, &error))?;
        let lengths = Lengths::default();
        write(root, &generation, &index, &schema, &records, &run.state, lengths, analyzer, progress)?;
        lock.point_to(next)?;
        lock.clean(Some(next));
    } else if let (Some(old), true) = (&old, run.changes.state_changed || !records.is_empty()) {
        ensure_sound(old)?;
        let (generation, index, schema) = (old.generation(), old.index(), old.schema());
        write(root, generation, index, schema, &records, &run.state, old.lengths(), analyzer, progress)?;
    }
    let generation = read_pointer(root)?.map(|pointer| generation_path(root, pointer.generation));
    debug_assert!(generation.is_some_and(|generation| generation.is_dir()));
    let mut report = run.report;
    report.papers.total = OpenIndex::open(root)?.paper_count()? as usize;
    Ok(report)
}

/// Writes the changes and the state as one commit, to an index whose fields have these
/// lengths so far. Any error ends the writer: the index
/// stays as the last commit left it.
#[allow(clippy::too_many_arguments)]
fn write(
    root: &Path,
    generation: &Path,
    index: &Index,
    schema: &IndexSchema,
    changes: &[RecordChange],
    state: &State,
    mut lengths: Lengths,
    analyzer: &Analyzer,
    progress: &mut dyn FnMut(Step),
) -> Result<(), IndexError> {
    let error = |error: tantivy::TantivyError| IndexError::writing(root, &error);
    let options = IndexWriterOptions::builder()
        // One worker: one segment a commit, documents in stable order.
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(WRITER_MEMORY)
        .build();
    let mut writer: IndexWriter = index.writer_with_options(options).map_err(error)?;
    // A run that died between its files and its commit leaves files that the next commit
    // would trip over.
    writer.garbage_collect_files().wait().map_err(error)?;
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
    let payload = state.write(generation, lengths)?;
    let mut commit = writer.prepare_commit().map_err(error)?;
    commit.set_payload(&payload.text(generation)?);
    commit.commit().map_err(error)?;
    State::delete_others(generation, &payload);
    writer.wait_merging_threads().map_err(error)
}
