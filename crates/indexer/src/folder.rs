//! The index folder: a pointer to the generation in use, the generations, the lock.
//!
//! A generation is a complete tantivy index. Small changes are commits in it; a rebuild
//! makes the next generation beside it and switches by renaming one small file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::IndexError;
use crate::files::{Files, TEMPORARY, create_folders, remove_tree, write_whole};
use crate::schema::IndexSchema;
use crate::seal::{seal, unseal};

const POINTER: &str = "current.json";
const LOCK: &str = "writer.lock";
const GENERATION: &str = "generation-";

/// Files that may stand in a folder before an index is made in it.
const HARMLESS: [&str; 2] = ["README.md", ".gitignore"];

/// What the pointer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    /// The version of the program's schema and analysis ([`IndexSchema::version`]).
    pub(crate) version: String,
    /// The number of the generation in use.
    pub(crate) generation: u64,
}

impl Pointer {
    /// Whether this program can read the index.
    pub(crate) fn is_readable(&self) -> bool {
        self.version == IndexSchema::version()
    }

    /// The error that says that it cannot.
    pub(crate) fn other_version(&self, root: &Path) -> IndexError {
        IndexError::OtherVersion {
            path: root.to_path_buf(),
            found: self.version.clone(),
            expected: IndexSchema::version(),
        }
    }
}

/// A pointer as the first version wrote it, without a checksum.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unsealed {
    version: String,
    generation: u64,
}

impl Unsealed {
    fn read(bytes: &[u8]) -> Option<Pointer> {
        let Unsealed { version, generation } = serde_json::from_slice(bytes).ok()?;
        Some(Pointer { version, generation }).filter(|pointer| !pointer.is_readable())
    }
}

/// The path of a generation.
pub(crate) fn generation_path(root: &Path, generation: u64) -> PathBuf {
    root.join(format!("{GENERATION}{generation}"))
}

/// Reads the pointer; `None` where there is no index.
pub(crate) fn read_pointer(root: &Path) -> Result<Option<Pointer>, IndexError> {
    let path = root.join(POINTER);
    match fs::read(&path) {
        Ok(bytes) => unseal(&bytes)
            .or_else(|| Unsealed::read(&bytes))
            .map(Some)
            .ok_or_else(|| IndexError::damaged(root, format!("{POINTER} is not what was written"))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(source) => Err(IndexError::io(&path, source)),
    }
}

/// Says what is wrong where there is no index.
pub(crate) fn missing(root: &Path) -> IndexError {
    match root.is_dir() && !is_fresh(root) || root.is_file() {
        true => IndexError::NotAnIndex(root.to_path_buf()),
        false => IndexError::Missing(root.to_path_buf()),
    }
}

/// Whether a folder holds nothing but what may stand beside a new index.
fn is_fresh(root: &Path) -> bool {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).all(|name| {
        name.to_str().is_some_and(|name| {
            HARMLESS.contains(&name)
                || name == LOCK
                || name.starts_with(GENERATION)
                || name.starts_with(TEMPORARY)
        })
    })
}

/// The right to write to an index folder, as long as it lives. The lock is the system's,
/// so it ends with the process, however that ends.
pub(crate) struct WriteLock {
    root: PathBuf,
    files: Arc<dyn Files>,
    _file: File,
}

impl WriteLock {
    /// Takes the lock; makes the folder if there is none. Refuses a folder with anything
    /// else in it. Where another has the lock, calls `wait`, and waits if that says so.
    pub(crate) fn take(
        root: &Path,
        files: Arc<dyn Files>,
        wait: impl FnOnce() -> bool,
    ) -> Result<WriteLock, IndexError> {
        if read_pointer(root).is_ok_and(|pointer| pointer.is_none())
            && root.exists()
            && !(root.is_dir() && is_fresh(root))
        {
            return Err(IndexError::NotAnIndex(root.to_path_buf()));
        }
        create_folders(&*files, root).map_err(|source| IndexError::io(root, source))?;
        let path = root.join(LOCK);
        let io_error = |source| IndexError::io(&path, source);
        let file = File::options().create(true).append(true).open(&path).map_err(io_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) if wait() => file.lock().map_err(io_error)?,
            Err(fs::TryLockError::WouldBlock) => return Err(IndexError::Busy(root.to_path_buf())),
            Err(fs::TryLockError::Error(source)) => return Err(io_error(source)),
        }
        Ok(WriteLock { root: root.to_path_buf(), files, _file: file })
    }

    /// Makes the pointer durable that can be seen, then deletes what crashes and earlier
    /// generations left behind: every generation but `keep`, and temporary files. The run
    /// that switched to `keep` may have been killed before that was durable.
    pub(crate) fn settle(&self, keep: Option<u64>) -> Result<(), IndexError> {
        self.sync(&self.root)?;
        let keep = keep.map(|generation| generation_path(&self.root, generation));
        for path in self.entries() {
            // A leftover does no harm; the next run tries again.
            if generation_number(&path).is_some() && Some(&path) != keep.as_ref() {
                let _ = remove_tree(&*self.files, &path);
            } else if is_named(&path, TEMPORARY) {
                let _ = self.files.remove(&path);
            }
        }
        Ok(())
    }

    /// Makes the folder of a new generation; returns its number. No leftover is in its way.
    pub(crate) fn make_generation(&self, current: Option<u64>) -> Result<u64, IndexError> {
        let last = self.entries().iter().filter_map(|path| generation_number(path)).chain(current).max();
        let next = last.map_or(1, |last| last.saturating_add(1));
        let path = generation_path(&self.root, next);
        self.files.create_folder(&path).map_err(|source| IndexError::io(&path, source))?;
        Ok(next)
    }

    /// Makes a generation the one in use. Durable when it returns.
    pub(crate) fn point_to(&self, generation: u64, is_first: bool) -> Result<(), IndexError> {
        // First the generation itself, then the pointer to it.
        self.sync(&self.root)?;
        if is_first {
            self.sync_above()?;
        }
        let pointer = Pointer { version: IndexSchema::version(), generation };
        let path = self.root.join(POINTER);
        seal(&pointer)
            .map_err(io::Error::from)
            .and_then(|bytes| write_whole(&*self.files, &self.root, POINTER, &bytes))
            .map_err(|source| IndexError::io(&path, source))?;
        self.sync(&self.root)?;
        Ok(())
    }

    /// Makes the index folder's own name durable: it and the folders above it may be new,
    /// from this run or from one that was killed.
    fn sync_above(&self) -> Result<(), IndexError> {
        let root = self.root.canonicalize().map_err(|source| IndexError::io(&self.root, source))?;
        for folder in root.ancestors().skip(1) {
            match self.files.sync_folder(folder) {
                // It is none of ours.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::PermissionDenied
                            | io::ErrorKind::InvalidInput
                            | io::ErrorKind::ReadOnlyFilesystem
                    ) => {}
                synced => synced.map_err(|source| IndexError::io(folder, source))?,
            }
        }
        Ok(())
    }

    fn sync(&self, folder: &Path) -> Result<(), IndexError> {
        self.files.sync_folder(folder).map_err(|source| IndexError::io(folder, source))
    }

    /// What is in the index folder.
    fn entries(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }
}

/// Whether the name of a file begins so.
fn is_named(path: &Path, prefix: &str) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
}

/// The number of a generation's folder.
fn generation_number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix(GENERATION)?.parse().ok()
}
