//! The file of saved searches: a line of JSON each, behind a line that says what it is.
//!
//! Whoever reads needs no lock: the file is replaced by one rename, and so is always whole.
//! Whoever changes it holds the lock of the file beside it, from reading to renaming.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::error::SavedError;
use crate::export::{read_lines, write_lines};
use crate::search::Search;
use crate::seen::Sighting;

/// The most searches that are kept.
pub(crate) const MAX_SEARCHES: usize = 1000;

/// How long a writer waits for another, if nothing else is said; writing takes a tenth of a
/// second.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a waiting writer looks again.
const LOOK: Duration = Duration::from_millis(10);

/// The saved searches of a person, in a file.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    patience: Duration,
}

impl Store {
    /// The searches in this file, which is made when the first is saved.
    pub fn new(path: PathBuf) -> Store {
        Store { path, patience: PATIENCE }
    }

    /// The same, for who waits so long while another process writes.
    pub fn with_patience(self, patience: Duration) -> Store {
        Store { patience, ..self }
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns all searches, in the order in which they were saved.
    pub fn list(&self) -> Result<Vec<Search>, SavedError> {
        match fs::read(&self.path) {
            Ok(bytes) => read_lines(&self.path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(SavedError::io(&self.path, error)),
        }
    }

    /// Returns the search of this name.
    pub fn get(&self, name: &str) -> Result<Search, SavedError> {
        let mut all = self.list()?;
        match all.iter().position(|search| search.name == name) {
            Some(at) => Ok(all.swap_remove(at)),
            None => Err(SavedError::unknown(name, &all)),
        }
    }

    /// Saves a search. One of that name is replaced if `replace` says so, and keeps its place.
    pub fn save(&self, search: Search, replace: bool) -> Result<(), SavedError> {
        crate::check_name(&search.name)?;
        self.change(|all| {
            let count = all.len();
            match all.iter_mut().find(|known| known.name == search.name) {
                Some(known) if replace => *known = search,
                Some(known) => {
                    let question = known.question.to_string();
                    return Err(SavedError::Taken { name: search.name, question });
                }
                None if count >= MAX_SEARCHES => return Err(SavedError::TooMany(count)),
                None => all.push(search),
            }
            Ok(())
        })
    }

    /// Takes papers that a search finds as seen: `shown` of all that it finds now, `found`. A
    /// search that was removed or asks something else by now is left alone.
    pub fn mark(
        &self,
        search: &Search,
        found: &[Sighting],
        shown: &[Sighting],
        today: NaiveDate,
    ) -> Result<(), SavedError> {
        self.change(|all| {
            let same = |known: &&mut Search| known.name == search.name && known.question == search.question;
            if let Some(known) = all.iter_mut().find(same) {
                known.seen.look(found, shown);
                known.looked = today;
            }
            Ok(())
        })
    }

    /// Removes the searches of these names; none, if there is one that is not there.
    pub fn remove(&self, names: &[String]) -> Result<(), SavedError> {
        self.change(|all| {
            if let Some(name) = names.iter().find(|name| !all.iter().any(|search| search.name == **name)) {
                return Err(SavedError::unknown(name, all));
            }
            all.retain(|search| !names.contains(&search.name));
            Ok(())
        })
    }

    /// Changes the searches: `change` gets them as they are now, and what it leaves is
    /// written. If it fails, nothing is.
    pub fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<Search>) -> Result<T, SavedError>,
    ) -> Result<T, SavedError> {
        // Where the name is a link, what it leads to is replaced.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(|error| SavedError::io(folder, error))?;
        let _lock = self.lock(&beside(&path, ".lock"))?;
        let mut all = self.list()?;
        let before = all.clone();
        let done = change(&mut all)?;
        if all != before {
            let temporary = beside(&path, ".new");
            let written = write_whole(&temporary, &path, folder, &write_lines(&all));
            written.map_err(|error| SavedError::io(&path, error))?;
        }
        Ok(done)
    }

    /// Takes the right to write. The lock is the system's: it ends with its process.
    fn lock(&self, path: &Path) -> Result<File, SavedError> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.map_err(|error| SavedError::io(path, error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(SavedError::io(path, error)),
                Err(TryLockError::WouldBlock) if started.elapsed() > self.patience => {
                    return Err(SavedError::Busy(self.path.clone()));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
            }
        }
    }
}

/// The file of this name with an ending behind it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a file so that its name never stands for half of it, and is durable. What a process
/// that was ended left of one is written over.
fn write_whole(temporary: &Path, path: &Path, folder: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    // What someone reads about is theirs.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    // Only Unix lets a folder be opened; elsewhere the rename must do.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use super::*;
    use crate::search::Question;

    fn search(name: &str, query: &str) -> Search {
        let today = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        Search::new(name.to_string(), Question { query: query.to_string(), ..Question::default() }, today)
    }

    fn names(store: &Store) -> Vec<String> {
        store.list().unwrap().into_iter().map(|search| search.name).collect()
    }

    #[test]
    fn searches_are_saved_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("deep/er/saved.jsonl"));
        assert_eq!(names(&store), [""; 0]);
        let missing = store.get("kv").unwrap_err().to_string();
        assert!(missing.contains("none is saved yet"), "{missing}");
        store.save(search("kv", "cache"), false).unwrap();
        store.save(search("推测", "推测解码"), false).unwrap();
        let taken = store.save(search("kv", "other"), false).unwrap_err().to_string();
        assert!(taken.contains("`kv` already, for \"cache\"; give another name, or --replace it"), "{taken}");
        store.save(search("kv", "other"), true).unwrap();
        assert_eq!(store.get("kv").unwrap().question.query, "other");
        assert_eq!(names(&store), ["kv", "推测"]);
        let unknown = store.remove(&["kv".to_string(), "vk".to_string()]).unwrap_err().to_string();
        assert!(unknown.contains("no saved search `vk`; there are kv, 推测"), "{unknown}");
        assert_eq!(names(&store), ["kv", "推测"]);
        store.remove(&["kv".to_string()]).unwrap();
        assert_eq!(names(&store), ["推测"]);
    }

    #[test]
    fn a_write_that_was_cut_off_is_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("saved.jsonl"));
        store.save(search("kv", "cache"), false).unwrap();
        fs::write(folder.path().join("saved.jsonl.new"), "{\"half").unwrap();
        assert_eq!(names(&store), ["kv"]);
        store.save(search("b", "c"), false).unwrap();
        assert_eq!(names(&store), ["kv", "b"]);
        assert!(!folder.path().join("saved.jsonl.new").exists());
    }

    #[test]
    fn many_writers_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("saved.jsonl"));
        store.save(search("all", "x"), false).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4u32 {
                let store = &store;
                scope.spawn(move || {
                    for number in 0..5 {
                        store.save(search(&format!("s{writer}-{number}"), "x"), false).unwrap();
                        let paper = [Sighting::new(&format!("{writer}.{number}"), Some(1))];
                        let look = |all: &mut Vec<Search>| {
                            all[0].seen.look(&[], &paper);
                            Ok(())
                        };
                        store.change(look).unwrap();
                    }
                });
            }
            for _ in 0..50 {
                assert!(store.list().unwrap().len() <= 21);
            }
        });
        assert_eq!(store.list().unwrap().len(), 21);
        assert_eq!(store.get("all").unwrap().seen.len(), 20);
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("saved.jsonl"));
        store.save(search("kv", "cache"), false).unwrap();
        store.save(search("b", "c"), false).unwrap();
        let good = fs::read_to_string(store.path()).unwrap();
        for (bad, named) in [
            (good.replace("\"name\":\"b\"", "\"name\":\"kv\""), "saved.jsonl:3: the name `kv` stands twice"),
            (good.replace("\"name\":\"b\"", "\"name\":\"\""), "saved.jsonl:3: `` is no name"),
            (good[..good.len() - 10].to_string(), "saved.jsonl:3: "),
            (good.replace("\"query\"", "\"qery\""), "saved.jsonl:2: unknown field `qery`"),
            (good.replace("\"seen\":\"\"", "\"seen\":\"AAAA\""), "saved.jsonl:2: what was seen is not"),
            (
                good.replace("\"version\":1", "\"version\":9"),
                "another version of paper-search (9; this one reads 1)",
            ),
            ("hello\n".to_string(), "saved.jsonl:1: this is no file of saved searches"),
            (String::new(), "saved.jsonl:1: this is no file of saved searches"),
        ] {
            fs::write(store.path(), &bad).unwrap();
            for error in [store.list().unwrap_err(), store.save(search("c", "d"), false).unwrap_err()] {
                assert!(error.to_string().contains(named), "{bad}: {error}");
            }
            assert_eq!(fs::read_to_string(store.path()).unwrap(), bad);
        }
    }
}
