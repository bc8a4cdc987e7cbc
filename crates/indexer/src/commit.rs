//! Which commit an index folder has, told cheaply: for whoever holds one open and wants to
//! know whether there is a later one.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use tantivy::Directory;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::IndexError;
use crate::folder::{generation_path, missing, read_pointer};
use crate::manifest::META;
use crate::open::OpenIndex;

/// What tells the last commit of an index folder from every other, without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitStamp {
    generation: u64,
    /// Of `meta.json`: size in bytes, and the time of its last change. Each commit renames a
    /// new file over it.
    meta: Option<(u64, SystemTime, u64)>,
}

impl CommitStamp {
    /// Looks at the folder: one small file is read, another one looked at.
    pub fn look(root: &Path) -> Result<CommitStamp, IndexError> {
        let pointer = read_pointer(root)?.ok_or_else(|| missing(root))?;
        let meta = fs::metadata(generation_path(root, pointer.generation).join(META)).ok();
        let meta = meta.and_then(|meta| Some((meta.len(), meta.modified().ok()?, file_number(&meta))));
        Ok(CommitStamp { generation: pointer.generation, meta })
    }
}

/// The number that the file system gives a file, where it gives one.
#[cfg(unix)]
fn file_number(meta: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn file_number(_: &fs::Metadata) -> u64 {
    0
}

impl OpenIndex {
    /// Returns a name for this commit: the same papers of the same digests under the same
    /// name, until something is committed.
    pub fn commit_id(&self) -> String {
        let meta = self.directory().atomic_read(Path::new(META)).unwrap_or_default();
        format!("{:016x}", xxh3_64(&meta))
    }
}
