//! One run of the indexer, up to the commit: what is read, and what changes for it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ingest::{Diagnostic, Digest, DigestFile, Format, Found, KnownTitles, Oddity};
use paper::{DigestRef, Occurrence, Record};
use xxhash_rust::xxh3::xxh3_64;

use crate::digests::{gone, name, unseen};
use crate::error::IndexError;
use crate::open::OpenIndex;
use crate::report::{Notice, Report};
use crate::state::{DigestState, Stamp, State};
use crate::sync::Step;

/// What the digests have that the index has not.
#[derive(Default)]
pub(crate) struct Changes {
    /// The digests whose papers the index must forget or replace.
    pub(crate) touched: BTreeSet<String>,
    /// The papers of new and changed digests, by id.
    pub(crate) occurrences: BTreeMap<String, Vec<Occurrence>>,
    /// Whether the state differs from the committed one.
    pub(crate) state_changed: bool,
}

/// One run: the index before, the state after, and what happens in between.
pub(crate) struct Run<'a> {
    old: Option<&'a OpenIndex>,
    /// Whether all digests are read, and nothing else is kept.
    fresh: bool,
    format: Option<&'static Format>,
    pub(crate) changes: Changes,
    pub(crate) state: State,
    pub(crate) report: Report,
}

/// A paper to write or to delete.
pub(crate) struct RecordChange {
    pub(crate) id: String,
    /// As the index has it.
    pub(crate) before: Option<Record>,
    /// As it shall be.
    pub(crate) after: Option<Record>,
}

impl Run<'_> {
    /// Begins a run on the index there is, which is in this state; `fresh`: all digests
    /// are read into an index of their own, and of the old one only what cannot be read.
    pub(crate) fn new<'a>(
        old: Option<&'a OpenIndex>,
        state: State,
        fresh: bool,
        format: Option<&'static Format>,
    ) -> Run<'a> {
        Run { old, fresh, format, changes: Changes::default(), state, report: Report::default() }
    }

    /// The index that this run changes.
    fn base(&self) -> Option<&OpenIndex> {
        self.old.filter(|_| !self.fresh)
    }

    fn is_unchanged(&self, file: &DigestFile) -> bool {
        self.state.digests.get(&name(&file.path)).is_some_and(|known| known.is_unchanged(file))
    }

    /// Reads what is new or changed, or all there is.
    pub(crate) fn read(&mut self, roots: &[PathBuf], found: Found, progress: &mut dyn FnMut(Step)) {
        for problem in &found.problems {
            self.report.digests.failed += 1;
            self.fail(&name(&problem.path), None, problem.message.clone());
        }
        for gone in gone(&self.state, roots, &found) {
            self.forget(gone);
        }
        let known: HashSet<String> = found.files.iter().map(|file| name(&file.path)).collect();
        self.state.failed.retain(|file, _| known.contains(file));
        if self.fresh {
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
            if !self.fresh && self.is_unchanged(&file) {
                self.report.digests.unchanged += 1;
            } else {
                self.read_digest(&file);
            }
        }
    }

    fn read_digest(&mut self, file: &DigestFile) {
        let digest_name = name(&file.path);
        let read_at = SystemTime::now();
        let bytes = match ingest::read(&file.path) {
            Ok(bytes) => bytes,
            Err(error) => return self.keep(file, read_at, None, error.to_string()),
        };
        let known = self.state.digests.get(&digest_name);
        if let Some(known) = known.filter(|known| !self.fresh && known.hash == xxh3_64(&bytes)) {
            // Touched, not changed: only its time is noted.
            let known = known.seen_again(file, &bytes, read_at);
            self.note(digest_name, known);
            self.report.digests.unchanged += 1;
            return;
        }
        match ingest::parse_as(&bytes, self.format, &KnownTitles::default()) {
            // It may always have been something else; a digest is not lost unseen.
            Err(_) if file.may_be_other() && known.is_none() => {
                self.settle(file, read_at);
            }
            Ok(digest) => {
                let counts = &mut self.report.digests;
                match known {
                    Some(_) if !self.fresh => counts.changed += 1,
                    _ => counts.added += 1,
                }
                self.note(digest_name.clone(), DigestState::new(file, &bytes, read_at, &digest));
                self.tell(&digest_name, &digest.diagnostics);
                self.take(digest_name, digest);
            }
            Err(error) => self.keep(file, read_at, error.line(), error.to_string()),
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

    /// Notes what is odd in a digest.
    pub(crate) fn tell(&mut self, digest: &str, diagnostics: &[Diagnostic]) {
        self.report.notices.extend(diagnostics.iter().map(|diagnostic| Notice {
            file: digest.to_string(),
            line: Some(diagnostic.line),
            message: diagnostic.oddity.to_string(),
            is_failure: false,
            is_open_title: matches!(diagnostic.oddity, Oddity::UncertainTitle { .. }),
        }));
    }

    /// Takes the papers of a digest; of one that it holds twice the better entry.
    pub(crate) fn take(&mut self, digest_name: String, digest: Digest) {
        let mut papers: BTreeMap<String, Vec<Occurrence>> = BTreeMap::new();
        for (entry, position) in digest.entries.into_iter().zip(1..) {
            papers.entry(entry.paper.key()).or_default().push(Occurrence {
                digest: DigestRef { file: digest_name.clone(), date: digest.date },
                position,
                paper: entry.paper,
                certain_title: entry.certain,
            });
        }
        for (id, entries) in papers {
            let best = Record::new(id.clone(), entries).map(Record::into_occurrences);
            self.changes.occurrences.entry(id).or_default().extend(best.into_iter().flatten());
        }
        self.changes.touched.insert(digest_name);
    }

    /// Keeps a digest that cannot be read as the index has it.
    fn keep(&mut self, file: &DigestFile, read_at: SystemTime, line: Option<usize>, message: String) {
        let digest = name(&file.path);
        self.report.digests.failed += 1;
        self.settle(file, read_at);
        self.fail(&digest, line, message);
        if !self.fresh || !self.state.digests.contains_key(&digest) {
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
        self.report.notices.push(Notice {
            file: file.to_string(),
            line,
            message,
            is_failure: true,
            is_open_title: false,
        });
    }

    /// Works out which papers must be written or deleted, and counts them.
    pub(crate) fn records(&mut self) -> Result<Vec<RecordChange>, IndexError> {
        let mut before = self.before()?;
        self.settle_titles(&mut before)?;
        let mut occurrences = std::mem::take(&mut self.changes.occurrences);
        let mut changes = Vec::new();
        let ids: BTreeSet<String> = before.keys().chain(occurrences.keys()).cloned().collect();
        for id in ids {
            let before = before.remove(&id);
            let mut all = occurrences.remove(&id).unwrap_or_default();
            if let Some(record) = &before {
                all.extend(record.occurrences().iter().filter(|known| self.stays(known)).cloned());
            }
            let after = Record::new(id.clone(), all);
            let counts = &mut self.report.papers;
            match (&before, &after) {
                // What did not change is not written again: the deleted copy would stay on
                // the disk until segments merge.
                (Some(before), Some(after)) if before == after => continue,
                (Some(_), Some(_)) => counts.updated += 1,
                (Some(_), None) => counts.removed += 1,
                (None, Some(_)) => counts.added += 1,
                (None, None) => continue,
            }
            changes.push(RecordChange { id, before, after });
        }
        Ok(changes)
    }

    /// Whether what the digest says is among the changes.
    pub(crate) fn is_read(&self, digest: &str) -> bool {
        self.fresh || self.changes.touched.contains(digest)
    }

    /// Whether what a digest said of a paper before this run still holds.
    pub(crate) fn stays(&self, occurrence: &Occurrence) -> bool {
        !self.changes.touched.contains(&occurrence.digest.file)
    }

    /// Returns, as the index has them, the papers that this run may change: those of
    /// touched digests lose what these said of them, others gain.
    fn before(&self) -> Result<BTreeMap<String, Record>, IndexError> {
        let mut before = BTreeMap::new();
        for digest in &self.changes.touched {
            before.extend(self.known_records(digest)?);
        }
        for id in self.changes.occurrences.keys() {
            if let Some(old) = self.base().filter(|_| !before.contains_key(id))
                && let Some(record) = old.record(id)?
            {
                before.insert(id.clone(), record);
            }
        }
        Ok(before)
    }

    /// Returns the papers of a digest, as the index has them.
    pub(crate) fn known_records(
        &self,
        digest: &str,
    ) -> Result<impl Iterator<Item = (String, Record)>, IndexError> {
        let records = match self.base() {
            Some(old) => old.records_of_digest(digest)?,
            None => Vec::new(),
        };
        Ok(records.into_iter().map(|record| (record.id.clone(), record)))
    }
}
