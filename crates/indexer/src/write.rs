//! Writing the changes of a run as one commit.

use std::ops::RangeInclusive;
use std::path::Path;

use analysis::Analyzer;
use analysis::fields::ID;
use tantivy::{Index, SegmentMeta, TantivyDocument};

use crate::deletions::delete;
use crate::directory::SafeDirectory;
use crate::document::to_document;
use crate::error::IndexError;
use crate::lengths::Lengths;
use crate::merge::merge;
use crate::parallel::{beside, in_order};
use crate::report::{PaperCounts, Report};
use crate::run::{RecordChange, Run};
use crate::schema::IndexSchema;
use crate::segments::Segments;
use crate::state::Payload;
use crate::sync::Step;

/// How many papers are made into documents at a time, by one core: few enough that all cores
/// have some of a single digest, and many in a long run, where a core that has to wait for the
/// next ones sleeps. Within these bounds a run has so many parts.
const PAPERS_AT_A_TIME: RangeInclusive<usize> = 4..=32;
const PARTS: usize = 64;

/// A paper to write or to delete, ready for the engine.
struct Change<'a> {
    id: &'a str,
    before: Option<Lengths>,
    after: Option<(TantivyDocument, Lengths)>,
}

/// What a run wrote, before it is a commit.
struct Written<'a> {
    counts: PaperCounts,
    /// The lengths of the fields of all papers, once it is.
    lengths: Lengths,
    segments: Vec<SegmentMeta>,
    /// The papers whose old documents go.
    replaced: Vec<&'a str>,
}

/// The index that is written to.
pub(crate) struct Target<'a> {
    pub(crate) root: &'a Path,
    pub(crate) directory: &'a SafeDirectory,
    pub(crate) index: &'a Index,
    pub(crate) schema: &'a IndexSchema,
}

impl Target<'_> {
    /// Writes the changes of a run and its state as one commit, to an index whose fields have
    /// these lengths so far, and merges small segments. After any error the index stays as the last
    /// commit left it. Returns what the run reports.
    pub(crate) fn write(
        &self,
        run: Run,
        lengths: Lengths,
        analyzer: &Analyzer,
        progress: &mut dyn FnMut(Step),
    ) -> Result<Report, IndexError> {
        let papers = self.write_commit(&run, lengths, analyzer, progress)?;
        // With the run goes what it knows of each paper, of a million some 200 MB: merges need memory, too.
        let report = Report { papers, ..run.into_report() };
        // The commit stands. A merge that fails is for the next run to do.
        let _ = merge(self.index, self.directory);
        Ok(report)
    }

    fn write_commit(
        &self,
        run: &Run,
        lengths: Lengths,
        analyzer: &Analyzer,
        progress: &mut dyn FnMut(Step),
    ) -> Result<PaperCounts, IndexError> {
        let ids = run.ids();
        let (state, written) = beside(
            || run.state.write(self.directory),
            || self.write_segments(run, &ids, lengths, analyzer, progress),
        );
        let Written { counts, lengths, segments, replaced } = written?;
        progress(Step::Committing);
        let payload = state.and_then(|state| Payload { state, lengths }.text());
        let payload = payload.map_err(|source| self.error(source.into()))?;
        self.commit(segments, &replaced, payload).map_err(|error| self.error(error))?;
        Ok(counts)
    }

    /// Writes the papers of a run as segments that no commit has yet.
    ///
    /// All cores make documents, one thread takes them, in the order of their ids: the same
    /// papers are the same documents, however many cores there are.
    fn write_segments<'a>(
        &self,
        run: &Run,
        ids: &[&'a str],
        mut lengths: Lengths,
        analyzer: &Analyzer,
        progress: &mut dyn FnMut(Step),
    ) -> Result<Written<'a>, IndexError> {
        let mut segments = Segments::new(self.index, ids.len(), ids.iter().map(|id| run.size(id)).sum());
        let mut counts = PaperCounts::default();
        let mut replaced = Vec::new();
        let mut done = 0;
        let at_a_time = (ids.len() / PARTS).clamp(*PAPERS_AT_A_TIME.start(), *PAPERS_AT_A_TIME.end());
        in_order(
            ids.chunks(at_a_time),
            |ids| ids.iter().map(|id| run.size(id)).sum(),
            |ids| ids.iter().map(|id| self.change(run, id, analyzer)).collect::<Result<Vec<_>, _>>(),
            |changes| {
                progress(Step::Writing(done, ids.len()));
                done += at_a_time;
                for change in changes?.into_iter().flatten() {
                    match (&change.before, &change.after) {
                        (Some(_), Some(_)) => counts.updated += 1,
                        (Some(_), None) => counts.removed += 1,
                        _ => counts.added += 1,
                    }
                    if let Some(own) = change.before {
                        replaced.push(change.id);
                        lengths.lose(&own);
                    }
                    if let Some((document, own)) = change.after {
                        segments.add(document).map_err(|error| self.error(error))?;
                        lengths.gain(&own);
                    }
                }
                Ok::<(), IndexError>(())
            },
        )?;
        let segments = segments.end().map_err(|error| self.error(error))?;
        Ok(Written { counts, lengths, segments, replaced })
    }

    /// Commits new segments, without the documents that these replace. tantivy's own writer would
    /// start threads for it, which take a run of one digest as long as its papers do.
    fn commit(&self, segments: Vec<SegmentMeta>, replaced: &[&str], payload: String) -> tantivy::Result<()> {
        let mut meta = self.index.load_metas()?;
        meta.opstamp += 1;
        delete(self.index, &mut meta.segments, self.schema.main(&ID), replaced, meta.opstamp)?;
        meta.segments.extend(segments);
        meta.payload = Some(payload);
        self.directory.write_meta(&meta)
    }

    /// Works out what becomes of a paper; `None` if nothing.
    fn change<'a>(
        &self,
        run: &Run,
        id: &'a str,
        analyzer: &Analyzer,
    ) -> Result<Option<Change<'a>>, IndexError> {
        let Some(RecordChange { before, after }) = run.change(id)? else { return Ok(None) };
        let document = after.map(|record| to_document(&record, analyzer, self.schema));
        let after = document.transpose().map_err(|source| IndexError::io(self.root, source))?;
        Ok(Some(Change { id, before, after }))
    }

    fn error(&self, error: tantivy::TantivyError) -> IndexError {
        IndexError::writing(self.root, &error, self.directory.failure())
    }
}
