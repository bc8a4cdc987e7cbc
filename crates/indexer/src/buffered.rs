//! A file of a segment that is read, where tantivy would map it into memory: by a merge, from its
//! beginning to its end, and by a process that answers one query, here and there.
//!
//! To a merge, all of it would count as the process's own, for all segments at once. To a query, the
//! first touch of each mapped page is a trap into the kernel, which maps the sixteen pages around
//! it as well: for the few bytes of a header, of a list of postings or of a paper, that takes longer
//! than to read them, and counts 64 kB.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

/// How much a merge reads at once, in bytes: most reads ask for some ten, the next ones after them.
const PART_OF_MERGE: usize = 1 << 16;

/// How much a query reads at once: headers stand side by side.
const PART_OF_QUERY: usize = 1 << 9;

/// What a query reads of a mapped file without the map: no more than the kernel would map anyway.
const SMALL: usize = 1 << 14;

/// A file that is read by parts.
#[derive(Debug)]
pub(crate) struct BufferedFile {
    length: usize,
    part: usize,
    /// The file in memory, for what is not small.
    mapped: Option<Arc<dyn FileHandle>>,
    last: Mutex<Part>,
}

/// The part that was read last, and where it begins.
#[derive(Debug)]
struct Part {
    file: File,
    start: usize,
    bytes: OwnedBytes,
}

impl BufferedFile {
    /// Opens a file that does not change any more, for a merge.
    pub(crate) fn for_merge(path: &Path) -> io::Result<BufferedFile> {
        BufferedFile::open(path, PART_OF_MERGE)
    }

    /// Opens a file that does not change any more, for a query.
    pub(crate) fn for_query(path: &Path) -> io::Result<BufferedFile> {
        BufferedFile::open(path, PART_OF_QUERY)
    }

    fn open(path: &Path, part: usize) -> io::Result<BufferedFile> {
        let file = File::open(path)?;
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        Ok(BufferedFile { length, part, mapped: None, last: Mutex::new(Part::none(file)) })
    }

    /// Opens a file that is mapped and does not change any more, for a query.
    pub(crate) fn open_beside(path: &Path, mapped: Arc<dyn FileHandle>) -> io::Result<BufferedFile> {
        let last = Mutex::new(Part::none(File::open(path)?));
        Ok(BufferedFile { length: mapped.len(), part: PART_OF_QUERY, mapped: Some(mapped), last })
    }
}

impl Part {
    fn none(file: File) -> Part {
        Part { file, start: 0, bytes: OwnedBytes::empty() }
    }

    fn read(&mut self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        // One call of the system, where it has one.
        #[cfg(unix)]
        std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut bytes, range.start as u64)?;
        #[cfg(not(unix))]
        {
            use std::io::{Read, Seek, SeekFrom};
            self.file.seek(SeekFrom::Start(range.start as u64))?;
            self.file.read_exact(&mut bytes)?;
        }
        Ok(OwnedBytes::new(bytes))
    }
}

impl FileHandle for BufferedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if let Some(mapped) = self.mapped.as_ref().filter(|_| range.len() > SMALL) {
            return mapped.read_bytes(range);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if range.len() > self.part {
            return last.read(range);
        }
        if range.start < last.start || range.end > last.start + last.bytes.len() {
            // From some way before: what stands behind a header is read first.
            let start = range.start - range.start % PART_OF_QUERY;
            last.bytes = last.read(start..self.length.min(start + self.part).max(range.end))?;
            last.start = start;
        }
        Ok(last.bytes.slice(range.start - last.start..range.end - last.start))
    }
}

impl HasLen for BufferedFile {
    fn len(&self) -> usize {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_read_is_what_the_file_holds(
            length in prop_oneof![0..100_usize, 0..4 * PART_OF_MERGE],
            reads in prop::collection::vec((0.0..1.0, prop_oneof![0.0..0.001, 0.0..1.0]), 1..20),
        ) {
            let content: Vec<u8> = (0..length).map(|at| (at / 7 + at) as u8).collect();
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("a");
            std::fs::write(&path, &content).expect("a file");
            let mapped = Arc::new(OwnedBytes::new(content.clone()));
            let merged = BufferedFile::for_merge(&path).expect("the file");
            let asked = BufferedFile::for_query(&path).expect("the file");
            let beside = BufferedFile::open_beside(&path, mapped).expect("the file");
            for file in [merged, asked, beside] {
                prop_assert_eq!(file.len(), length);
                for (start, share) in &reads {
                    let start = (start * length as f64) as usize;
                    let range = start..start + (share * (length - start) as f64) as usize;
                    let bytes = file.read_bytes(range.clone()).expect("bytes");
                    prop_assert_eq!(bytes.as_slice(), &content[range]);
                }
            }
        }
    }
}
