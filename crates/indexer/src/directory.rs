//! tantivy's directory, with the promises that its own does not make: a commit is durable
//! when it returns, its files are known by size and checksum, nothing is left behind, and
//! whoever reads writes nothing.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::IndexMeta;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

use crate::buffered::BufferedFile;
use crate::error::IndexError;
use crate::files::{Files, NewFile, TEMPORARY, write_whole};
use crate::manifest::{Look, META, Manifest, Tally};
use crate::state::State;

/// tantivy's list of files that it may delete. It is not stored: it is what is there.
const MANAGED: &str = ".managed.json";

/// A generation's folder as tantivy sees it. Clones share what they know.
#[derive(Clone)]
pub(crate) struct SafeDirectory {
    folder: PathBuf,
    mapped: MmapDirectory,
    files: Arc<dyn Files>,
    commit: Arc<Mutex<Commit>>,
    /// Whether files that are opened are to be merged.
    merges: Arc<AtomicBool>,
    /// Whether the process reads a few pieces of them, and ends.
    brief: bool,
}

/// The last commit, and what was written since.
#[derive(Default)]
struct Commit {
    /// `meta.json`, as it was when the directory was opened or as it was written last:
    /// what others write does not change a commit that is being read.
    meta: Option<Vec<u8>>,
    /// The files whose content is known: those of the commit, and those written since.
    known: Manifest,
    /// The files of the commit that are no segment's, by name: its manifest and its list
    /// of digests.
    beside: Vec<String>,
    /// The first change that failed, and why. tantivy does not always tell.
    failure: Option<String>,
    /// Whether a commit failed. What a run holds in memory then is none, and it writes no other.
    ended: bool,
    /// Whether a power cut may bring back the commit before this one: until its name is durable.
    uncertain: bool,
}

impl SafeDirectory {
    /// Opens the folder of a new generation.
    pub(crate) fn create(folder: &Path, files: Arc<dyn Files>) -> Result<SafeDirectory, OpenDirectoryError> {
        SafeDirectory::new(folder, files, Commit::default())
    }

    /// Opens the commit of a `meta.json` in the folder of a generation, if its files are
    /// what they must be.
    pub(crate) fn open(
        root: &Path,
        folder: &Path,
        meta: Vec<u8>,
        files: Arc<dyn Files>,
    ) -> Result<SafeDirectory, IndexError> {
        let mut known = Manifest::read(root, folder, &meta)?;
        if let Some(what) = known.look(root, folder, Look::Quick)?.into_iter().next() {
            return Err(IndexError::damaged(root, what));
        }
        let beside = beside(&known, &meta);
        let commit = Commit { meta: Some(meta), known, beside, ..Commit::default() };
        SafeDirectory::new(folder, files, commit).map_err(|error| IndexError::reading(root, &error.into()))
    }

    fn new(
        folder: &Path,
        files: Arc<dyn Files>,
        commit: Commit,
    ) -> Result<SafeDirectory, OpenDirectoryError> {
        Ok(SafeDirectory {
            folder: folder.to_path_buf(),
            mapped: MmapDirectory::open(folder)?,
            files,
            commit: Arc::new(Mutex::new(commit)),
            merges: Arc::default(),
            brief: false,
        })
    }

    /// The same, for a process that reads a few pieces of its files, and ends.
    pub(crate) fn briefly(self) -> SafeDirectory {
        SafeDirectory { brief: true, ..self }
    }

    /// Says whether segments are merged from now on. What a merge opens it reads once.
    pub(crate) fn set_merges(&self, merges: bool) {
        self.merges.store(merges, Ordering::Relaxed);
    }

    /// Looks at the content of every file; returns how many there are and what is wrong.
    pub(crate) fn look_at_all(&self, root: &Path) -> Result<(usize, Vec<String>), IndexError> {
        let mut known = self.commit().known.clone();
        let problems = known.look(root, &self.folder, Look::Whole)?;
        Ok((known.files.len(), problems))
    }

    /// What the first change that failed was, and why it failed.
    pub(crate) fn failure(&self) -> Option<String> {
        self.commit().failure.clone()
    }

    /// Makes the commit durable that can be seen, then deletes what it does not name. The
    /// run that wrote it may have been killed before it was durable; a power cut could then
    /// undo it, but not the deletions. For a writer, before it writes.
    pub(crate) fn settle(&self) -> io::Result<()> {
        self.files.sync_folder(&self.folder)?;
        let commit = self.commit();
        self.renew_stamps(&commit);
        self.delete_unnamed(&commit);
        Ok(())
    }

    /// Deletes what the last commit does not name. Where that commit is not known to be durable, the
    /// next run does it.
    pub(crate) fn clear_up(&self) {
        let mut commit = self.commit();
        if commit.uncertain {
            return;
        }
        if let Some(meta) = &commit.meta
            && let Ok(manifest) = Manifest::of(meta, &commit.known)
        {
            commit.known = manifest;
            self.delete_unnamed(&commit);
        }
    }

    /// Writes a small file that the next commit may name.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let written = write_whole(&*self.files, &self.folder, name, bytes).and_then(|()| {
            let mut tally = Tally::default();
            tally.add(bytes);
            tally.entry(&self.folder.join(name))
        });
        let entry = self.noted(name, written)?;
        self.commit().known.files.insert(name.to_string(), entry);
        Ok(())
    }

    /// Writes a commit that tantivy knows nothing of. When this returns, no power cut undoes it.
    pub(crate) fn write_meta(&self, meta: &IndexMeta) -> tantivy::Result<()> {
        Ok(self.atomic_write(Path::new(META), &serde_json::to_vec_pretty(meta)?)?)
    }

    /// Writes a commit. When this returns, no power cut undoes it. Names need to be durable
    /// for no other purpose, so this is the only place where the folder is synced: once for
    /// what the commit names, once for the commit.
    fn write_commit(&self, meta: &[u8]) -> io::Result<()> {
        let mut commit = self.commit();
        if commit.ended {
            return Err(io::Error::other("an earlier commit failed"));
        }
        commit.ended = true;
        let manifest = Manifest::of(meta, &commit.known)?;
        write_whole(&*self.files, &self.folder, &Manifest::name(meta), &manifest.to_bytes()?)?;
        self.files.sync_folder(&self.folder)?;
        write_whole(&*self.files, &self.folder, META, meta)?;
        commit.meta = Some(meta.to_vec());
        commit.uncertain = true;
        self.files.sync_folder(&self.folder)?;
        commit.uncertain = false;
        commit.ended = false;
        // Only what this commit replaced. A leftover does no harm; the next run tries again.
        let named = beside(&manifest, meta);
        for name in std::mem::replace(&mut commit.beside, named) {
            if !commit.beside.contains(&name) {
                commit.known.files.remove(&name);
                let _ = self.files.remove(&self.folder.join(&name));
            }
        }
        Ok(())
    }

    /// Notes the stamps that the files have now, where they were found to be what they must
    /// be by their content. Not done is no harm: the content is compared again.
    fn renew_stamps(&self, commit: &Commit) {
        let Some(meta) = &commit.meta else { return };
        if let Ok(manifest) = commit.known.to_bytes()
            && fs::read(self.folder.join(Manifest::name(meta))).is_ok_and(|noted| noted != manifest)
        {
            let _ = write_whole(&*self.files, &self.folder, &Manifest::name(meta), &manifest);
        }
    }

    /// Deletes what the last commit does not name and nobody will.
    fn delete_unnamed(&self, commit: &Commit) {
        for name in names_in(&self.folder) {
            let is_named = commit.known.files.contains_key(&name) || commit.beside.contains(&name);
            if is_ours(&name) && !is_named {
                let _ = self.files.remove(&self.folder.join(&name));
            }
        }
    }

    /// Maps a file into memory.
    fn map(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.mapped.get_file_handle(path).map_err(|error| match error {
            OpenReadError::FileDoesNotExist(_) => self.missing(path),
            error => error,
        })
    }

    /// What it means that a file is not there. Where that of its positions is not, tantivy takes a segment
    /// to have none; one of the commit's own is gone because another commit has taken its place.
    fn missing(&self, path: &Path) -> OpenReadError {
        match path.to_str().is_some_and(|name| self.commit().known.files.contains_key(name)) {
            true => OpenReadError::wrap_io_error(io::ErrorKind::NotFound.into(), path.to_path_buf()),
            false => OpenReadError::FileDoesNotExist(path.to_path_buf()),
        }
    }

    fn commit(&self) -> MutexGuard<'_, Commit> {
        self.commit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a change that failed.
    fn noted<T>(&self, name: &str, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            self.commit().failure.get_or_insert_with(|| format!("{name}: {error}"));
        })
    }
}

impl fmt::Debug for SafeDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SafeDirectory").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The files of a commit that are no segment's.
fn beside(manifest: &Manifest, meta: &[u8]) -> Vec<String> {
    let listed = manifest.files.keys().filter(|name| !is_of_a_segment(name)).cloned();
    listed.chain([Manifest::name(meta)]).collect()
}

/// The names in a folder that are text; ours are.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Whether a file in a generation was put there by this crate.
fn is_ours(name: &str) -> bool {
    is_of_a_segment(name) || Manifest::is_name(name) || State::is_name(name) || name.starts_with(TEMPORARY)
}

/// Whether a file is a part of a segment: its name begins with the segment's.
fn is_of_a_segment(name: &str) -> bool {
    name.split_once('.').is_some_and(|(segment, _)| {
        segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// The name of a file that tantivy asks for; it makes no others than these.
fn name(path: &Path) -> io::Result<&str> {
    path.to_str().ok_or_else(|| io::Error::other("a name that is no text"))
}

/// A file that tantivy is writing.
struct Writing {
    file: Box<dyn NewFile>,
    name: String,
    tally: Tally,
    directory: SafeDirectory,
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.directory.noted(&self.name, self.file.write(bytes))?;
        self.tally.add(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.directory.noted(&self.name, self.file.flush())
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        let path = self.directory.folder.join(&self.name);
        let ended = self.file.sync().and_then(|()| self.tally.entry(&path));
        let entry = self.directory.noted(&self.name, ended)?;
        self.directory.commit().known.files.insert(self.name.clone(), entry);
        Ok(())
    }
}

impl Directory for SafeDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let own = self.folder.join(path);
        let opened = if self.merges.load(Ordering::Relaxed) {
            BufferedFile::for_merge(&own)
        } else if !self.brief {
            return self.map(path);
        } else {
            match path.extension().and_then(OsStr::to_str) {
                // Their headers stand beside what is looked at anyway.
                Some("term") => return self.map(path),
                // Something of all papers, of which a query looks at some: their lengths, and where
                // they are stored.
                Some("fieldnorm" | "store") => BufferedFile::open_beside(&own, self.map(path)?),
                _ => BufferedFile::for_query(&own),
            }
        };
        match opened {
            Ok(file) => Ok(Arc::new(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(self.missing(path)),
            Err(error) => Err(OpenReadError::wrap_io_error(error, path.to_path_buf())),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.remove(&self.folder.join(path)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DeleteError::FileDoesNotExist(path.to_path_buf()),
            _ => DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_path_buf() },
        })?;
        if let Ok(name) = name(path) {
            self.commit().known.files.remove(name);
        }
        Ok(())
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let io_error = |error| OpenWriteError::wrap_io_error(error, path.to_path_buf());
        let name = name(path).map_err(io_error)?.to_string();
        let made = self.noted(&name, self.files.create(&self.folder.join(path)));
        let file = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_path_buf()),
            _ => io_error(error),
        })?;
        let writing = Writing { file, name, tally: Tally::default(), directory: self.clone() };
        Ok(BufWriter::new(Box::new(writing)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let meta = match path.to_str() {
            Some(MANAGED) => {
                // Whoever deletes nothing need not know.
                let names = if self.brief { Vec::new() } else { names_in(&self.folder) };
                let files: HashSet<String> = names.into_iter().filter(|name| is_of_a_segment(name)).collect();
                serde_json::to_vec(&files).ok()
            }
            Some(META) => self.commit().meta.clone(),
            _ => None,
        };
        meta.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_path_buf()))
    }

    fn atomic_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match name(path)? {
            MANAGED => Ok(()),
            META => self.noted(META, self.write_commit(bytes)),
            other => self.write(other, bytes),
        }
    }

    /// Does nothing: writing a commit syncs what needs it.
    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// There is one lock, that of the index folder. Readers need none: a commit that is
    /// gone before all its files are open is opened anew.
    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(watch_callback)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use super::*;
    use crate::files::Disk;
    use crate::lengths::Lengths;
    use crate::state::Payload;

    /// A disk on which the names in a folder become durable only so many times.
    #[derive(Debug)]
    struct Failing(std::sync::atomic::AtomicUsize);

    impl Files for Failing {
        fn create_folder(&self, path: &Path) -> io::Result<()> {
            Disk.create_folder(path)
        }

        fn create(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
            Disk.create(path)
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            Disk.rename(from, to)
        }

        fn remove(&self, path: &Path) -> io::Result<()> {
            Disk.remove(path)
        }

        fn remove_folder(&self, path: &Path) -> io::Result<()> {
            Disk.remove_folder(path)
        }

        fn scratch(&self, folder: &Path) -> io::Result<Box<dyn crate::files::Scratch>> {
            Disk.scratch(folder)
        }

        fn sync_folder(&self, path: &Path) -> io::Result<()> {
            let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            left.map_err(|_| io::Error::other("no more"))?;
            Disk.sync_folder(path)
        }
    }

    /// Until the new name is durable, either commit may be the one that is there after a power cut.
    #[test]
    fn nothing_of_two_commits_is_deleted_before_one_is_durable() {
        // Two for each commit: for what it names, and for itself. One more for the next run.
        for (syncs, old_is_there, new_is_there) in [(2, true, false), (3, true, true), (4, false, true)] {
            let folder = tempfile::tempdir().unwrap();
            let files = Arc::new(Failing(syncs.into()));
            let directory = SafeDirectory::create(folder.path(), files).unwrap();
            let written = ["a", "b"].map(|digest| {
                let state = format!("digests-{digest}.json");
                let _ = directory.write(&state, digest.as_bytes());
                let payload = Payload { state: state.clone(), lengths: Lengths::default() }.text().unwrap();
                let meta = serde_json::json!({"segments": [], "payload": payload, "opstamp": 1}).to_string();
                let _ = directory.atomic_write(Path::new(META), meta.as_bytes());
                directory.clear_up();
                (state, Manifest::name(meta.as_bytes()))
            });
            let is_there = |(state, manifest): &(String, String)| {
                [state, manifest].map(|name| folder.path().join(name).exists())
            };
            let [old, new] = &written;
            assert_eq!((is_there(old), is_there(new)), ([old_is_there; 2], [new_is_there; 2]), "{syncs}");
        }
    }

    /// Or tantivy would read a segment without its positions, and find nothing near anything.
    #[test]
    fn a_file_of_the_commit_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let directory = SafeDirectory::create(folder.path(), Arc::new(Disk)).unwrap();
        let known = format!("{}.pos", "0".repeat(32));
        directory.write(&known, b"positions").unwrap();
        fs::remove_file(folder.path().join(&known)).unwrap();
        for directory in [directory.clone(), directory.briefly()] {
            for extension in ["pos", "term", "store"] {
                let unknown = format!("{}.{extension}", "1".repeat(32));
                let opened = directory.get_file_handle(Path::new(&unknown));
                assert!(matches!(opened, Err(OpenReadError::FileDoesNotExist(_))), "{unknown}: {opened:?}");
            }
            let opened = directory.get_file_handle(Path::new(&known));
            assert!(matches!(opened, Err(OpenReadError::IoError { .. })), "{opened:?}");
        }
    }

    #[test]
    fn a_commit_does_not_delete_what_the_next_commit_needs() {
        let folder = tempfile::tempdir().unwrap();
        let directory = SafeDirectory::create(folder.path(), Arc::new(Disk)).unwrap();
        let state = |digest: &str| {
            let state = format!("digests-{digest}.json");
            directory.write(&state, digest.as_bytes()).unwrap();
            let payload = Payload { state: state.clone(), lengths: Lengths::default() };
            (state, payload.text().unwrap())
        };
        let commit = |payload: &str, opstamp: u64| {
            let meta = serde_json::json!({"segments": [], "payload": payload, "opstamp": opstamp});
            directory.atomic_write(Path::new(META), meta.to_string().as_bytes())
        };
        let is_there = |name: &str| folder.path().join(name).exists();
        let (first, payload) = state("a");
        commit(&payload, 1).unwrap();
        let (second, next_payload) = state("b");
        commit(&payload, 2).unwrap();
        assert!(is_there(&first) && is_there(&second));
        commit(&next_payload, 3).unwrap();
        assert!(!is_there(&first) && is_there(&second));
        let manifests = names_in(folder.path()).into_iter().filter(|name| Manifest::is_name(name));
        assert_eq!(manifests.count(), 1);
        // What nobody wrote cannot be committed, and after that nothing can.
        commit(&payload, 4).unwrap_err();
        commit(&next_payload, 5).unwrap_err();
        assert!(is_there(&second));
    }
}
