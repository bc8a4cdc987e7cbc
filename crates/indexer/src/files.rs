//! Every change that this crate makes on disk, one method each: what is not written here
//! is not written at all. Tests record the changes, and let any of them fail.
//!
//! Reading goes straight to the file system.

use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// What can be changed on disk.
pub trait Files: Debug + Send + Sync {
    /// Makes a folder in one that exists.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a file; an error where there is one already.
    fn create(&self, path: &Path) -> io::Result<Box<dyn NewFile>>;

    /// Gives a file another name in its folder, in one step; a file of that name is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Deletes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Deletes an empty folder.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a file without a name in a folder, for what a run puts aside. However the
    /// process ends, it leaves nothing of it.
    fn scratch(&self, folder: &Path) -> io::Result<Box<dyn Scratch>>;

    /// Waits until the names in a folder are as durable as the disk makes them.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub trait NewFile: Write + Send + Sync {
    /// Waits until what was written is as durable as the disk makes it. The file's name is
    /// not: that is its folder's matter.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file without a name, written and read by the run that made it.
pub trait Scratch: Read + Write + Seek + Send + Sync {}

impl<File: Read + Write + Seek + Send + Sync> Scratch for File {}

/// The file system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        Ok(Box::new(File::options().write(true).create_new(true).open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn scratch(&self, folder: &Path) -> io::Result<Box<dyn Scratch>> {
        Ok(Box::new(tempfile::tempfile_in(folder)?))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Only Unix lets a folder be opened; elsewhere the rename must do.
        match cfg!(unix) {
            true => File::open(path)?.sync_all(),
            false => Ok(()),
        }
    }
}

impl NewFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// How the names of files begin that are not finished.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Writes a file so that its name never stands for half of it. The name becomes durable
/// with its folder.
pub(crate) fn write_whole(files: &dyn Files, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!("{TEMPORARY}-{name}"));
    let mut file = files.create(&temporary)?;
    let mut write = || {
        file.write_all(bytes)?;
        file.sync()?;
        files.rename(&temporary, &folder.join(name))
    };
    write().inspect_err(|_| {
        // What is left would be in the way of another try, and else the next run's to clear.
        let _ = files.remove(&temporary);
    })
}

/// Makes a folder and those above it.
pub(crate) fn create_folders(files: &dyn Files, path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folders(files, parent)?;
    }
    match files.create_folder(path) {
        Err(_) if path.is_dir() => Ok(()),
        made => made,
    }
}

/// Deletes a folder and all in it. What is a link is deleted, not followed.
pub(crate) fn remove_tree(files: &dyn Files, path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => remove_tree(files, &entry.path())?,
            false => files.remove(&entry.path())?,
        }
    }
    files.remove_folder(path)
}
