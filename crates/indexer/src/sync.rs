//! Making the index match the digests.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use analysis::Analyzer;
use analysis::fields::ID;
use ingest::{Digest, DigestFile, FindError, Format, Found};
use paper::{DigestRef, Occurrence, Record};
use tantivy::indexer::IndexWriterOptions;
use tantivy::{Index, IndexWriter, Term};
use xxhash_rust::xxh3::xxh3_64;

use crate::check::ensure_sound;
use crate::directory::SafeDirectory;
use crate::document::to_document;
use crate::error::IndexError;
use crate::folder::{WriteLock, generation_path, read_pointer};
use crate::open::OpenIndex;
use crate::report::{Notice, Report};
use crate::schema::IndexSchema;
use crate::state::{DigestState, Stamp, State};

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
    let mut run = Run {
        old: old.as_ref(),
        changes: Changes::default(),
        state: old_state,
        report: Report::default(),
        format: options.format,
    };
    let fresh = options.rebuild || old.is_none();
    run.read(&roots, found, fresh, progress);
    let records = run.records(fresh)?;

    if fresh {
        let next = pointer.as_ref().map_or(1, |pointer| pointer.generation + 1);
        let generation = lock.make_generation(next)?;
        let schema = IndexSchema::new();
        let index = SafeDirectory::open(&generation)
            .map_err(tantivy::TantivyError::from)
            .and_then(|directory| Index::create(directory, schema.tantivy().clone(), Default::default()));
        let index = index.map_err(|error| IndexError::writing(root, &error))?;
        write(root, &generation, &index, &schema, &records, &run.state, analyzer, progress)?;
        lock.point_to(next)?;
        lock.clean(Some(next));
    } else if let (Some(old), true) = (&old, run.changes.state_changed || !records.is_empty()) {
        ensure_sound(old)?;
        write(root, old.generation(), old.index(), old.schema(), &records, &run.state, analyzer, progress)?;
    }
    let generation = read_pointer(root)?.map(|pointer| generation_path(root, pointer.generation));
    debug_assert!(generation.is_some_and(|generation| generation.is_dir()));
    let mut report = run.report;
    report.papers.total = OpenIndex::open(root)?.paper_count()? as usize;
    Ok(report)
}

/// Finds the digests under canonical paths, so that the state knows each by one name.
fn find(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Found), IndexError> {
    let canonical =
        |path: &PathBuf| path.canonicalize().map_err(|source| FindError { path: path.clone(), source });
    let roots: Vec<PathBuf> = paths.iter().map(canonical).collect::<Result<_, _>>()?;
    let found = ingest::find(&roots)?;
    Ok((roots, found))
}

fn is_unchanged(state: &State, file: &DigestFile) -> bool {
    state.digests.get(&name(&file.path)).is_some_and(|known| known.is_unchanged(file))
}

/// Returns the known digests under the roots that are there no more. What could not be
/// looked at is not gone.
fn gone(state: &State, roots: &[PathBuf], found: &Found) -> Vec<String> {
    let there: HashSet<&Path> = found.files.iter().map(|file| file.path.as_path()).collect();
    let is_gone = |path: &Path| {
        roots.iter().any(|root| path.starts_with(root)) && !there.contains(path) && !unseen(found, path)
    };
    state.digests.keys().filter(|name| is_gone(Path::new(name))).cloned().collect()
}

/// Whether something keeps the place of a digest from being looked at.
fn unseen(found: &Found, path: &Path) -> bool {
    found.problems.iter().any(|problem| path.starts_with(&problem.path))
}

/// The name of a digest in the index. Found files have Unicode paths.
fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What the digests have that the index has not.
#[derive(Default)]
struct Changes {
    /// The digests whose papers the index must forget or replace.
    touched: BTreeSet<String>,
    /// The papers of new and changed digests, by id.
    occurrences: BTreeMap<String, Vec<Occurrence>>,
    /// Whether the state differs from the committed one.
    state_changed: bool,
}

/// One run: the index before, the state after, and what happens in between.
struct Run<'a> {
    old: Option<&'a OpenIndex>,
    changes: Changes,
    state: State,
    report: Report,
    format: Option<&'static Format>,
}

/// A paper to write or to delete.
struct RecordChange {
    id: String,
    record: Option<Record>,
}

impl Run<'_> {
    /// Reads what is new or changed; `fresh`: everything, and nothing else is kept.
    fn read(&mut self, roots: &[PathBuf], found: Found, fresh: bool, progress: &mut dyn FnMut(Step)) {
        for problem in &found.problems {
            self.report.digests.failed += 1;
            self.fail(&name(&problem.path), None, problem.message.clone());
        }
        for gone in gone(&self.state, roots, &found) {
            self.forget(gone);
        }
        let known: HashSet<String> = found.files.iter().map(|file| name(&file.path)).collect();
        self.state.failed.retain(|file, _| known.contains(file));
        if fresh {
            let elsewhere: Vec<String> =
                self.state.digests.keys().filter(|name| !known.contains(*name)).cloned().collect();
            for digest in elsewhere {
                match unseen(&found, Path::new(&digest)) {
                    true => self.carry_over(digest),
                    false => self.forget(digest),
                }
            }
        }
        let all = found.files.len();
        for (done, file) in found.files.into_iter().enumerate() {
            progress(Step::Reading(done, all));
            if !fresh && is_unchanged(&self.state, &file) {
                self.report.digests.unchanged += 1;
            } else {
                self.read_digest(&file, fresh);
            }
        }
    }

    fn read_digest(&mut self, file: &DigestFile, fresh: bool) {
        let digest_name = name(&file.path);
        let read_at = SystemTime::now();
        let bytes = match ingest::read(&file.path) {
            Ok(bytes) => bytes,
            Err(error) => return self.keep(file, read_at, fresh, None, error.to_string()),
        };
        let known = self.state.digests.get(&digest_name);
        let same = known.is_some_and(|known| known.hash == xxh3_64(&bytes));
        if same && !fresh {
            // Touched, not changed: only its time is noted.
            let (date, papers) = known.map_or((None, 0), |known| (known.date, known.papers as usize));
            self.note(digest_name, DigestState::new(file, &bytes, read_at, date, papers));
            self.report.digests.unchanged += 1;
            return;
        }
        match ingest::parse_as(&bytes, self.format) {
            // It may always have been something else; a digest is not lost unseen.
            Err(_) if file.may_be_other() && known.is_none() => {
                self.settle(file, read_at);
            }
            Ok(digest) => {
                let counts = &mut self.report.digests;
                match known {
                    Some(_) if !fresh => counts.changed += 1,
                    _ => counts.added += 1,
                }
                let papers = digest.entries.len();
                self.note(digest_name.clone(), DigestState::new(file, &bytes, read_at, digest.date, papers));
                self.take(digest_name, digest);
            }
            Err(error) => self.keep(file, read_at, fresh, error.line(), error.to_string()),
        }
    }

    /// Notes a file without papers as it is, so that nobody is told again.
    fn settle(&mut self, file: &DigestFile, read_at: SystemTime) {
        if let Some(stamp) = Stamp::settled(file, read_at) {
            self.changes.state_changed |= self.state.failed.insert(name(&file.path), stamp) != Some(stamp);
        }
    }

    fn note(&mut self, digest: String, state: DigestState) {
        self.changes.state_changed |= self.state.failed.remove(&digest).is_some();
        let before = self.state.digests.insert(digest, state.clone());
        self.changes.state_changed |= before != Some(state);
    }

    /// Takes the papers of a digest.
    fn take(&mut self, digest_name: String, digest: Digest) {
        for diagnostic in &digest.diagnostics {
            self.report.notices.push(Notice {
                file: digest_name.clone(),
                line: Some(diagnostic.line),
                message: diagnostic.oddity.to_string(),
                is_failure: false,
            });
        }
        for (entry, position) in digest.entries.into_iter().zip(1..) {
            let occurrence = Occurrence {
                digest: DigestRef { file: digest_name.clone(), date: digest.date },
                position,
                paper: entry.paper,
            };
            self.changes.occurrences.entry(occurrence.paper.key()).or_default().push(occurrence);
        }
        self.changes.touched.insert(digest_name);
    }

    /// Keeps a digest that cannot be read as the index has it.
    fn keep(
        &mut self,
        file: &DigestFile,
        read_at: SystemTime,
        fresh: bool,
        line: Option<usize>,
        message: String,
    ) {
        let digest = name(&file.path);
        self.report.digests.failed += 1;
        self.settle(file, read_at);
        self.fail(&digest, line, message);
        if !fresh || !self.state.digests.contains_key(&digest) {
            return;
        }
        self.carry_over(digest);
    }

    /// Takes what the index has of a digest into a new generation, which begins empty.
    fn carry_over(&mut self, digest: String) {
        match self.old.map(|old| old.records_of_digest(&digest)) {
            Some(Ok(records)) => {
                for record in records {
                    let id = record.id.clone();
                    let own = record
                        .into_occurrences()
                        .into_iter()
                        .filter(|occurrence| occurrence.digest.file == digest);
                    self.changes.occurrences.entry(id).or_default().extend(own);
                }
            }
            _ => {
                self.state.digests.remove(&digest);
            }
        }
    }

    fn forget(&mut self, digest: String) {
        self.state.digests.remove(&digest);
        self.report.digests.removed += 1;
        self.changes.touched.insert(digest);
        self.changes.state_changed = true;
    }

    fn fail(&mut self, file: &str, line: Option<usize>, message: String) {
        // Errors of reading name the file themselves.
        let message = message.strip_prefix(&format!("{file}: ")).map_or(message.clone(), str::to_string);
        self.report.notices.push(Notice { file: file.to_string(), line, message, is_failure: true });
    }

    /// Works out which papers must be written or deleted, and counts them.
    fn records(&mut self, fresh: bool) -> Result<Vec<RecordChange>, IndexError> {
        let mut occurrences = std::mem::take(&mut self.changes.occurrences);
        if fresh {
            let records: Vec<RecordChange> = occurrences
                .into_iter()
                .map(|(id, occurrences)| RecordChange { record: Record::new(id.clone(), occurrences), id })
                .collect();
            self.report.papers.added = records.len();
            return Ok(records);
        }
        let Some(old) = self.old else {
            return Ok(Vec::new());
        };
        // Papers of touched digests lose what these said of them.
        let mut before: BTreeMap<String, Record> = BTreeMap::new();
        for digest in &self.changes.touched {
            for record in old.records_of_digest(digest)? {
                before.insert(record.id.clone(), record);
            }
        }
        for id in occurrences.keys() {
            if !before.contains_key(id)
                && let Some(record) = old.record(id)?
            {
                before.insert(id.clone(), record);
            }
        }
        let mut changes = Vec::new();
        let ids: BTreeSet<String> = before.keys().chain(occurrences.keys()).cloned().collect();
        for id in ids {
            let before = before.remove(&id);
            let mut all = occurrences.remove(&id).unwrap_or_default();
            if let Some(record) = &before {
                all.extend(
                    record
                        .occurrences()
                        .iter()
                        .filter(|occurrence| !self.changes.touched.contains(&occurrence.digest.file))
                        .cloned(),
                );
            }
            let after = Record::new(id.clone(), all);
            let counts = &mut self.report.papers;
            match (&before, &after) {
                // What did not change is not written again: deleted copies would count
                // in the engine's statistics.
                (Some(before), Some(after)) if before == after => continue,
                (Some(_), Some(_)) => counts.updated += 1,
                (Some(_), None) => counts.removed += 1,
                (None, Some(_)) => counts.added += 1,
                (None, None) => continue,
            }
            changes.push(RecordChange { id, record: after });
        }
        Ok(changes)
    }
}

/// Writes the changes and the state as one commit. Any error ends the writer: the index
/// stays as the last commit left it.
#[allow(clippy::too_many_arguments)]
fn write(
    root: &Path,
    generation: &Path,
    index: &Index,
    schema: &IndexSchema,
    changes: &[RecordChange],
    state: &State,
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
    for (done, change) in changes.iter().enumerate() {
        progress(Step::Writing(done, changes.len()));
        writer.delete_term(Term::from_field_text(id, &change.id));
        if let Some(record) = &change.record {
            let document = to_document(record, analyzer, schema)
                .map_err(|source| IndexError::io(root, source.into()))?;
            writer.add_document(document).map_err(error)?;
        }
    }
    progress(Step::Committing);
    let payload = state.write(generation)?;
    let mut commit = writer.prepare_commit().map_err(error)?;
    commit.set_payload(&payload);
    commit.commit().map_err(error)?;
    State::delete_others(generation, &payload);
    writer.wait_merging_threads().map_err(error)
}
