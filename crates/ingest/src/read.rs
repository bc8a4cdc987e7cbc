//! Reading one file whole, as it was at one moment.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The largest digest that is read, in bytes. A day's digest is some 100 KB; what is
/// larger than this is another kind of file.
const MAX_BYTES: u64 = 1 << 30;

/// How often a file that changes under the reader is read anew.
const ATTEMPTS: usize = 3;

/// Why a file could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder, pipe, socket or device.
    #[error("{}: not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// Beyond any digest.
    #[error("{}: {bytes} bytes are more than a digest may have ({MAX_BYTES})", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It was written to all the time.
    #[error("{}: the file keeps changing while it is read; try again when it is complete", .0.display())]
    Changing(PathBuf),
}

/// Reads a file whole. What is returned stood in the file at one moment: if size or time
/// of change differ before and after, it is read again.
pub fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    let io_error = |source| ReadError::Io { path: path.to_path_buf(), source };
    for _ in 0..ATTEMPTS {
        // Asked before opening: opening a pipe would wait for its writer.
        if !std::fs::metadata(path).map_err(io_error)?.is_file() {
            return Err(ReadError::NotAFile(path.to_path_buf()));
        }
        let mut file = File::open(path).map_err(io_error)?;
        let before = file.metadata().map_err(io_error)?;
        if before.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { path: path.to_path_buf(), bytes: before.len() });
        }
        let mut bytes = Vec::with_capacity(before.len() as usize);
        file.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io_error)?;
        let after = file.metadata().map_err(io_error)?;
        if unchanged(&before, &after) && bytes.len() as u64 == after.len() {
            return Ok(bytes);
        }
    }
    Err(ReadError::Changing(path.to_path_buf()))
}

fn unchanged(before: &Metadata, after: &Metadata) -> bool {
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}
