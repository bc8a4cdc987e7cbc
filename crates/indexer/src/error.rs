//! Why the index could not be read or written.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ingest::FindError;
use tantivy::TantivyError;
use tantivy::directory::error::{OpenDirectoryError, OpenReadError};
use thiserror::Error;

/// What went wrong with an index.
#[derive(Debug, Error)]
pub enum IndexError {
    /// There is nothing at this place.
    #[error("there is no index at {}; `paper-search index PATH` makes one from digests", .0.display())]
    Missing(PathBuf),
    /// There is something else.
    #[error("{} is not an index; name another folder, or an empty one to make an index in", .0.display())]
    NotAnIndex(PathBuf),
    /// It was made by another version of this program.
    #[error(
        "the index at {} is of another version ({found}, this program has {expected}); `paper-search index --rebuild PATH` makes it anew from the digests",
        path.display()
    )]
    OtherVersion {
        /// The index folder.
        path: PathBuf,
        /// The version there.
        found: String,
        /// The version here.
        expected: String,
    },
    /// Someone else is writing.
    #[error("another paper-search is writing to the index at {}; try again when it is done, or wait for it with `index --wait`", .0.display())]
    Busy(PathBuf),
    /// It is damaged.
    #[error("the index at {} is damaged ({what}); `paper-search index --rebuild PATH` makes it anew from the digests", path.display())]
    Damaged {
        /// The index folder.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// A path that should hold digests does not exist.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine could not write.
    #[error("writing to the index at {} failed: {message}; what it held before is still there", path.display())]
    Write {
        /// The index folder.
        path: PathBuf,
        /// What the engine said.
        message: String,
    },
}

impl IndexError {
    pub(crate) fn io(path: &Path, source: io::Error) -> IndexError {
        IndexError::Io { path: path.to_path_buf(), source }
    }

    pub(crate) fn damaged(path: &Path, what: impl ToString) -> IndexError {
        IndexError::Damaged { path: path.to_path_buf(), what: what.to_string() }
    }

    /// An error of the engine while it reads: the files are not what they should be,
    /// unless it was not allowed to look.
    pub(crate) fn reading(path: &Path, error: &TantivyError) -> IndexError {
        let (file, cause) = match error {
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, filepath }) => {
                (filepath.as_path(), io_error)
            }
            TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error, directory_path }) => {
                (directory_path.as_path(), io_error)
            }
            TantivyError::IoError(io_error) => (Path::new(""), io_error),
            other => return IndexError::damaged(path, other),
        };
        match is_damage(cause) {
            true => IndexError::damaged(path, error),
            false => IndexError::io(&path.join(file), io::Error::new(cause.kind(), cause.clone())),
        }
    }

    /// An error of the system while it reads a file of the index at `root`.
    pub(crate) fn reading_file(root: &Path, file: &Path, error: io::Error) -> IndexError {
        let name = file.file_name().unwrap_or_default().display();
        match error.kind() {
            io::ErrorKind::NotFound => IndexError::damaged(root, format!("{name} is missing")),
            _ if is_damage(&error) => IndexError::damaged(root, format!("{name} cannot be read: {error}")),
            _ => IndexError::io(file, error),
        }
    }

    /// Runs what reads an index. The engine trusts its files, and may panic on damaged
    /// ones; that is damage like any other.
    pub(crate) fn guard<T>(
        path: &Path,
        read: impl FnOnce() -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        catch_unwind(AssertUnwindSafe(read))
            .unwrap_or_else(|_| Err(IndexError::damaged(path, "its files cannot be read")))
    }

    /// An error of the engine while it writes, with what the disk said first, if it did.
    pub(crate) fn writing(path: &Path, error: &TantivyError, failure: Option<String>) -> IndexError {
        let message = failure.unwrap_or_else(|| error.to_string());
        IndexError::Write { path: path.to_path_buf(), message }
    }
}

/// The system's number of an error of input and output: the disk has lost what it held.
const EIO: i32 = 5;

/// Whether an error of reading means that the file is not what it should be. That there is
/// no permission, no memory or no room for another open file says nothing of the file.
fn is_damage(error: &io::Error) -> bool {
    let is_of_system = error.raw_os_error().is_some_and(|number| number != EIO);
    !is_of_system || matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
