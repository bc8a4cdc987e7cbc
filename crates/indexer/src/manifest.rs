//! The manifest: which files a commit needs, and what each must hold.
//!
//! tantivy's own checksums are looked at by nobody, and its `meta.json` has none. So each
//! `meta.json` has a manifest beside it, named after a hash of it and written before it:
//! an edited `meta.json` has no manifest. A file is trusted if its size and stamp are
//! those that the manifest notes. In a copied folder they are not; then, and in `check`,
//! the file's content is compared.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::error::IndexError;
use crate::seal::{seal, unseal};
use crate::state::{Payload, nanoseconds};

/// tantivy's list of segments, whose renaming is the commit.
pub(crate) const META: &str = "meta.json";

const PREFIX: &str = "manifest-";

/// What concerns us of a `meta.json`.
#[derive(Deserialize)]
struct Meta {
    segments: Vec<Segment>,
    payload: Option<String>,
}

/// A segment in it.
#[derive(Deserialize)]
struct Segment {
    segment_id: String,
    deletes: Option<Deletes>,
}

/// Which list of deleted documents counts.
#[derive(Deserialize)]
struct Deletes {
    opstamp: u64,
}

impl Segment {
    /// Whether a file is a part of this segment as it stands in `meta.json`.
    fn has(&self, file: &str) -> bool {
        let part =
            file.strip_prefix(&self.segment_id.replace('-', "")).and_then(|part| part.strip_prefix('.'));
        match part {
            None | Some("store.temp") => false,
            Some(part) => part.strip_suffix(".del").is_none_or(|opstamp| {
                self.deletes.as_ref().is_some_and(|deletes| deletes.opstamp.to_string() == opstamp)
            }),
        }
    }
}

/// What the files of a commit must hold, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) files: BTreeMap<String, Entry>,
}

/// What a file must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Size in bytes.
    size: u64,
    /// A hash of the content.
    hash: u64,
    /// What the file system said of it when the content was known to be this.
    stamp: Stamp,
}

/// What changes when a file is written to, replaced or swapped with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    /// Time of the last change, in nanoseconds since 1970.
    modified: u64,
    /// The number of the file in its file system; 0 where there is none.
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> io::Result<Stamp> {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Ok(Stamp { modified: nanoseconds(metadata.modified()?), inode })
    }
}

/// Hashes a file as it is written.
#[derive(Default)]
pub(crate) struct Tally {
    size: u64,
    hasher: Box<Xxh3>,
}

impl Tally {
    /// Takes note of more content.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hasher.update(bytes);
    }

    /// The entry of the file at `path`, which holds what was noted.
    pub(crate) fn entry(&self, path: &Path) -> io::Result<Entry> {
        let stamp = Stamp::of(&fs::metadata(path)?)?;
        Ok(Entry { size: self.size, hash: self.hasher.digest(), stamp })
    }
}

/// How a file is held against its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// By size and stamp; by content where the stamp is another.
    Quick,
    /// By content.
    Whole,
}

impl Entry {
    /// Looks whether the file at `path` is what it must be; `Err` says what is wrong.
    /// Returns the entry with the stamp that the file has now.
    fn look(&self, path: &Path, look: Look) -> io::Result<Result<Entry, String>> {
        let metadata = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Err("is missing".to_string()));
            }
            metadata => metadata?,
        };
        if !metadata.is_file() {
            return Ok(Err("is not a file".to_string()));
        }
        if metadata.len() != self.size {
            return Ok(Err(format!("has {} bytes and not {}", metadata.len(), self.size)));
        }
        let stamp = Stamp::of(&metadata)?;
        if (look == Look::Whole || stamp != self.stamp) && hash(path)? != self.hash {
            return Ok(Err("is not what was written: its checksum is wrong".to_string()));
        }
        Ok(Ok(Entry { stamp, ..*self }))
    }
}

fn hash(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.digest()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

impl Manifest {
    /// The name of the manifest of a `meta.json`.
    pub(crate) fn name(meta: &[u8]) -> String {
        format!("{PREFIX}{:016x}.json", xxh3_64(meta))
    }

    /// Whether a file may be a manifest.
    pub(crate) fn is_name(name: &str) -> bool {
        name.starts_with(PREFIX)
    }

    /// The manifest of a `meta.json`, out of the files that are known.
    pub(crate) fn of(meta: &[u8], known: &Manifest) -> io::Result<Manifest> {
        let meta: Meta = serde_json::from_slice(meta)?;
        let mut files = BTreeMap::new();
        for segment in &meta.segments {
            let own = known.files.iter().filter(|(name, _)| segment.has(name));
            let before = files.len();
            files.extend(own.map(|(name, entry)| (name.clone(), *entry)));
            if files.len() == before {
                return Err(io::Error::other(format!("nothing is known of segment {}", segment.segment_id)));
            }
        }
        if let Some(payload) = &meta.payload {
            let state = known.files.get_key_value(&Payload::read(payload)?.state);
            let (name, entry) = state.ok_or_else(|| io::Error::other("nothing is known of the digests"))?;
            files.insert(name.clone(), *entry);
        }
        Ok(Manifest { files })
    }

    /// Reads the manifest of a `meta.json` in the folder of a generation.
    pub(crate) fn read(root: &Path, folder: &Path, meta: &[u8]) -> Result<Manifest, IndexError> {
        let name = Manifest::name(meta);
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => {
                IndexError::damaged(root, format!("{META} is not what was written, or {name} is missing"))
            }
            _ => IndexError::reading_file(root, &path, source),
        })?;
        let manifest: Option<Manifest> = unseal(&bytes);
        // A name leads nowhere else, whoever made the index.
        manifest
            .filter(|manifest| manifest.files.keys().all(|name| is_plain(name)))
            .ok_or_else(|| IndexError::damaged(root, format!("{name} is not what was written")))
    }

    /// The manifest as it is written.
    pub(crate) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        Ok(seal(self)?)
    }

    /// Looks whether the files in a folder are what they must be, and notes their stamps.
    /// Returns what is wrong, file by file.
    pub(crate) fn look(&mut self, root: &Path, folder: &Path, look: Look) -> Result<Vec<String>, IndexError> {
        let mut problems = Vec::new();
        for (name, entry) in &mut self.files {
            let path = folder.join(name);
            match entry.look(&path, look) {
                Ok(Ok(found)) => *entry = found,
                Ok(Err(what)) => problems.push(format!("{name} {what}")),
                Err(source) => match IndexError::reading_file(root, &path, source) {
                    IndexError::Damaged { what, .. } => problems.push(what),
                    error => return Err(error),
                },
            }
        }
        Ok(problems)
    }
}

/// Whether a name is one of a file in the folder, and not a path out of it.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !name.is_empty() && !name.starts_with('.')
}
