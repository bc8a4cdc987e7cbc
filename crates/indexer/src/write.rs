//! Writing the changes of a run as one commit.

use std::path::Path;
use std::sync::Arc;

use analysis::Analyzer;
use analysis::fields::ID;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergeCandidate, MergePolicy, NoMergePolicy};
use tantivy::{Index, IndexWriter, SegmentMeta, TantivyDocument, Term};

use crate::directory::SafeDirectory;
use crate::document::to_document;
use crate::error::IndexError;
use crate::gate::{Counted, Gate};
use crate::lengths::Lengths;
use crate::parallel::in_order;
use crate::report::PaperCounts;
use crate::run::{RecordChange, Run};
use crate::schema::IndexSchema;
use crate::sync::Step;
use crate::terms;

/// How much the writer keeps in memory before it writes a segment, in bytes. Small runs
/// use a fraction of it.
const WRITER_MEMORY: usize = 128 << 20;

/// If more than this share of all papers in the segments are deleted ones, the segments
/// that have as many are written anew: what is deleted never takes up much of the disk.
const MOST_DELETED: f64 = 0.2;

/// How many segments are merged at a time where some are large: the words of all of them are in
/// memory then.
const MOST_LARGE_SEGMENTS_AT_A_TIME: usize = 8;

/// From how many papers on a segment is large, and how many large ones of about a size merge.
const LARGE_SEGMENT: u32 = 10_000;
const LARGE_SEGMENTS_TO_MERGE: usize = 4;

/// How many papers are made into documents at a time, by one core: enough that handing them
/// over costs nothing.
const PAPERS_AT_A_TIME: usize = 16;

/// A paper to write or to delete, ready for the engine.
struct Change<'a> {
    id: &'a str,
    before: Option<Lengths>,
    after: Option<(TantivyDocument, Lengths)>,
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
    /// these lengths so far. Any error ends the writer: the index stays as the last commit
    /// left it.
    ///
    /// All cores make documents, one thread writes them, in the order of their ids: the same
    /// papers are the same documents, however many cores there are.
    pub(crate) fn write(
        &self,
        run: &Run,
        mut lengths: Lengths,
        analyzer: &Analyzer,
        progress: &mut dyn FnMut(Step),
    ) -> Result<PaperCounts, IndexError> {
        let error = |error| self.error(error);
        let mut writer = self.writer()?;
        let id = self.schema.main(&ID);
        let gate = Arc::new(Gate::default());
        let mut counts = PaperCounts::default();
        let ids = run.ids();
        let mut done = 0;
        in_order(
            ids.chunks(PAPERS_AT_A_TIME),
            |ids| ids.iter().map(|id| run.size(id)).sum(),
            |ids| ids.iter().map(|id| self.change(run, id, analyzer)).collect::<Result<Vec<_>, _>>(),
            |changes| {
                progress(Step::Writing(done, ids.len()));
                done += PAPERS_AT_A_TIME;
                for change in changes?.into_iter().flatten() {
                    match (&change.before, &change.after) {
                        (Some(_), Some(_)) => counts.updated += 1,
                        (Some(_), None) => counts.removed += 1,
                        _ => counts.added += 1,
                    }
                    if let Some(own) = change.before {
                        writer.delete_term(Term::from_field_text(id, change.id));
                        lengths.lose(&own);
                    }
                    if let Some((document, own)) = change.after {
                        writer.add_document(gate.pass(document)).map_err(error)?;
                        lengths.gain(&own);
                    }
                }
                Ok::<(), IndexError>(())
            },
        )?;
        progress(Step::Committing);
        let payload = run.state.write(self.directory, lengths).map_err(|source| error(source.into()))?;
        let mut commit = writer.prepare_commit().map_err(error)?;
        commit.set_payload(&payload.text().map_err(|source| error(source.into()))?);
        commit.commit().map_err(error)?;
        // The commit stands. A merge that fails is for the next run to do.
        self.directory.set_merges(true);
        let _ = merge(self.index, &mut writer);
        self.directory.set_merges(false);
        writer.wait_merging_threads().map_err(error)?;
        self.directory.clear_up();
        Ok(counts)
    }

    fn writer(&self) -> Result<IndexWriter<Counted>, IndexError> {
        terms::register(self.index);
        let options = IndexWriterOptions::builder()
            // One worker: one segment a commit, documents in stable order.
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_MEMORY)
            .build();
        let writer: IndexWriter<Counted> =
            self.index.writer_with_options(options).map_err(|error| self.error(error))?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(writer)
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
        let after = document.transpose().map_err(|source| IndexError::io(self.root, source.into()))?;
        Ok(Some(Change { id, before, after }))
    }

    fn error(&self, error: tantivy::TantivyError) -> IndexError {
        IndexError::writing(self.root, &error, self.directory.failure())
    }
}

/// Merges small segments. Only after the commit: a merge that is under way while deletions
/// are committed, as after a killed run, was seen to bring deleted papers back.
fn merge(index: &Index, writer: &mut IndexWriter<Counted>) -> tantivy::Result<()> {
    loop {
        let segments = index.searchable_segment_metas()?;
        let candidates = candidates(&segments);
        if candidates.is_empty() {
            return Ok(());
        }
        for candidate in candidates {
            let mut own = segments.iter().filter(|segment| candidate.0.contains(&segment.id()));
            let most = match own.any(is_large) {
                true => MOST_LARGE_SEGMENTS_AT_A_TIME,
                false => candidate.0.len(),
            };
            for ids in candidate.0.chunks(most) {
                // One alone is written anew only for what was deleted in it.
                if ids.len() > 1 || candidate.0.len() == 1 {
                    writer.merge(ids).wait()?;
                }
            }
        }
    }
}

/// Returns which segments to merge: small ones when there are eight, large ones when there are
/// four. Large ones come of runs that take minutes, and each costs every query half a
/// millisecond.
fn candidates(segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
    let mut policy = LogMergePolicy::default();
    let papers: u32 = segments.iter().map(|segment| segment.max_doc()).sum();
    let deleted: u32 = segments.iter().map(|segment| segment.num_deleted_docs()).sum();
    if f64::from(deleted) > MOST_DELETED * f64::from(papers) {
        policy.set_del_docs_ratio_before_merge(MOST_DELETED as f32);
    }
    let found = policy.compute_merge_candidates(segments);
    if !found.is_empty() {
        return found;
    }
    policy.set_min_num_segments(LARGE_SEGMENTS_TO_MERGE);
    let large = segments.iter().filter(|segment| is_large(segment)).cloned();
    policy.compute_merge_candidates(&large.collect::<Vec<_>>())
}

fn is_large(segment: &SegmentMeta) -> bool {
    segment.num_docs() >= LARGE_SEGMENT
}
