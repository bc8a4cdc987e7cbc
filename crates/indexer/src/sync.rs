//! Making the index match the digests.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::Analyzer;
use ingest::{DigestFile, Format};
use tantivy::Index;
use xxhash_rust::xxh3::xxh3_64;

use crate::digests::{find, gone, name};
use crate::directory::SafeDirectory;
use crate::error::IndexError;
use crate::files::{Disk, Files};
use crate::folder::{WriteLock, generation_path, read_pointer};
use crate::lengths::Lengths;
use crate::open::{LastCommit, OpenIndex};
use crate::report::{PaperCounts, Report};
use crate::run::Run;
use crate::schema::IndexSchema;
use crate::state::State;
use crate::write::Target;

/// How to go about it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether to read all digests under the paths anew, into a new generation that holds
    /// nothing else.
    pub rebuild: bool,
    /// The format to read the digests in; `None` leaves it to their content.
    pub format: Option<&'static Format>,
    /// Whether to wait until nobody else is writing to the index, or else to stop.
    pub wait: bool,
    /// How much of the papers that are read is kept in memory until they are written, in
    /// bytes. What is more is put aside in a file without a name.
    pub kept_in_memory: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { rebuild: false, format: None, wait: false, kept_in_memory: 32 << 20 }
    }
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
    let state = LastCommit::state(root)?;
    let (roots, found) = find(paths)?;
    let changed: Vec<&DigestFile> =
        found.files.iter().filter(|file| !state.is_settled(&name(&file.path), file)).collect();
    // Where nothing changed, each file is one of those that the index knows.
    let all_there = changed.is_empty() && found.files.len() == state.digests.len() && state.failed.is_empty();
    let gone = if all_there { Vec::new() } else { gone(&state, &roots, &found) };
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
    let is_brief = found.files.iter().map(|file| file.size).sum::<u64>() <= BRIEF;
    if is_brief {
        keep_blocks();
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
        Some(pointer) if pointer.is_readable() => match OpenIndex::open_on(root, files.clone(), is_brief) {
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
    let mut run = Run::new(files.clone(), root, old.as_ref(), old_state, fresh, options);
    run.read(&roots, found, progress)?;
    run.look_up()?;
    run.settle_titles()?;
    run.shelf.put_aside().map_err(|source| IndexError::io(root, source))?;

    let commit = || {
        if fresh {
            let next = lock.make_generation(generation)?;
            let directory = SafeDirectory::create(&generation_path(root, next), files.clone())
                .map_err(|error| IndexError::writing(root, &error.into(), None))?;
            let schema = IndexSchema::new();
            let index = Index::create(directory.clone(), schema.tantivy().clone(), IndexSchema::settings())
                .map_err(|error| IndexError::writing(root, &error, directory.failure()))?;
            let target = Target { root, directory: &directory, index: &index, schema: &schema };
            let report = target.write(run, Lengths::default(), analyzer, progress)?;
            lock.point_to(next, generation.is_none())?;
            lock.settle(Some(next))?;
            Ok(report)
        } else if let (Some(old), true) = (&old, run.changes_anything()) {
            let (directory, index, schema) = (old.directory(), old.index(), old.schema());
            Target { root, directory, index, schema }.write(run, old.lengths(), analyzer, progress)
        } else {
            Ok(run.into_report())
        }
    };
    let mut report = commit().inspect_err(|_| clear_up(root, &lock, files.clone()))?;
    let kept = old.as_ref().filter(|_| !fresh).map_or(0, OpenIndex::paper_count);
    let PaperCounts { added, removed, .. } = report.papers;
    report.papers.total = (kept as usize + added).saturating_sub(removed);
    Ok(report)
}

/// Up to how many bytes of digests a run is brief: what it does once, whatever they are, takes longer
/// than they do.
const BRIEF: u64 = 1 << 20;

/// Has the allocator keep blocks that are given back to it. glibc gives those that are larger than any
/// it has seen go to the system at once, and the tables of each field's terms, made one after the
/// other, come anew from there, page by page, each a trap into the kernel. To other allocators this
/// is nothing; in long runs blocks that grow would be copied for it.
fn keep_blocks() {
    const LARGEST: usize = 8 << 20;
    drop(black_box(Vec::<u8>::with_capacity(LARGEST)));
}

/// Deletes what a failed run has written: it may be in the way of others, and the disk may
/// be full. What cannot be deleted is left to the next run.
fn clear_up(root: &Path, lock: &WriteLock, files: Arc<dyn Files>) {
    let Ok(pointer) = read_pointer(root) else { return };
    let settled = lock.settle(pointer.map(|pointer| pointer.generation));
    if let (Ok(()), Ok(index)) = (settled, OpenIndex::open_on(root, files, false)) {
        let _ = index.directory().settle();
    }
}
