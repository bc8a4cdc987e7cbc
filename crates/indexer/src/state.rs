//! What a commit knows of each digest, so that unchanged ones cost a look at their file
//! times and no more.
//!
//! The state is a file beside the segments, named after its content; the commit's payload
//! names it. Whoever sees a commit sees its state.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use ingest::{Digest, DigestFile, Format};
use serde::{Deserialize, Deserializer, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::directory::SafeDirectory;
use crate::error::IndexError;
use crate::lengths::Lengths;

const PREFIX: &str = "digests-";

/// A file whose time of change is so near to the moment it was read may have changed
/// again within the same tick of the file system's clock: its content is compared.
const CLOCK_TICK: Duration = Duration::from_secs(2);

/// What a commit knows of the digests, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The digests.
    #[serde(deserialize_with = "map_of_pairs")]
    pub digests: BTreeMap<String, DigestState>,
    /// Files that could not be read or are no digests, as they were then: nobody is told
    /// again before they change.
    pub failed: BTreeMap<String, Stamp>,
}

/// What tells a file from what it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Size in bytes.
    size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    modified: u64,
}

impl Stamp {
    /// The stamp of a file, unless it may change unseen after `now`.
    pub(crate) fn settled(file: &DigestFile, now: SystemTime) -> Option<Stamp> {
        let age = now.duration_since(file.modified).unwrap_or_default();
        (age >= CLOCK_TICK).then(|| Stamp::of(file))
    }

    fn of(file: &DigestFile) -> Stamp {
        Stamp { size: file.size, modified: nanoseconds(file.modified) }
    }
}

/// What a commit knows of a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestState {
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub modified: u64,
    /// Whether the file may have changed unseen since.
    pub uncertain: bool,
    /// A hash of the content; 0 if what the index has of it is out of date.
    pub hash: u64,
    /// The digest's own day.
    #[serde(with = "days")]
    pub date: Option<NaiveDate>,
    /// How many papers it holds.
    pub papers: u32,
    /// The name of the format it was read in.
    #[serde(deserialize_with = "format_name")]
    pub format: Cow<'static, str>,
}

/// What the payload of a commit says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Payload {
    /// The name of the file with the state.
    pub(crate) state: String,
    /// The lengths of the fields.
    pub(crate) lengths: Lengths,
}

impl Payload {
    /// Reads the payload of a commit.
    pub(crate) fn read(text: &str) -> serde_json::Result<Payload> {
        serde_json::from_str(text)
    }

    /// Returns the payload as a commit holds it.
    pub(crate) fn text(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

impl DigestState {
    /// Notes a digest that was read at `read_at` from these bytes.
    pub(crate) fn new(file: &DigestFile, bytes: &[u8], read_at: SystemTime, digest: &Digest) -> DigestState {
        DigestState {
            size: bytes.len() as u64,
            modified: nanoseconds(file.modified),
            uncertain: is_uncertain(file, bytes, read_at),
            hash: xxh3_64(bytes),
            date: digest.date,
            papers: u32::try_from(digest.entries.len()).unwrap_or(u32::MAX),
            format: Cow::Borrowed(digest.format),
        }
    }

    /// Notes that the same bytes were read again at `read_at`.
    pub(crate) fn seen_again(&self, file: &DigestFile, bytes: &[u8], read_at: SystemTime) -> DigestState {
        DigestState {
            modified: nanoseconds(file.modified),
            uncertain: is_uncertain(file, bytes, read_at),
            ..self.clone()
        }
    }

    /// Makes the next run read the digest, even if it holds what it held.
    pub(crate) fn forget_content(&mut self) {
        self.uncertain = true;
        self.hash = 0;
    }

    /// Whether the file is surely what it was.
    pub(crate) fn is_unchanged(&self, file: &DigestFile) -> bool {
        !self.uncertain && self.size == file.size && self.modified == nanoseconds(file.modified)
    }
}

/// Whether a file that was read at `read_at` may have changed since, its time the same.
fn is_uncertain(file: &DigestFile, bytes: &[u8], read_at: SystemTime) -> bool {
    let age = read_at.duration_since(file.modified).unwrap_or_default();
    age < CLOCK_TICK || file.size != bytes.len() as u64
}

/// A time of change in nanoseconds since 1970.
pub(crate) fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

impl State {
    /// Whether nothing is to be done about a file: it is as the commit has it, or as it
    /// was when it failed.
    pub(crate) fn is_settled(&self, name: &str, file: &DigestFile) -> bool {
        self.digests.get(name).is_some_and(|known| known.is_unchanged(file))
            || self.failed.get(name) == Some(&Stamp::of(file))
    }

    /// Whether a file may be a state.
    pub(crate) fn is_name(file: &str) -> bool {
        file.starts_with(PREFIX)
    }

    /// Reads the state of that name from an open file.
    pub(crate) fn read(root: &Path, name: &str, file: &mut File) -> Result<State, IndexError> {
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes));
        read.map_err(|error| IndexError::reading_file(root, Path::new(name), error))?;
        if file_name(&bytes) != name {
            return Err(IndexError::damaged(root, format!("{name} is not what was written")));
        }
        postcard::from_bytes(&bytes)
            .map_err(|_| IndexError::damaged(root, format!("{name} is no list of digests")))
    }

    /// Writes the state beside the segments; returns its name, for the payload of the commit.
    pub(crate) fn write(&self, directory: &SafeDirectory) -> io::Result<String> {
        // Written and read at each run, with thousands of digests in it.
        let bytes = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let state = file_name(&bytes);
        directory.write(&state, &bytes)?;
        Ok(state)
    }
}

/// Takes thousands of digests as they stand in the file, by path: one by one they would each
/// look for their place. To postcard a map is a list of pairs.
fn map_of_pairs<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, DigestState>, D::Error> {
    Ok(Vec::<(String, DigestState)>::deserialize(deserializer)?.into_iter().collect())
}

/// Takes the name of a format as the program has it: thousands of digests have the same.
fn format_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'static, str>, D::Error> {
    let name = <&str>::deserialize(deserializer)?;
    Ok(Format::named(name).map_or_else(|| Cow::Owned(name.to_string()), |format| Cow::Borrowed(format.name)))
}

/// Days as numbers: thousands of them are read and written at each run, and as texts they would
/// take longer than all the rest.
mod days {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        day: &Option<NaiveDate>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_epoch_days()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<NaiveDate>, D::Error> {
        let days = Option::<i32>::deserialize(deserializer)?;
        let day =
            |days| NaiveDate::from_epoch_days(days).ok_or_else(|| serde::de::Error::custom("no such day"));
        days.map(day).transpose()
    }
}

fn file_name(bytes: &[u8]) -> String {
    format!("{PREFIX}{:016x}", xxh3_64(bytes))
}
