//! Segments become fewer: each costs every query some fifth of what it takes with one.
//!
//! On the thread that filled the segments, not by tantivy's writer, which starts one of its own: the
//! allocator does not give one thread what another had, and a long run ends with much of that.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};
use tantivy::index::SegmentId;
use tantivy::indexer::{LogMergePolicy, MergeCandidate, MergePolicy, merge_filtered_segments};
use tantivy::{Index, SegmentMeta, TantivyError};

use crate::directory::SafeDirectory;
use crate::manifest::META;

/// If more than this share of all papers in the segments are deleted ones, the segments
/// that have as many are written anew: what is deleted never takes up much of the disk.
const MOST_DELETED: f64 = 0.2;

/// How many segments are merged at a time where some are large: the words of all of them are in
/// memory then, some 8 MB each. A million papers are some 18.
const MOST_LARGE_SEGMENTS_AT_A_TIME: usize = 24;

/// From how many papers on a segment is large, and how many large ones of about a size merge.
const LARGE_SEGMENT: u32 = 10_000;
const LARGE_SEGMENTS_TO_MERGE: usize = 4;

/// Merges segments of an index ([`candidates`]), each time by a commit with the same papers. Only after the run's
/// own commit, whose papers are there then whatever becomes of this.
pub(crate) fn merge(index: &Index, directory: &SafeDirectory) -> tantivy::Result<()> {
    directory.set_merges(true);
    let merged = merge_all(index, directory);
    directory.set_merges(false);
    directory.clear_up();
    merged
}

fn merge_all(index: &Index, directory: &SafeDirectory) -> tantivy::Result<()> {
    loop {
        let segments = index.load_metas()?.segments;
        let candidates = candidates(&segments);
        if candidates.is_empty() {
            return Ok(());
        }
        for MergeCandidate(ids) in candidates {
            let own: Vec<&SegmentMeta> = segments.iter().filter(|own| ids.contains(&own.id())).collect();
            let most = match own.iter().any(|segment| is_large(segment)) {
                true => MOST_LARGE_SEGMENTS_AT_A_TIME,
                false => own.len(),
            };
            for part in parts(&own, most) {
                // One alone is written anew only for what was deleted in it.
                if part.len() > 1 || own.len() == 1 {
                    let merged = merge_part(index, directory, part)?;
                    let mut meta = index.load_metas()?;
                    meta.segments.retain(|segment| part.iter().all(|own| own.id() != segment.id()));
                    meta.segments.extend(merged);
                    directory.write_meta(&meta)?;
                    directory.clear_up();
                }
            }
        }
    }
}

/// Writes one segment with the papers of some, which is no part of the index yet.
fn merge_part(
    index: &Index,
    directory: &SafeDirectory,
    segments: &[&SegmentMeta],
) -> tantivy::Result<Vec<SegmentMeta>> {
    let segments: Vec<_> = segments.iter().map(|segment| index.segment((*segment).clone())).collect();
    let beside = Beside { directory: directory.clone(), meta: Arc::default() };
    let none_more_deleted = segments.iter().map(|_| None).collect();
    // The new segment's name is drawn at random, and tantivy panics where the system cannot open its
    // random numbers.
    let merged = catch_unwind(AssertUnwindSafe(|| {
        merge_filtered_segments(&segments, index.settings().clone(), none_more_deleted, beside)
    }));
    match merged {
        Ok(merged) => merged?.searchable_segment_metas(),
        Err(_) => Err(TantivyError::SystemError("a merge ended in a panic".to_string())),
    }
}

/// The directory of an index whose only segment lies among those of another one. What tantivy
/// notes of that index is kept in memory.
#[derive(Clone, Debug)]
struct Beside {
    directory: SafeDirectory,
    meta: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Directory for Beside {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.directory.get_file_handle(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.directory.exists(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.directory.delete(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.directory.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let meta = meta.filter(|_| path == Path::new(META));
        meta.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_path_buf()))
    }

    fn atomic_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if path == Path::new(META) {
            *self.meta.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes.to_vec());
        }
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.directory.acquire_lock(lock)
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.directory.watch(watch_callback)
    }
}

/// Returns which segments to merge: small ones when there are eight, large ones when there are
/// four of about a size, with all that are smaller.
fn candidates(segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
    let mut policy = LogMergePolicy::default();
    let papers: u32 = segments.iter().map(|segment| segment.max_doc()).sum();
    let deleted: u32 = segments.iter().map(|segment| segment.num_deleted_docs()).sum();
    if f64::from(deleted) > MOST_DELETED * f64::from(papers) {
        policy.set_del_docs_ratio_before_merge(MOST_DELETED as f32);
    }
    let mut found = policy.compute_merge_candidates(segments);
    if found.is_empty() {
        policy.set_min_num_segments(LARGE_SEGMENTS_TO_MERGE);
        let large = segments.iter().filter(|segment| is_large(segment)).cloned();
        found = policy.compute_merge_candidates(&large.collect::<Vec<_>>());
    }
    // The largest come first.
    match found.first().map(|candidate| with_smaller(candidate, segments)) {
        Some(all) if all.len() > 1 => vec![MergeCandidate(all)],
        _ => found,
    }
}

/// Returns the segments that are no larger than the largest of a candidate, if that is large and is
/// to be merged at all.
fn with_smaller(candidate: &MergeCandidate, segments: &[SegmentMeta]) -> Vec<SegmentId> {
    let own = segments.iter().filter(|segment| candidate.0.contains(&segment.id()));
    match own.max_by_key(|segment| segment.num_docs()) {
        Some(largest) if is_large(largest) && candidate.0.len() > 1 => {
            let smaller = segments.iter().filter(|segment| segment.num_docs() <= largest.num_docs());
            smaller.map(SegmentMeta::id).collect()
        }
        _ => Vec::new(),
    }
}

/// Parts a list into as few parts as there can be of at most so many, about as long as each other.
fn parts<T>(all: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let parts = all.len().div_ceil(most.max(1)).max(1);
    all.chunks(all.len().div_ceil(parts).max(1))
}

fn is_large(segment: &SegmentMeta) -> bool {
    segment.num_docs() >= LARGE_SEGMENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_segments_merge_with_all_that_are_smaller() {
        let index = Index::create_in_ram(crate::schema::IndexSchema::new().tantivy().clone());
        for (sizes, expected) in [
            (vec![20; 7], vec![]),
            (vec![20; 8], vec![vec![20; 8]]),
            (vec![90_000, 12_000, 11_000, 10_000, 20], vec![]),
            (
                vec![90_000, 13_000, 12_000, 11_000, 10_000, 20],
                vec![vec![13_000, 12_000, 11_000, 10_000, 20]],
            ),
            (vec![60_000; 4], vec![vec![60_000; 4]]),
            (
                [vec![60_000; 16], vec![31_000, 20]].concat(),
                vec![[vec![60_000; 16], vec![31_000, 20]].concat()],
            ),
            ([vec![200_000], vec![20; 9]].concat(), vec![vec![20; 9]]),
        ] {
            let meta = |papers: &u32| index.new_segment_meta(SegmentId::generate_random(), *papers);
            let segments: Vec<SegmentMeta> = sizes.iter().map(meta).collect();
            let found: Vec<Vec<u32>> = candidates(&segments)
                .iter()
                .map(|candidate| {
                    let own = segments.iter().filter(|own| candidate.0.contains(&own.id()));
                    own.map(SegmentMeta::max_doc).collect()
                })
                .collect();
            assert_eq!(found, expected, "{sizes:?}");
        }
    }

    #[test]
    fn parts_are_about_as_long_as_each_other() {
        for (length, most, expected) in [
            (0, 16, vec![]),
            (1, 16, vec![1]),
            (16, 16, vec![16]),
            (17, 16, vec![9, 8]),
            (25, 16, vec![13, 12]),
            (26, 8, vec![7, 7, 7, 5]),
        ] {
            let lengths: Vec<usize> = parts(&vec![(); length], most).map(<[()]>::len).collect();
            assert_eq!(lengths, expected, "{length} by {most}");
        }
    }
}
