//! The searches of a store, for whoever looks at them again and again: they are read anew
//! only when their file has changed.

use std::fs::{self, Metadata};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::SavedError;
use crate::export::read_lines;
use crate::search::Search;
use crate::store::Store;

/// The largest file that is kept in memory, in bytes: some three million papers that were seen.
const MAX_BYTES: u64 = 32 << 20;

/// A store, and the searches that it had when it was last looked at.
#[derive(Debug)]
pub struct Shelf {
    store: Store,
    last: Mutex<Option<(Stamp, Arc<Shelved>)>>,
}

/// The searches of a store at one moment.
#[derive(Debug, Default)]
pub struct Shelved {
    /// The searches, in the order in which they were saved.
    pub searches: Vec<Search>,
    /// What tells them, and what of them was seen, from those of another moment.
    pub tag: u64,
}

/// What tells a file from the one that takes its place: size, time of change, number.
type Stamp = (u64, Option<SystemTime>, u64);

impl Shelf {
    /// The searches of this store.
    pub fn new(store: Store) -> Shelf {
        Shelf { store, last: Mutex::new(None) }
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the searches as they are now.
    pub fn look(&self) -> Result<Arc<Shelved>, SavedError> {
        let path = self.store.path();
        let failed = |error| SavedError::io(path, error);
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
            Err(error) => return Err(failed(error)),
        };
        // Whoever opens a pipe waits for somebody to write.
        if !metadata.is_file() {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "this is no file")));
        }
        if metadata.len() > MAX_BYTES {
            return Err(SavedError::TooLarge { path: path.to_path_buf(), most: MAX_BYTES });
        }
        let stamp = (metadata.len(), metadata.modified().ok(), file_number(&metadata));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, shelved)) = &*last
            && *known == stamp
        {
            return Ok(Arc::clone(shelved));
        }
        // What is read may be newer than the stamp; the next look then reads it once more.
        let bytes = fs::read(path).map_err(failed)?;
        let shelved = Arc::new(Shelved { searches: read_lines(path, &bytes)?, tag: xxh3_64(&bytes) });
        *last = Some((stamp, Arc::clone(&shelved)));
        Ok(shelved)
    }
}

impl Shelved {
    /// Returns the search of this name.
    pub fn get(&self, name: &str) -> Result<&Search, SavedError> {
        let found = self.searches.iter().find(|search| search.name == name);
        found.ok_or_else(|| SavedError::unknown(name, &self.searches))
    }
}

/// The number that the file system gives a file, where it gives one.
#[cfg(unix)]
fn file_number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use chrono::NaiveDate;

    use super::*;
    use crate::search::Question;

    fn search(name: &str) -> Search {
        Search::new(name.to_string(), Question::default(), NaiveDate::MIN)
    }

    #[test]
    fn every_change_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(Store::new(folder.path().join("saved.jsonl")));
        assert!(shelf.look().unwrap().searches.is_empty());
        for name in ["a", "b"] {
            let before = shelf.look().unwrap();
            shelf.store().save(search(name), false).unwrap();
            let after = shelf.look().unwrap();
            assert_ne!(before.tag, after.tag);
            assert_eq!(after.get(name).unwrap().name, name);
            // What has not changed is not read again.
            assert!(Arc::ptr_eq(&after, &shelf.look().unwrap()));
        }
        fs::write(shelf.store().path(), "rubbish").unwrap();
        assert!(shelf.look().unwrap_err().to_string().contains("no file of saved searches"));
        fs::remove_file(shelf.store().path()).unwrap();
        assert!(shelf.look().unwrap().searches.is_empty());
    }

    #[test]
    fn what_is_no_file_or_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("saved.jsonl");
        let told = || Shelf::new(Store::new(path.clone())).look().unwrap_err().to_string();
        fs::create_dir(&path).unwrap();
        assert!(told().contains("this is no file"));
        fs::remove_dir(&path).unwrap();
        fs::File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(told().contains("more than 33554432 bytes"));
    }
}
