//! The file system, with a record of what is changed, and with faults.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use indexer::{Disk, Files, NewFile, Scratch};

/// One change on disk.
#[derive(Clone, Debug)]
pub(super) enum Change {
    CreateFolder(PathBuf),
    Create(PathBuf),
    /// More content of the file that was created under this name.
    Write(PathBuf, Vec<u8>),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    RemoveFolder(PathBuf),
    SyncFolder(PathBuf),
    /// A file without a name.
    Scratch,
    /// More content of one.
    PutAside,
}

impl Change {
    /// Whether it needs room on the disk.
    fn needs_room(&self) -> bool {
        matches!(
            self,
            Change::CreateFolder(_)
                | Change::Create(_)
                | Change::Write(..)
                | Change::Scratch
                | Change::PutAside
        )
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// Nothing.
    None,
    /// From the change with this number on nothing happens any more, as if the process
    /// had been killed.
    Death(usize),
    /// The change with this number fails with this error of the system, and no other.
    Once(usize, i32),
    /// From the change with this number on there is no room on the disk.
    Full(usize),
}

/// Files on this machine's disk, all in the same record.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    fault: Fault,
    record: Arc<Mutex<Vec<Change>>>,
}

/// The disk is full.
pub(super) const ENOSPC: i32 = 28;

impl Recorder {
    pub(super) fn new(fault: Fault) -> Recorder {
        Recorder { fault, record: Arc::default() }
    }

    /// What was changed, or should have been.
    pub(super) fn record(&self) -> Vec<Change> {
        self.lock().clone()
    }

    /// Whether the process has ended before the last change.
    fn is_dead(&self) -> bool {
        matches!(self.fault, Fault::Death(from) if self.lock().len() > from + 1)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Change>> {
        self.record.lock().unwrap()
    }

    /// Records a change; makes it, unless it is to fail.
    fn change<T>(&self, change: Change, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        // Held while the change is made: the record is in the order of the disk.
        let mut record = self.lock();
        let number = record.len();
        let needs_room = change.needs_room();
        let error = match self.fault {
            Fault::Death(from) if number >= from => Some(io::Error::other("killed")),
            Fault::Once(at, error) if number == at => Some(io::Error::from_raw_os_error(error)),
            Fault::Full(from) if number >= from && needs_room => Some(io::Error::from_raw_os_error(ENOSPC)),
            _ => None,
        };
        record.push(change);
        match error {
            Some(error) => Err(error),
            None => make(),
        }
    }
}

impl Files for Recorder {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.change(Change::CreateFolder(path.to_path_buf()), || Disk.create_folder(path))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        let file = self.change(Change::Create(path.to_path_buf()), || Disk.create(path))?;
        Ok(Box::new(RecordedFile { path: path.to_path_buf(), file, recorder: self.clone() }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(Change::Rename(from.to_path_buf(), to.to_path_buf()), || Disk.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(Change::Remove(path.to_path_buf()), || Disk.remove(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.change(Change::RemoveFolder(path.to_path_buf()), || Disk.remove_folder(path))
    }

    fn scratch(&self, folder: &Path) -> io::Result<Box<dyn Scratch>> {
        let file = self.change(Change::Scratch, || Disk.scratch(folder))?;
        Ok(Box::new(RecordedScratch { file, recorder: self.clone() }))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Nothing is ever lost here but what the tests take away.
        self.change(Change::SyncFolder(path.to_path_buf()), || Ok(()))
    }
}

struct RecordedFile {
    path: PathBuf,
    file: Box<dyn NewFile>,
    recorder: Recorder,
}

impl Write for RecordedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = &mut self.file;
        let written = self.recorder.change(Change::Write(self.path.clone(), bytes.to_vec()), || {
            file.write_all(bytes)?;
            Ok(bytes.len())
        });
        if written.is_err() && !self.recorder.is_dead() {
            // What fails may have been done by half.
            self.file.write_all(&bytes[..bytes.len() / 2])?;
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl NewFile for RecordedFile {
    fn sync(&mut self) -> io::Result<()> {
        self.recorder.change(Change::Sync(self.path.clone()), || Ok(()))
    }
}

struct RecordedScratch {
    file: Box<dyn Scratch>,
    recorder: Recorder,
}

impl Write for RecordedScratch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = &mut self.file;
        self.recorder.change(Change::PutAside, || file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for RecordedScratch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for RecordedScratch {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
