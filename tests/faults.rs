//! The fault programme: whatever happens to the process, the disk or the input, the index
//! is the old state or the new one, opens, and says so.
//!
//! `make test` runs a short form of it, `make faults` the long one. What is promised, and
//! what was measured, stands in docs/reliability.md.

mod crowd;
mod damage;
mod failing;
mod killed;
mod mounts;
mod power;
mod recorder;
mod trees;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use analysis::Analyzer;
use indexer::{Files, IndexError, OpenIndex, Options, Report};

use crate::harness::{Paper, Work, digest, paper};
use recorder::{Fault, Recorder};

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

/// How much there is to do: in the short form, in the long one.
fn amount(short: usize, long: usize) -> usize {
    let is_long = std::env::var("FAULTS").is_ok_and(|form| form == "long");
    if is_long { long } else { short }
}

/// Says what was measured: a row of docs/reliability.md.
fn tell(what: &str, figures: &str) {
    eprintln!("FAULTS: {what}: {figures}");
}

/// Numbers that look random and are the same in every run with the same `FAULTS_SEED`
/// (1 if there is none).
struct Dice(u64);

impl Dice {
    /// Dice of their own for each matter.
    fn new(matter: &str) -> Dice {
        let seed = std::env::var("FAULTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
        let matter = matter.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ matter)
    }

    /// A number below `end`, which is above 0 (Steele, Lea, Flood: SplitMix64, 2014).
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((number ^ (number >> 31)) % end as u64) as usize
    }

    fn toss(&mut self) -> bool {
        self.below(2) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The papers of an index: id and title.
type Papers = BTreeMap<String, String>;

/// Opens an index and reads all its papers; `None` where there is no index.
fn papers_in(index: &Path) -> Result<Option<Papers>, IndexError> {
    let opened = match OpenIndex::open(index) {
        Err(IndexError::Missing(_)) => return Ok(None),
        opened => opened?,
    };
    let mut papers = Papers::new();
    opened.for_each_record(&mut |record| {
        papers.insert(record.id.clone(), record.paper().title.clone());
    })?;
    Ok(Some(papers))
}

/// As [`papers_in`], and a check that finds nothing.
fn checked_papers_in(index: &Path) -> Result<Option<Papers>, IndexError> {
    let papers = papers_in(index)?;
    if let Some(papers) = &papers {
        let report = indexer::check(index)?;
        assert_eq!(report.problems, [""; 0], "{}", index.display());
        assert_eq!(report.papers, papers.len(), "{}", index.display());
    }
    Ok(papers)
}

/// The paper with a number, in one of its versions.
fn numbered(number: usize, version: usize) -> Paper {
    paper(
        &format!("2601.{number:05}v{version}"),
        &format!("Numbat Study {number} Version {version}"),
        "Numbats dig for termites at noon.",
    )
}

/// One digest: the numbers and versions of its papers.
type Content = Vec<(usize, usize)>;

fn write_digest(folder: &Path, name: &str, content: &Content) {
    let papers: Vec<Paper> = content.iter().map(|&(number, version)| numbered(number, version)).collect();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(name), digest("2026-01-05", &papers)).unwrap();
}

/// The papers that some digests hold: the highest version counts.
fn papers_of<'a>(digests: impl IntoIterator<Item = &'a Content>) -> Papers {
    let mut highest = BTreeMap::new();
    for &(number, version) in digests.into_iter().flatten() {
        let known = highest.entry(number).or_insert(version);
        *known = version.max(*known);
    }
    let named = highest.into_iter().map(|(number, version)| {
        (format!("2601.{number:05}"), format!("Numbat Study {number} Version {version}"))
    });
    named.collect()
}

/// An index, digests that have changed since, and what a run will make of them.
struct Case {
    name: &'static str,
    work: Work,
    options: Options,
    /// What the index holds; `None` if there is none.
    before: Option<Papers>,
    after: Papers,
}

impl Case {
    /// An index that `digests` runs made, one digest each; then one digest is new, one
    /// changed and one gone.
    fn new(name: &'static str, digests: usize, rebuild: bool) -> Case {
        let work = Work::new();
        let folder = work.path("digests");
        let mut contents = BTreeMap::new();
        fs::create_dir(&folder).unwrap();
        for number in 0..digests {
            let name = format!("{number:02}.txt");
            let content: Content = (number * 3..number * 3 + 4).map(|paper| (paper, 1)).collect();
            write_digest(&folder, &name, &content);
            contents.insert(name, content);
            run(sound(), &work.path("base"), &folder, false).unwrap();
        }
        let before = (digests > 0).then(|| papers_of(contents.values()));
        if digests > 2 {
            fs::remove_file(folder.join("01.txt")).unwrap();
            contents.remove("01.txt");
            contents.insert("00.txt".to_string(), vec![(0, 2), (1, 2), (90, 1)]);
        }
        contents.insert("zz.txt".to_string(), vec![(2, 3), (91, 1), (92, 1)]);
        for (name, content) in &contents {
            write_digest(&folder, name, content);
        }
        Case { name, work, options: options(rebuild), before, after: papers_of(contents.values()) }
    }

    /// The same, where no paper that is read is kept in memory.
    fn putting_aside(self) -> Case {
        Case { options: Options { kept_in_memory: 0, ..self.options }, ..self }
    }

    /// The kinds of run there are.
    fn all() -> Vec<Case> {
        vec![
            Case::new("a first run", 0, false),
            Case::new("an update", 3, false),
            Case::new("an update with a merge", 9, false),
            Case::new("a rebuild", 3, true),
            Case::new("an update that puts papers aside", 3, false).putting_aside(),
        ]
    }

    /// The index before the run, anew in the folder of that name.
    fn copy(&self, name: &str) -> PathBuf {
        let index = self.work.path(name);
        if index.exists() {
            fs::remove_dir_all(&index).unwrap();
        }
        if self.before.is_some() {
            copy_folder(&self.work.path("base"), &index);
        }
        index
    }

    /// The run itself.
    fn run(&self, files: Arc<dyn Files>, index: &Path) -> Result<Report, IndexError> {
        run_with(files, index, &self.work.path("digests"), self.options)
    }

    /// Asserts that an index is in the old state or the new one; or in the new one.
    fn check(&self, index: &Path, is_done: bool, what: &dyn Fn() -> String) {
        let papers =
            checked_papers_in(index).unwrap_or_else(|error| panic!("{}, {}: {error}", self.name, what()));
        let is_new = papers.as_ref() == Some(&self.after);
        assert!(is_new || !is_done && papers == self.before, "{}, {}: {papers:?}", self.name, what());
    }

    /// Asserts that the next run does what is left to do, and leaves nothing behind.
    fn check_next_run(&self, index: &Path, what: &dyn Fn() -> String) {
        let again = run(sound(), index, &self.work.path("digests"), false);
        again.unwrap_or_else(|error| panic!("{}, {}, the next run: {error}", self.name, what()));
        self.check(index, true, what);
        let left = leftovers(index);
        assert!(left.is_empty(), "{}, {}: {left:?}", self.name, what());
    }
}

/// A disk without faults; nothing is waited for.
fn sound() -> Arc<dyn Files> {
    Arc::new(Recorder::new(Fault::None))
}

fn options(rebuild: bool) -> Options {
    // A program that another test starts has our lock open until it is under way.
    Options { rebuild, wait: true, ..Options::default() }
}

fn run(files: Arc<dyn Files>, index: &Path, digests: &Path, rebuild: bool) -> Result<Report, IndexError> {
    run_with(files, index, digests, options(rebuild))
}

fn run_with(
    files: Arc<dyn Files>,
    index: &Path,
    digests: &Path,
    options: Options,
) -> Result<Report, IndexError> {
    indexer::sync_on(files, index, &[digests.to_path_buf()], options, &ANALYZER, &mut |_| {})
}

/// The files of an index that its commit does not need.
fn leftovers(index: &Path) -> Vec<PathBuf> {
    let pointer: serde_json::Value =
        serde_json::from_slice(&fs::read(index.join("current.json")).unwrap()).unwrap();
    let generation = index.join(format!("generation-{}", pointer["generation"]));
    let mut named = vec![
        index.join("current.json"),
        index.join("writer.lock"),
        generation.clone(),
        generation.join("meta.json"),
    ];
    let manifests: Vec<PathBuf> = files_below(&generation)
        .into_iter()
        .filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with("manifest-"))
        .collect();
    let [manifest] = &manifests[..] else { return manifests };
    let content: serde_json::Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
    named.extend(content["files"].as_object().unwrap().keys().map(|name| generation.join(name)));
    named.push(manifest.clone());
    let mut there = files_below(index);
    there.extend(fs::read_dir(index).unwrap().map(|entry| entry.unwrap().path()));
    there.retain(|path| !named.contains(path));
    there
}

/// All files below a folder, in order.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy_folder(&path, &copy),
            false => drop(fs::copy(&path, &copy).unwrap()),
        }
    }
}
