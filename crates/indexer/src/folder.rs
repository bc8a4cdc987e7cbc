//! The index folder: a pointer to the generation in use, the generations, the lock.
//!
//! A generation is a complete tantivy index. Small changes are commits in it; a rebuild
//! makes the next generation beside it and switches by renaming one small file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::IndexError;
use crate::schema::IndexSchema;

const POINTER: &str = "current.json";
const LOCK: &str = "writer.lock";
const GENERATION: &str = "generation-";
const TEMPORARY: &str = ".tmp";

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

/// The path of a generation.
pub(crate) fn generation_path(root: &Path, generation: u64) -> PathBuf {
    root.join(format!("{GENERATION}{generation}"))
}

/// Reads the pointer; `None` where there is no index.
pub(crate) fn read_pointer(root: &Path) -> Result<Option<Pointer>, IndexError> {
    let path = root.join(POINTER);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| IndexError::damaged(root, format!("{POINTER} cannot be read"))),
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
    _file: File,
}

impl WriteLock {
    /// Takes the lock; makes the folder if there is none. Refuses a folder with anything
    /// else in it.
    pub(crate) fn take(root: &Path) -> Result<WriteLock, IndexError> {
        let io_error = |source| IndexError::io(root, source);
        if read_pointer(root).is_ok_and(|pointer| pointer.is_none())
            && root.exists()
            && !(root.is_dir() && is_fresh(root))
        {
            return Err(IndexError::NotAnIndex(root.to_path_buf()));
        }
        fs::create_dir_all(root).map_err(io_error)?;
        let path = root.join(LOCK);
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|source| IndexError::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { root: root.to_path_buf(), _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(IndexError::Busy(root.to_path_buf())),
            Err(fs::TryLockError::Error(source)) => Err(IndexError::io(&path, source)),
        }
    }

    /// Deletes what crashes and earlier generations left behind: every generation but
    /// `keep`, and temporary files.
    pub(crate) fn clean(&self, keep: Option<u64>) {
        let keep = keep.map(|generation| generation_path(&self.root, generation));
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let is = |prefix: &str| name.to_str().is_some_and(|name| name.starts_with(prefix));
            // A leftover does no harm; the next run tries again.
            if is(GENERATION) && Some(&path) != keep.as_ref() {
                let _ = fs::remove_dir_all(&path);
            } else if is(TEMPORARY) {
                let _ = fs::remove_file(&path);
            }
        }
        for entry in keep.iter().flat_map(fs::read_dir).flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPORARY)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Makes the folder of a new generation.
    pub(crate) fn make_generation(&self, generation: u64) -> Result<PathBuf, IndexError> {
        let path = generation_path(&self.root, generation);
        fs::create_dir_all(&path).map_err(|source| IndexError::io(&path, source))?;
        sync_folder(&self.root)?;
        Ok(path)
    }

    /// Makes a generation the one in use. Durable when it returns.
    pub(crate) fn point_to(&self, generation: u64) -> Result<(), IndexError> {
        let pointer = Pointer { version: IndexSchema::version(), generation };
        let bytes = serde_json::to_vec(&pointer).map_err(|error| IndexError::io(&self.root, error.into()))?;
        write_durably(&self.root.join(POINTER), &bytes)
    }
}

/// Writes a file so that after a power cut it is there as a whole, or as it was before.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), IndexError> {
    let io_error = |source| IndexError::io(path, source);
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let temporary = folder.join(format!("{TEMPORARY}-{name}"));
    let mut file = File::create(&temporary).map_err(io_error)?;
    file.write_all(bytes).map_err(io_error)?;
    file.sync_all().map_err(io_error)?;
    fs::rename(&temporary, path).map_err(io_error)?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> Result<(), IndexError> {
    // Only Unix lets a folder be opened; elsewhere the rename must do.
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| IndexError::io(folder, source))?;
    }
    Ok(())
}
