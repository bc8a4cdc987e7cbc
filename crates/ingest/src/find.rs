//! From files and folders to digest files, in stable order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use crate::format::is_digest_extension;

/// A file that may be a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestFile {
    /// The path: that of the argument, with the names below it.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change.
    pub modified: SystemTime,
    /// Whether it was named itself, rather than found in a folder.
    pub named: bool,
}

impl DigestFile {
    /// Whether the file may be something else than a digest without anyone having said
    /// otherwise: folders hold a `README.md` and the like, but their text files are
    /// digests.
    pub fn may_be_other(&self) -> bool {
        !self.named && !extension(&self.path).eq_ignore_ascii_case(TEXT)
    }
}

/// The ending of files that hold digests and nothing else.
const TEXT: &str = "txt";

/// Something in a folder that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub path: PathBuf,
    /// What the matter is.
    pub message: String,
}

/// What the paths hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The digest files: in the order of the paths, within a folder by name. A file that
    /// is reached twice stands once.
    pub files: Vec<DigestFile>,
    /// What was passed over and should not have to be.
    pub problems: Vec<Problem>,
}

/// A path that does not exist.
#[derive(Debug, Error)]
#[error("cannot open {}: {source}", path.display())]
pub struct FindError {
    /// The path as given.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Finds the digest files under `paths`. A file named itself is taken as it is; in a
/// folder, files with the ending of a digest format are, hidden ones are not. Of these,
/// some may turn out to be no digests ([`DigestFile::may_be_other`]). Symbolic
/// links are followed; a loop of them is a problem, as are pipes, sockets, devices,
/// folders without permission and names that are not Unicode.
pub fn find(paths: &[PathBuf]) -> Result<Found, FindError> {
    let mut found = Found::default();
    let mut seen = HashMap::new();
    for path in paths {
        let error = |source| FindError { path: path.clone(), source };
        let metadata = std::fs::metadata(path).map_err(error)?;
        if !metadata.is_dir() {
            let canonical = canonical(path);
            add(&mut found, &mut seen, path.clone(), &metadata, true, Some(canonical));
            continue;
        }
        let mut folder = None;
        let walk = WalkDir::new(path).follow_links(true);
        let walk = walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
        let mut entries: Vec<_> = walk.collect();
        entries.sort_by_cached_key(place);
        // On the only path nothing is reached twice but by a symbolic link.
        let is_link = |entry: &walkdir::Result<DirEntry>| entry.as_ref().is_ok_and(DirEntry::path_is_symlink);
        let may_repeat = paths.len() > 1 || entries.iter().any(is_link);
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => match entry.metadata() {
                    Ok(metadata) => {
                        let canonical = may_repeat.then(|| canonical_entry(&entry, &mut folder));
                        add(&mut found, &mut seen, entry.into_path(), &metadata, false, canonical);
                    }
                    Err(source) => {
                        let message = source.to_string();
                        found.problems.push(Problem { path: entry.into_path(), message });
                    }
                },
                Err(source) => found.problems.push(walk_problem(path, &source)),
            }
        }
    }
    Ok(found)
}

/// The place of an entry among all: in the order of its path's parts, so that a folder's
/// files stand by name. To have each folder sorted as it is read takes apart two paths for
/// each comparison.
fn place(entry: &walkdir::Result<DirEntry>) -> Vec<u8> {
    let path = match entry {
        Ok(entry) => Some(entry.path()),
        Err(error) => error.path(),
    };
    let bytes = path.map(|path| path.as_os_str().as_encoded_bytes()).unwrap_or_default();
    // No name has a NUL in it, and none is before it.
    bytes.iter().map(|byte| if std::path::is_separator(char::from(*byte)) { 0 } else { *byte }).collect()
}

/// Adds a file, if it is one of a digest. `canonical` is its canonical path, where it may have been added
/// before.
fn add(
    found: &mut Found,
    seen: &mut HashMap<OsString, usize>,
    path: PathBuf,
    metadata: &std::fs::Metadata,
    named: bool,
    canonical: Option<PathBuf>,
) {
    if !named && !is_digest_extension(extension(&path)) {
        return;
    }
    let problem = if path.to_str().is_none() {
        Some("the name is not Unicode; rename the file to have it read")
    } else if !metadata.is_file() {
        Some("not a regular file")
    } else {
        None
    };
    if let Some(message) = problem {
        found.problems.push(Problem { path, message: message.to_string() });
        return;
    }
    match canonical.map(|path| seen.entry(path.into_os_string())) {
        Some(Entry::Occupied(known)) => found.files[*known.get()].named |= named,
        new => {
            if let Some(Entry::Vacant(new)) = new {
                new.insert(found.files.len());
            }
            found.files.push(DigestFile {
                path,
                size: metadata.len(),
                modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                named,
            });
        }
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// The canonical path of something in a folder. The system is asked once for all files of
/// `folder`, a folder and its canonical path: to ask for each takes as long as all else.
fn canonical_entry(entry: &DirEntry, folder: &mut Option<(PathBuf, PathBuf)>) -> PathBuf {
    let path = entry.path();
    let Some(parent) = path.parent().filter(|_| !entry.path_is_symlink()) else {
        return canonical(path);
    };
    let known = match folder.take() {
        // Paths are compared part by part, texts at once.
        Some(known) if known.0.as_os_str() == parent.as_os_str() => known,
        _ => (parent.to_path_buf(), canonical(parent)),
    };
    folder.insert(known).1.join(entry.file_name())
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(OsStr::to_str).unwrap_or_default()
}

fn walk_problem(root: &Path, error: &walkdir::Error) -> Problem {
    let message = match error.loop_ancestor() {
        Some(ancestor) => format!("a symbolic link that leads back to {}", ancestor.display()),
        None => match error.io_error() {
            Some(source) => source.to_string(),
            None => error.to_string(),
        },
    };
    Problem { path: error.path().unwrap_or(root).to_path_buf(), message }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_hold_digests_of_every_format_and_other_files() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.txt", "b.MD", "c.jsonl", "d.xml", "e.bib", "f.pdf", "g", ".h.txt"] {
            std::fs::write(folder.path().join(name), "x").expect(name);
        }
        let found = |paths: &[PathBuf]| -> Vec<(String, bool, bool)> {
            let found = find(paths).expect("the paths exist");
            assert_eq!(found.problems, []);
            found
                .files
                .iter()
                .map(|file| {
                    let name = file.path.file_name().expect("a name").to_string_lossy().into_owned();
                    (name, file.named, file.may_be_other())
                })
                .collect()
        };
        let root = folder.path().to_path_buf();
        let row = |name: &str, named, may_be_other| (name.to_string(), named, may_be_other);
        let rows = [
            row("a.txt", false, false),
            row("b.MD", false, true),
            row("c.jsonl", false, true),
            row("d.xml", false, true),
            row("e.bib", false, true),
        ];
        assert_eq!(found(std::slice::from_ref(&root)), rows);
        // Named after it was found, or before, is named.
        let named = root.join("b.MD");
        let expected = rows.clone().map(|row| if row.0 == "b.MD" { (row.0, true, false) } else { row });
        assert_eq!(found(&[root.clone(), named.clone()]), expected);
        assert_eq!(found(&[named, root.clone()])[0], row("b.MD", true, false));
        assert_eq!(found(&[root.join("f.pdf")]), [row("f.pdf", true, false)]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_reached_twice_stands_once() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        std::fs::create_dir(root.join("b")).expect("a folder");
        for name in ["a.txt", "b/a.txt", "b/c.txt"] {
            std::fs::write(root.join(name), "").expect("a file");
        }
        symlink(root.join("b/c.txt"), root.join("b/d.txt")).expect("a link to a file");
        symlink(root.join("b"), root.join("e")).expect("a link to a folder");
        let found = |paths: &[PathBuf]| -> Vec<PathBuf> {
            let found = find(paths).expect("the paths exist").files;
            found.into_iter().map(|file| file.path).collect()
        };
        let once = ["a.txt", "b/a.txt", "b/c.txt"].map(|name| root.join(name));
        assert_eq!(found(&[root.to_path_buf()]), once);
        assert_eq!(found(&[root.to_path_buf(), root.join("e"), root.join("e/a.txt")]), once);
        assert_eq!(
            found(&[root.join("e"), root.join("b/../b")]),
            ["e/a.txt", "e/c.txt"].map(|name| root.join(name))
        );
    }
}
