//! One run of the indexer, up to the commit: what is read, and what changes for it.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ingest::{Diagnostic, DigestFile, Format, Found, Oddity};
use paper::Record;

use crate::digests::{gone, name, unseen};
use crate::error::IndexError;
use crate::files::Files;
use crate::lengths::Lengths;
use crate::open::OpenIndex;
use crate::parallel::in_order;
use crate::reading::{Content, Reading, Unread};
use crate::report::{Notice, Report};
use crate::shelf::{Kept, Papers, Parcel, Shelf};
use crate::state::{DigestState, Stamp, State};
use crate::sync::{Options, Step};

/// What the digests have that the index has not.
#[derive(Default)]
pub(crate) struct Changes {
    /// The digests whose papers the index must forget or replace.
    pub(crate) touched: BTreeSet<String>,
    /// The papers of new and changed digests.
    pub(crate) papers: Papers,
    /// Whether the state differs from the committed one.
    pub(crate) state_changed: bool,
}

/// One run: the index before, the state after, and what happens in between.
pub(crate) struct Run<'a> {
    root: &'a Path,
    old: Option<&'a OpenIndex>,
    /// Whether all digests are read, and nothing else is kept.
    fresh: bool,
    format: Option<&'static Format>,
    pub(crate) shelf: Shelf,
    pub(crate) changes: Changes,
    /// The papers that the run may change, as the index has them.
    pub(crate) before: Papers,
    pub(crate) state: State,
    pub(crate) report: Report,
}

/// What becomes of a paper.
pub(crate) struct RecordChange {
    /// The lengths of its fields, if the index has it.
    pub(crate) before: Option<Lengths>,
    /// As it shall be.
    pub(crate) after: Option<Record>,
}

impl Run<'_> {
    /// Begins a run on the index there is in `root`, which is in this state; `fresh`: all
    /// digests are read into an index of their own, and of the old one only what cannot be
    /// read.
    pub(crate) fn new<'a>(
        files: Arc<dyn Files>,
        root: &'a Path,
        old: Option<&'a OpenIndex>,
        state: State,
        fresh: bool,
        options: Options,
    ) -> Run<'a> {
        Run {
            root,
            old,
            fresh,
            format: options.format,
            shelf: Shelf::new(files, root, options.kept_in_memory),
            changes: Changes::default(),
            before: Papers::default(),
            state,
            report: Report::default(),
        }
    }

    /// Ends the run; what it reports is left of it.
    pub(crate) fn into_report(self) -> Report {
        self.report
    }

    /// The index that this run changes.
    fn base(&self) -> Option<&OpenIndex> {
        self.old.filter(|_| !self.fresh)
    }

    fn is_unchanged(&self, file: &DigestFile, name: &str) -> bool {
        self.state.digests.get(name).is_some_and(|known| known.is_unchanged(file))
    }

    /// An error of the shelf.
    pub(crate) fn shelving(&self, error: io::Error) -> IndexError {
        IndexError::io(self.root, error)
    }

    /// Reads what is new or changed, or all there is.
    pub(crate) fn read(
        &mut self,
        roots: &[PathBuf],
        found: Found,
        progress: &mut dyn FnMut(Step),
    ) -> Result<(), IndexError> {
        for problem in &found.problems {
            self.report.digests.failed += 1;
            self.fail(&name(&problem.path), None, problem.message.clone());
        }
        for gone in gone(&self.state, roots, &found) {
            self.forget(gone);
        }
        let known: HashSet<String> = found.files.iter().map(|file| name(&file.path).into_owned()).collect();
        self.state.failed.retain(|file, _| known.contains(file));
        if self.fresh {
            let elsewhere: Vec<String> =
                self.state.digests.keys().filter(|name| !known.contains(*name)).cloned().collect();
            for digest in elsewhere {
                match unseen(&found, Path::new(&digest)) {
                    true => self.carry_over(digest)?,
                    false => self.forget(digest),
                }
            }
        }
        let mut unread = Vec::new();
        for file in found.files {
            let name = name(&file.path).into_owned();
            if !self.fresh && self.is_unchanged(&file, &name) {
                self.report.digests.unchanged += 1;
            } else {
                let known = self.state.digests.get(&name).cloned();
                unread.push(Unread { file, name, known });
            }
        }
        let (all, mut done) = (unread.len(), 0);
        let (format, fresh) = (self.format, self.fresh);
        in_order(
            unread.into_iter(),
            |unread| unread.file.size as usize,
            |unread| unread.read(format, fresh),
            |reading| {
                progress(Step::Reading(done, all));
                done += 1;
                self.take(reading)
            },
        )
    }

    /// Takes what a digest holds into the run.
    fn take(&mut self, reading: io::Result<Reading>) -> Result<(), IndexError> {
        let Reading { file, name, is_known, read_at, content } =
            reading.map_err(|error| self.shelving(error))?;
        match content {
            Content::Failed { line, message } => self.keep(&file, read_at, line, message)?,
            Content::Same(state) => {
                self.note(name, state);
                self.report.digests.unchanged += 1;
            }
            // It may always have been something else; a digest is not lost unseen.
            Content::Other => self.settle(&file, read_at),
            Content::Papers { state, diagnostics, papers } => {
                let counts = &mut self.report.digests;
                match is_known && !self.fresh {
                    true => counts.changed += 1,
                    false => counts.added += 1,
                }
                self.note(name.clone(), state);
                self.tell(&name, &diagnostics);
                self.add(name, &papers)?;
            }
        }
        Ok(())
    }

    /// Notes a file without papers as it is, so that nobody is told again.
    fn settle(&mut self, file: &DigestFile, read_at: SystemTime) {
        if let Some(stamp) = Stamp::settled(file, read_at) {
            self.changes.state_changed |=
                self.state.failed.insert(name(&file.path).into_owned(), stamp) != Some(stamp);
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

    /// Puts the papers of a digest on the shelf; from then on they are what it says.
    pub(crate) fn add(&mut self, digest: String, papers: &[Parcel]) -> Result<(), IndexError> {
        let number = self.shelf.number(&digest);
        for parcel in papers {
            let put = self.shelf.put(&mut self.changes.papers, number, parcel);
            put.map_err(|error| self.shelving(error))?;
        }
        self.changes.touched.insert(digest);
        Ok(())
    }

    /// Keeps a digest that cannot be read as the index has it.
    fn keep(
        &mut self,
        file: &DigestFile,
        read_at: SystemTime,
        line: Option<usize>,
        message: String,
    ) -> Result<(), IndexError> {
        let digest = name(&file.path).into_owned();
        self.report.digests.failed += 1;
        self.settle(file, read_at);
        self.fail(&digest, line, message);
        if !self.fresh || !self.state.digests.contains_key(&digest) {
            return Ok(());
        }
        self.carry_over(digest)
    }

    /// Takes what the index has of a digest into a new generation, which begins empty.
    fn carry_over(&mut self, digest: String) -> Result<(), IndexError> {
        let Some(Ok(records)) = self.old.map(|old| old.records_of_digest(&digest)) else {
            self.state.digests.remove(&digest);
            return Ok(());
        };
        let number = self.shelf.number(&digest);
        for (record, _) in records {
            let own = record.occurrences().iter().filter(|occurrence| occurrence.digest.file == digest);
            for occurrence in own {
                let put = Parcel::of(record.id.clone(), occurrence)
                    .and_then(|parcel| self.shelf.put(&mut self.changes.papers, number, &parcel));
                put.map_err(|error| self.shelving(error))?;
            }
        }
        Ok(())
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

    /// Whether what the digest says is among the changes.
    pub(crate) fn is_read(&self, digest: &str) -> bool {
        self.fresh || self.changes.touched.contains(digest)
    }

    /// Whether what a digest said of a paper before this run still holds.
    pub(crate) fn stays(&self, occurrence: &Kept) -> bool {
        !self.changes.touched.contains(self.shelf.digest(occurrence.digest))
    }

    /// Takes from the index the papers that this run may change: those of touched digests
    /// lose what these said of them, others gain.
    pub(crate) fn look_up(&mut self) -> Result<(), IndexError> {
        let Some(old) = self.old.filter(|_| !self.fresh) else { return Ok(()) };
        let touched: Vec<String> = self.changes.touched.iter().cloned().collect();
        for digest in touched {
            self.look_up_digest(&digest)?;
        }
        for id in self.changes.papers.keys() {
            if !self.before.contains_key(id)
                && let Some((record, lengths)) = old.record_and_lengths(id)?
            {
                let put = self.shelf.put_record(&mut self.before, &record, lengths);
                put.map_err(|error| IndexError::io(self.root, error))?;
            }
        }
        Ok(())
    }

    /// Takes from the index the papers of a digest.
    pub(crate) fn look_up_digest(&mut self, digest: &str) -> Result<(), IndexError> {
        let records = match self.base() {
            Some(old) => old.records_of_digest(digest)?,
            None => Vec::new(),
        };
        for (record, lengths) in records {
            let put = self.shelf.put_record(&mut self.before, &record, lengths);
            put.map_err(|error| self.shelving(error))?;
        }
        Ok(())
    }

    /// Whether there may be anything to commit.
    pub(crate) fn changes_anything(&self) -> bool {
        self.changes.state_changed || !self.changes.touched.is_empty()
    }

    /// Returns the ids of the papers that may change, in order.
    pub(crate) fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> =
            self.before.keys().chain(self.changes.papers.keys()).map(|id| &**id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Returns how large the new occurrences of a paper are, in bytes.
    pub(crate) fn size(&self, id: &str) -> usize {
        let new = self.changes.papers.get(id);
        new.into_iter().flat_map(|paper| &paper.occurrences).map(|kept| kept.bytes as usize).sum()
    }

    /// Works out whether a paper must be written or deleted.
    pub(crate) fn change(&self, id: &str) -> Result<Option<RecordChange>, IndexError> {
        let take = |kept: &Kept| self.shelf.get(kept).map_err(|error| self.shelving(error));
        let mut all = Vec::new();
        for kept in self.changes.papers.get(id).into_iter().flat_map(|paper| &paper.occurrences) {
            all.push(take(kept)?);
        }
        let mut before = None;
        if let Some(paper) = self.before.get(id) {
            let known = paper.occurrences.iter().map(take).collect::<Result<Vec<_>, _>>()?;
            let staying = paper.occurrences.iter().zip(&known).filter(|(kept, _)| self.stays(kept));
            all.extend(staying.map(|(_, occurrence)| occurrence.clone()));
            before = Record::new(id.to_string(), known);
        }
        let after = Record::new(id.to_string(), all);
        // What did not change is not written again: the deleted copy would stay on the disk
        // until segments merge.
        if before == after {
            return Ok(None);
        }
        let lengths = self.before.get(id).map(|paper| paper.lengths.as_deref().cloned().unwrap_or_default());
        Ok(Some(RecordChange { before: lengths, after }))
    }
}
