//! The folder of digests that a sequence changes, and what an index of it must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ingest::{Digest, KnownTitles};
use paper::{DigestRef, Occurrence, Paper, Record};

/// Titles and the ends of abstracts, some of which are hard to tell from each other on
/// one line.
const TITLES: [&str; 8] = [
    "2- and 3-Burrows",
    "QuokkaNet Smiling Networks for Marsupial Vision",
    "wombats.example A Map of Burrows",
    "A.X K1",
    "Smiles at Scale",
    "Patient Cache Compression for Numbats",
    "98 Faster Burrows Without a Shovel",
    "GPT-4.1 and the Smiling of Quokkas",
];
const ENDS: [&str; 4] = [
    "Quokkas smile more.",
    "Code is at https://example.org/burrow",
    "See github.com/quokka/DeepBurrow",
    "It holds for A. X. Burrow et al",
];
const SUMMARIES: [&str; 4] =
    ["研究洞穴缓存压缩。", "提出QuokkaNet微笑网络", "面向袋熊的推测解码", "知识蒸馏与草稿模型。"];
const WORDS: [&str; 6] = ["cache", "burrow", "smile", "draft", "numbat", "compression"];

/// A paper in a digest: its number, and its version from 0 up.
pub(crate) type Version = (usize, usize);

/// A digest to write.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) day: u32,
    pub(crate) contents: bool,
    pub(crate) papers: Vec<Version>,
}

fn title((number, version): Version) -> String {
    // A later version may have another title.
    match version {
        2 => format!("Revisited {}", TITLES[number]),
        _ => TITLES[number].to_string(),
    }
}

impl Draft {
    pub(crate) fn text(&self) -> String {
        let mut out = format!("2026-01-{:02}\n", self.day);
        if self.contents {
            out.push_str("Table of Contents\n");
            for paper in &self.papers {
                out.push_str(&format!("- {}\n", title(*paper)));
            }
        }
        for &(number, version) in &self.papers {
            let words: Vec<&str> =
                (0..3 + number % 3).map(|at| WORDS[(number + version + at * at) % 6]).collect();
            out.push_str(&format!(
                "{}\n{}\nAuthors: Ann Example, Number {number} | Date: 2026-01-{:02}\n\
                 Link: http://arxiv.org/abs/2601.0000{number}v{}\nAbstract\nOn {} of day {}. {}",
                title((number, version)),
                SUMMARIES[(number + version) % 4],
                1 + number % 3,
                version + 1,
                words.join(" "),
                self.day % 2,
                ENDS[(number + version) % 4],
            ));
        }
        out
    }
}

/// A folder of digests, of which each write has a time of its own.
pub(crate) struct World {
    folder: tempfile::TempDir,
    clock: SystemTime,
}

impl World {
    pub(crate) fn new() -> World {
        // Nothing here is about disks: where there is a file system in memory, it will do.
        let in_memory = Path::new("/dev/shm");
        let folder = match in_memory.is_dir() {
            true => tempfile::tempdir_in(in_memory),
            false => tempfile::tempdir(),
        };
        let folder = folder.expect("a temporary folder");
        fs::create_dir(folder.path().join("papers")).expect("a folder");
        World { folder, clock: SystemTime::now() - Duration::from_secs(1_000_000) }
    }

    pub(crate) fn papers(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("the folder").join("papers")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    pub(crate) fn digest(&self, slot: usize) -> PathBuf {
        self.papers().join(format!("{slot}.txt"))
    }

    pub(crate) fn write(&mut self, slot: usize, draft: &Draft) {
        self.clock += Duration::from_secs(60);
        let path = self.digest(slot);
        fs::write(&path, draft.text()).expect("a digest");
        let file = File::options().write(true).open(path).expect("the digest");
        file.set_modified(self.clock).expect("a time");
    }

    /// What an index of these digests holds, worked out from all of them at once.
    pub(crate) fn records(digests: &BTreeMap<PathBuf, String>) -> BTreeMap<String, Record> {
        let parse = |path: &Path, text: &str, known: &KnownTitles| {
            let digest = ingest::parse_as(text.as_bytes(), None, known).expect("a digest");
            entries(path, digest)
        };
        let alone: Vec<_> =
            digests.iter().map(|(path, text)| parse(path, text, &KnownTitles::default())).collect();
        let certain: Vec<&Paper> = alone
            .iter()
            .flat_map(|entries| entries.values())
            .filter(|occurrence| occurrence.certain_title)
            .map(|occurrence| &occurrence.paper)
            .collect();
        let mut occurrences: BTreeMap<String, Vec<Occurrence>> = BTreeMap::new();
        for ((path, text), alone) in digests.iter().zip(&alone) {
            let mut known = KnownTitles::default();
            for open in alone.values().filter(|occurrence| !occurrence.certain_title) {
                for paper in certain.iter().filter(|paper| paper.id == open.paper.id) {
                    known.add(paper.id.clone().expect("an id"), paper.title.clone());
                }
            }
            for (id, occurrence) in parse(path, text, &known) {
                occurrences.entry(id).or_default().push(occurrence);
            }
        }
        let records = occurrences.into_iter().filter_map(|(id, occurrences)| Record::new(id, occurrences));
        records.map(|record| (record.id.clone(), record)).collect()
    }

    /// The digests that lie in the folder.
    pub(crate) fn lying(&self) -> BTreeMap<PathBuf, String> {
        let entries =
            fs::read_dir(self.papers()).expect("the folder").map(|entry| entry.expect("an entry").path());
        entries.map(|path| (path.clone(), fs::read_to_string(path).expect("a digest"))).collect()
    }
}

/// What a digest says of each of its papers.
fn entries(path: &Path, digest: Digest) -> BTreeMap<String, Occurrence> {
    let mut entries: BTreeMap<String, Occurrence> = BTreeMap::new();
    for (entry, position) in digest.entries.into_iter().zip(1..) {
        let occurrence = Occurrence {
            digest: DigestRef { file: path.to_string_lossy().into_owned(), date: digest.date },
            position,
            paper: entry.paper,
            certain_title: entry.certain,
        };
        // The highest version counts; the first entry of it, unless the digest ends in it.
        let id = occurrence.paper.key();
        let is_better = entries.get(&id).is_none_or(|known| {
            (known.paper.version, !known.paper.truncated)
                < (occurrence.paper.version, !occurrence.paper.truncated)
        });
        if is_better {
            entries.insert(id, occurrence);
        }
    }
    entries
}

/// The papers that an index holds.
pub(crate) fn held(root: &Path) -> BTreeMap<String, Record> {
    let index = indexer::OpenIndex::open(root).expect("an index");
    let mut records = BTreeMap::new();
    let mut twice = BTreeSet::new();
    let visited = index.for_each_record(&mut |record| {
        if let Some(known) = records.insert(record.id.clone(), record) {
            twice.insert(known.id);
        }
    });
    visited.expect("readable papers");
    assert!(twice.is_empty(), "{twice:?} are there twice");
    records
}
