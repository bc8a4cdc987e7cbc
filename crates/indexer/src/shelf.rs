//! Where a run keeps the papers that it may write: in memory, and from some size on in a file
//! without a name. Of each paper there is only little in memory, however many there are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use paper::{Occurrence, Record};
use smallvec::{SmallVec, smallvec};

use crate::files::{Files, Scratch};
use crate::lengths::Lengths;

/// An occurrence on the shelf, with what must be known of it to decide about titles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// The number of the digest ([`Shelf::number`]).
    pub(crate) digest: u32,
    /// Whether the digest is certain of the title.
    pub(crate) certain: bool,
    /// Whether another digest may tell where the title begins.
    pub(crate) open: bool,
    /// Where it is, in bytes from the beginning.
    start: u64,
    /// How long it is, in bytes.
    pub(crate) bytes: u32,
}

/// An occurrence packed for the shelf.
pub(crate) struct Parcel {
    pub(crate) id: String,
    certain: bool,
    open: bool,
    content: Vec<u8>,
}

impl Parcel {
    /// Packs an occurrence of the paper with this id.
    pub(crate) fn of(id: String, occurrence: &Occurrence) -> io::Result<Parcel> {
        Ok(Parcel {
            id,
            certain: occurrence.certain_title,
            open: !occurrence.certain_title && occurrence.paper.id.is_some(),
            content: postcard::to_stdvec(occurrence).map_err(io::Error::other)?,
        })
    }
}

/// Papers by id, their occurrences on the shelf.
pub(crate) type Papers = BTreeMap<Box<str>, KeptPaper>;

/// A paper on the shelf. Runs may have millions of them, most of which stand in one digest and are
/// new.
#[derive(Clone, Debug)]
pub(crate) struct KeptPaper {
    /// Its occurrences.
    pub(crate) occurrences: SmallVec<[Kept; 1]>,
    /// The lengths of its fields, if it is in the index.
    pub(crate) lengths: Option<Box<Lengths>>,
}

/// The shelf itself.
pub(crate) struct Shelf {
    files: Arc<dyn Files>,
    folder: PathBuf,
    /// How much is kept in memory, in bytes.
    room: usize,
    /// What was not written to the file yet, and where it begins.
    last: Vec<u8>,
    written: u64,
    file: Option<Mutex<Box<dyn Scratch>>>,
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Shelf {
    /// Makes an empty shelf with so many bytes of room in memory. What is more goes to a file
    /// in `folder`.
    pub(crate) fn new(files: Arc<dyn Files>, folder: &Path, room: usize) -> Shelf {
        Shelf {
            files,
            folder: folder.to_path_buf(),
            room,
            last: Vec::new(),
            written: 0,
            file: None,
            names: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    /// Returns the number that stands for a digest.
    pub(crate) fn number(&mut self, digest: &str) -> u32 {
        if let Some(number) = self.numbers.get(digest) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(digest.to_string());
        self.numbers.insert(digest.to_string(), number);
        number
    }

    /// Returns the digest that a number stands for.
    pub(crate) fn digest(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// Puts an occurrence of a digest on the shelf, and among the papers.
    pub(crate) fn put(&mut self, papers: &mut Papers, digest: u32, parcel: &Parcel) -> io::Result<()> {
        let Parcel { id, certain, open, content } = parcel;
        let bytes = u32::try_from(content.len()).map_err(io::Error::other)?;
        let start = self.written + self.last.len() as u64;
        self.last.extend_from_slice(content);
        let kept = Kept { digest, certain: *certain, open: *open, start, bytes };
        match papers.get_mut(id.as_str()) {
            Some(known) => known.occurrences.push(kept),
            None => {
                let paper = KeptPaper { occurrences: smallvec![kept], lengths: None };
                papers.insert(id.as_str().into(), paper);
            }
        }
        if self.last.len() > self.room { self.write() } else { Ok(()) }
    }

    /// Puts a paper of the index on the shelf, and among the papers, unless it is there.
    pub(crate) fn put_record(
        &mut self,
        papers: &mut Papers,
        record: &Record,
        lengths: Lengths,
    ) -> io::Result<()> {
        if papers.contains_key(record.id.as_str()) {
            return Ok(());
        }
        for occurrence in record.occurrences() {
            let digest = self.number(&occurrence.digest.file);
            self.put(papers, digest, &Parcel::of(record.id.clone(), occurrence)?)?;
        }
        if let Some(paper) = papers.get_mut(record.id.as_str()) {
            paper.lengths = Some(Box::new(lengths));
        }
        Ok(())
    }

    /// Puts aside what is in memory yet, if there is a file for it.
    pub(crate) fn put_aside(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            self.write()?;
            self.last = Vec::new();
        }
        Ok(())
    }

    /// Takes an occurrence from the shelf; it stays there.
    pub(crate) fn get(&self, kept: &Kept) -> io::Result<Occurrence> {
        let length = kept.bytes as usize;
        let content = match (kept.start.checked_sub(self.written), &self.file) {
            (None, Some(file)) => {
                let mut content = vec![0; length];
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(kept.start))?;
                file.read_exact(&mut content)?;
                Cow::Owned(content)
            }
            (start, _) => {
                let rest = self.last.get(start.unwrap_or_default() as usize..);
                Cow::Borrowed(rest.and_then(|rest| rest.get(..length)).ok_or(io::ErrorKind::UnexpectedEof)?)
            }
        };
        postcard::from_bytes(&content).map_err(io::Error::other)
    }

    /// Writes to the file what is in memory.
    fn write(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(Mutex::new(self.files.scratch(&self.folder)?)),
        };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(&self.last)?;
        self.written += self.last.len() as u64;
        self.last.clear();
        Ok(())
    }
}
