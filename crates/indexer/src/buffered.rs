//! A file of a segment as a merge reads it: from its beginning to its end, a part at a time.
//! Mapped into memory, all of it would count as the process's own, for all segments at once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

/// How much is read at once, in bytes: most reads ask for some ten, the next ones after them.
const PART: usize = 1 << 18;

/// A file that is read by parts.
#[derive(Debug)]
pub(crate) struct BufferedFile {
    length: usize,
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
    /// Opens a file that does not change any more.
    pub(crate) fn open(path: &Path) -> io::Result<BufferedFile> {
        let file = File::open(path)?;
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        Ok(BufferedFile { length, last: Mutex::new(Part { file, start: 0, bytes: OwnedBytes::empty() }) })
    }
}

impl Part {
    fn read(&mut self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        self.file.seek(SeekFrom::Start(range.start as u64))?;
        self.file.read_exact(&mut bytes)?;
        Ok(OwnedBytes::new(bytes))
    }
}

impl FileHandle for BufferedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if range.len() > PART {
            return last.read(range);
        }
        if range.start < last.start || range.end > last.start + last.bytes.len() {
            last.bytes = last.read(range.start..self.length.min(range.start + PART).max(range.end))?;
            last.start = range.start;
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
            length in prop_oneof![0..100_usize, 0..4 * PART],
            reads in prop::collection::vec((0.0..1.0, prop_oneof![0.0..0.001, 0.0..1.0]), 1..20),
        ) {
            let content: Vec<u8> = (0..length).map(|at| (at / 7 + at) as u8).collect();
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("a");
            std::fs::write(&path, &content).expect("a file");
            let file = BufferedFile::open(&path).expect("the file");
            prop_assert_eq!(file.len(), length);
            for (start, share) in reads {
                let start = (start * length as f64) as usize;
                let range = start..start + (share * (length - start) as f64) as usize;
                let bytes = file.read_bytes(range.clone()).expect("bytes");
                prop_assert_eq!(bytes.as_slice(), &content[range]);
            }
        }
    }
}
