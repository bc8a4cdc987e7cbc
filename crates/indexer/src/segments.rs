//! Documents become segments: one thread puts them into memory, and while it goes on with the
//! next segment another writes the last one down. tantivy's own writer does both on one thread.
//!
//! Where a segment ends depends on its documents and their number alone, so the same documents in the
//! same order are the same segments, however many cores there are.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, JoinHandle};

use tantivy::indexer::{AddOperation, SegmentWriter};
use tantivy::{Index, Segment, SegmentMeta, TantivyDocument, TantivyError};

use crate::terms;

/// How much memory a run may take for what grows with it, in bytes: notes of its papers, some
/// 200 for each, and segments, which have their least whatever is left.
const MEMORY: usize = 400 << 20;
const NOTE: usize = 200;

/// How much of a segment is in memory at least before it is written, in bytes. The more the better: each
/// segment costs every query some fifth of what it takes with one, and runs the time to merge it.
/// 100,000 papers are one.
const LEAST_SEGMENT: usize = 128 << 20;

/// Beside a segment that is being written there is at most one part in so many of the next: to write
/// one takes no larger part of the time that it takes to fill one.
const SHARE_OF_NEXT: usize = 3;

/// The least memory that a segment's table of terms is made for, and how much of it a byte of
/// text needs about. A table for many terms costs a run of few papers more than all its terms.
const LEAST_MEMORY: usize = 1 << 20;
const MEMORY_FOR_A_BYTE: usize = 16;

/// Segments that belong to no commit yet. When it is dropped, nothing is being written any more.
pub(crate) struct Segments {
    index: Index,
    /// How much memory the tables of terms are made for.
    memory: usize,
    /// How much of a segment is in memory before it is written.
    most: usize,
    open: Option<Open>,
    closing: Option<JoinHandle<tantivy::Result<SegmentMeta>>>,
    closed: Vec<SegmentMeta>,
}

/// How much of a segment may be in memory in a run of so many papers.
fn most_of_a_segment(papers: usize) -> usize {
    let left = MEMORY.saturating_sub(papers.saturating_mul(NOTE));
    (left / (SHARE_OF_NEXT + 1) * SHARE_OF_NEXT).max(LEAST_SEGMENT)
}

/// A segment that documents are added to.
struct Open {
    segment: Segment,
    writer: SegmentWriter,
}

impl Segments {
    /// Begins segments of an index, of so many papers, whose texts have some `bytes` in all.
    pub(crate) fn new(index: &Index, papers: usize, bytes: usize) -> Segments {
        terms::register(index);
        let most = most_of_a_segment(papers);
        let memory = bytes.saturating_mul(MEMORY_FOR_A_BYTE).clamp(LEAST_MEMORY, most);
        Segments { index: index.clone(), memory, most, open: None, closing: None, closed: Vec::new() }
    }

    /// Adds a document, after all that were added before.
    pub(crate) fn add(&mut self, document: TantivyDocument) -> tantivy::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open::new(&self.index, self.memory)?,
        };
        // The stamp orders additions and deletions. No document is deleted by the run that adds it.
        open.writer.add_document(AddOperation { opstamp: 0, document })?;
        let used = open.writer.mem_usage();
        if used >= self.most / SHARE_OF_NEXT {
            self.wait()?;
        }
        if used < self.most {
            self.open = Some(open);
            return Ok(());
        }
        self.closing = Some(thread::Builder::new().spawn(move || open.close())?);
        Ok(())
    }

    /// Writes what is in memory; returns all segments, in order. They are no part of the index yet.
    pub(crate) fn end(mut self) -> tantivy::Result<Vec<SegmentMeta>> {
        let last = self.open.take().map(Open::close);
        self.wait()?;
        self.closed.extend(last.transpose()?);
        Ok(std::mem::take(&mut self.closed))
    }

    /// Waits for the segment that is being written.
    fn wait(&mut self) -> tantivy::Result<()> {
        if let Some(closing) = self.closing.take() {
            self.closed.push(closing.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(())
    }
}

impl Drop for Segments {
    fn drop(&mut self) {
        // Whoever gave up clears up next. Why this one failed, or whether, does not matter then.
        let _ = self.closing.take().map(JoinHandle::join);
    }
}

impl Open {
    fn new(index: &Index, memory: usize) -> tantivy::Result<Open> {
        // Its name is drawn at random, and tantivy panics where the system cannot open its random numbers.
        let segment = catch_unwind(AssertUnwindSafe(|| index.new_segment())).map_err(|_| {
            let what = "the system gives no random numbers: too many open files, perhaps";
            TantivyError::SystemError(what.to_string())
        })?;
        Ok(Open { writer: SegmentWriter::for_segment(memory, segment.clone())?, segment })
    }

    fn close(self) -> tantivy::Result<SegmentMeta> {
        let papers = self.writer.max_doc();
        self.writer.finalize()?;
        let meta = self.segment.with_max_doc(papers).meta().clone();
        meta.untrack_temp_docstore();
        Ok(meta)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::directory::SafeDirectory;
    use crate::files::Disk;
    use crate::schema::IndexSchema;

    fn segments_in(folder: &Path, most: usize) -> Segments {
        let directory = SafeDirectory::create(folder, Arc::new(Disk)).unwrap();
        let schema = IndexSchema::new().tantivy().clone();
        let index = Index::create(directory, schema, IndexSchema::settings()).unwrap();
        let mut segments = Segments::new(&index, 5, 1_000);
        segments.most = most;
        segments
    }

    #[test]
    fn notes_and_segments_fit_into_the_memory() {
        for (papers, least, most) in
            [(0, 300 << 20, 300 << 20), (100_000, 280 << 20, 290 << 20), (1_000_000, 150 << 20, 160 << 20)]
        {
            let segment = most_of_a_segment(papers);
            assert!((least..=most).contains(&segment), "{papers}: {segment}");
            assert!(papers * NOTE + segment + segment / SHARE_OF_NEXT <= MEMORY, "{papers}: {segment}");
        }
        assert_eq!(most_of_a_segment(usize::MAX), LEAST_SEGMENT);
    }

    #[test]
    fn documents_are_in_segments_in_their_order() {
        // A segment with nothing in it takes some memory, so that each document fills one.
        for (most, sizes) in [(0, vec![1; 5]), (usize::MAX, vec![5])] {
            let folder = tempfile::tempdir().unwrap();
            let mut segments = segments_in(folder.path(), most);
            for _ in 0..5 {
                segments.add(TantivyDocument::default()).unwrap();
            }
            let ended = segments.end().unwrap();
            assert_eq!(ended.iter().map(SegmentMeta::max_doc).collect::<Vec<_>>(), sizes);
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(segments_in(folder.path(), usize::MAX).end().unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = segments_in(folder.path(), 0);
        segments.add(TantivyDocument::default()).unwrap();
        std::fs::remove_dir_all(folder.path()).unwrap();
        let failed = (0..3).find_map(|_| segments.add(TantivyDocument::default()).err());
        assert!(
            matches!(failed, Some(TantivyError::OpenWriteError(_) | TantivyError::IoError(_))),
            "{failed:?}"
        );
    }
}
