//! Damaged indexes: one file of the index folder is not what was written.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Case, Dice, amount, copy_folder, files_below, papers_in, run, sound, tell, write_digest};
use crate::harness::{Outcome, Work, json_lines, path};

/// One of each way to read: terms, positions, ranges, misspelt words, names, days, ids.
const QUERIES: &str = "numbat\n\"numbats dig\"\ntermit*\nnumbta~\nauthor:example\ndate:2026-01\nid:2601.00002\nstudy -title:3\n";

/// An index with several segments and deleted papers, and what it answers.
struct Sound {
    case: Case,
    index: PathBuf,
    answers: Vec<Value>,
    shown: String,
}

/// How a query on a damaged index ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Same,
    Error,
    Silent,
    Signal,
}

impl Sound {
    fn new() -> Sound {
        let case = Case::new("damage", 4, false);
        let index = case.copy("sound");
        let digests = case.work.path("digests");
        // One paper of many is deleted: too few for the segment to be written anew.
        for papers in [20, 19] {
            write_digest(&digests, "many.txt", &(200..200 + papers).map(|paper| (paper, 1)).collect());
            run(sound(), &index, &digests, false).unwrap();
        }
        let mut made = Sound { case, index: index.clone(), answers: Vec::new(), shown: String::new() };
        made.answers = answers(&made.batch(&index));
        made.shown = made.show(&index).succeeds().stdout;
        assert_eq!(made.answers.len(), QUERIES.lines().count());
        assert!(files_below(&index).iter().any(|file| path(file).ends_with(".del")));
        made
    }

    fn work(&self) -> &Work {
        &self.case.work
    }

    fn run(&self, index: &Path, args: &[&str]) -> Outcome {
        self.work().bare(["--index", path(index)].iter().chain(args)).run()
    }

    fn batch(&self, index: &Path) -> Outcome {
        let args = ["--index", path(index), "query", "--batch", "-", "--format", "jsonl", "--explain"];
        self.work().bare(args).stdin(QUERIES).run()
    }

    fn show(&self, index: &Path) -> Outcome {
        self.run(index, &["show", "2601.00002"])
    }

    /// Asks a damaged index; the worst of its answers counts.
    fn ask(&self, index: &Path, what: &str) -> Ended {
        let (batch, show) = (self.batch(index), self.show(index));
        for told in [&batch, &show].into_iter().filter(|outcome| outcome.code == Some(2)) {
            // Whoever is told of damage is told what mends it.
            assert!(told.stderr.contains("paper-search index"), "{what}: {told:?}");
        }
        let answers = answers(&batch);
        let is_right = |answer: &Value| self.answers.contains(answer) || answer.get("error").is_some();
        if batch.code.is_none() || show.code.is_none() {
            Ended::Signal
        } else if !answers.iter().all(is_right) || !(show.stdout.is_empty() || show.stdout == self.shown) {
            Ended::Silent
        } else if batch.code == Some(2) || show.code == Some(2) {
            Ended::Error
        } else if answers == self.answers && show.stdout == self.shown {
            Ended::Same
        } else {
            Ended::Silent
        }
    }
}

/// The answers without their times.
fn answers(outcome: &Outcome) -> Vec<Value> {
    let mut lines = json_lines(&outcome.stdout);
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("took_ms");
    }
    lines
}

/// Damages one file below `index` in one of many ways; says how. `None` where the way is
/// not one for this file.
fn damage(index: &Path, other: &Path, dice: &mut Dice) -> Option<String> {
    let files = files_below(index);
    let file = dice.pick(&files);
    let mut bytes = fs::read(file).unwrap();
    let length = bytes.len();
    let way = match dice.below(12) {
        0..3 => {
            let at = dice.below(length.max(1));
            *bytes.get_mut(at)? ^= 1 << dice.below(8);
            format!("a bit of byte {at}")
        }
        3 => {
            for _ in 0..1 + dice.below(20) {
                let at = dice.below(length.max(1));
                *bytes.get_mut(at)? = dice.below(256) as u8;
            }
            "bytes here and there".to_string()
        }
        4 | 5 => {
            let block = *dice.pick(&[16, 512, 4096]);
            let start = dice.below(length / block + 1) * block;
            let end = length.min(start + block);
            bytes.get_mut(start..end)?.fill(0);
            format!("zeros from {start} to {end}")
        }
        6 => {
            bytes.truncate(dice.below(length.max(1)));
            format!("only {} bytes", bytes.len())
        }
        7 => {
            bytes.extend((0..1 + dice.below(5000)).map(|_| dice.below(256) as u8));
            format!("{} bytes more", bytes.len() - length)
        }
        8 => {
            fs::remove_file(file).unwrap();
            return Some(format!("no {}", file.display()));
        }
        9 => {
            // Two files change places.
            let second = dice.pick(&files);
            let aside = index.join("aside");
            fs::rename(file, &aside).unwrap();
            if second != file {
                fs::rename(second, file).unwrap();
                fs::rename(&aside, second).unwrap();
            } else {
                fs::rename(&aside, file).unwrap();
            }
            return Some(format!("{} in the place of {}", second.display(), file.display()));
        }
        10 => {
            // A file of the same kind of another index.
            let kind = file.extension()?;
            let others: Vec<PathBuf> =
                files_below(other).into_iter().filter(|other| other.extension() == Some(kind)).collect();
            bytes = fs::read(dice.pick(&others)).unwrap();
            format!("another index's .{}", kind.to_str().unwrap())
        }
        _ => {
            // By hand, in what is text: another number, or room.
            let text = String::from_utf8(bytes.clone()).ok()?;
            let digits: Vec<usize> =
                text.match_indices(|ch: char| ch.is_ascii_digit()).map(|(at, _)| at).collect();
            if digits.is_empty() || dice.below(4) == 0 {
                bytes.extend(vec![b' '; 10_000_000]);
                "ten million spaces".to_string()
            } else {
                let at = *dice.pick(&digits);
                bytes[at] = b'0' + (bytes[at] - b'0' + 1 + dice.below(9) as u8) % 10;
                format!("another digit at {at}")
            }
        }
    };
    fs::write(file, bytes).unwrap();
    Some(format!("{way} of {}", file.display()))
}

/// What the files of an index hold, but for the lock, which may hold anything.
fn contents(index: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files_below(index).into_iter().filter(|file| !file.ends_with("writer.lock"));
    files.map(|file| (file.strip_prefix(index).unwrap().to_path_buf(), fs::read(&file).unwrap())).collect()
}

#[test]
fn a_damaged_index_is_told_and_never_answers_wrongly() {
    let sound = Sound::new();
    let mut dice = Dice::new("damage");
    let other = Case::new("another index", 3, false);
    let damaged = sound.work().path("damaged");
    let whole = contents(&sound.index);
    let papers = papers_in(&sound.index).unwrap().unwrap().len();
    let (mut cases, mut harmless, mut same, mut errors, mut rebuilt) = (0, 0, 0, 0, 0);
    while cases < amount(100, 2000) {
        let _ = fs::remove_dir_all(&damaged);
        copy_folder(&sound.index, &damaged);
        let Some(what) = damage(&damaged, &other.work.path("base"), &mut dice) else { continue };
        cases += 1;
        let ended = sound.ask(&damaged, &what);
        let checked = sound.run(&damaged, &["check"]);
        if contents(&damaged) == whole {
            harmless += 1;
            assert_eq!((ended, checked.code), (Ended::Same, Some(0)), "{what}: {checked:?}");
            continue;
        }
        assert_eq!(checked.code, Some(2), "{what}: {checked:?}");
        match ended {
            Ended::Same => same += 1,
            Ended::Error => errors += 1,
            ended => panic!("{what}: {ended:?}"),
        }
        if dice.below(10) == 0 {
            sound.run(&damaged, &["index", "--rebuild", "digests"]).succeeds();
            sound.run(&damaged, &["check"]).succeeds();
            let mended = sound.run(&damaged, &["query", "--to", "2100", "--format", "ids", "-n", "100"]);
            assert_eq!(mended.stdout.lines().count(), papers, "{what}: {mended:?}");
            rebuilt += 1;
        }
    }
    tell(
        "damaged copies",
        &format!(
            "{cases} cases ({harmless} without effect): {errors} told, {same} answered right, 0 silent, 0 signals; \
             check found {}; {rebuilt} rebuilt",
            cases - harmless
        ),
    );
}

/// Rot beneath the file system leaves size and time as they were. `check` finds it; what
/// a query makes of it is told, not promised.
#[test]
fn rot_that_no_time_shows_is_found_by_check() {
    let sound = Sound::new();
    let mut dice = Dice::new("rot");
    let files: Vec<PathBuf> =
        files_below(&sound.index).into_iter().filter(|file| !file.ends_with("writer.lock")).collect();
    let mut counts = [0; 4];
    let cases = amount(30, 500);
    for _ in 0..cases {
        let file = dice.pick(&files);
        let whole = fs::read(file).unwrap();
        let modified = fs::metadata(file).unwrap().modified().unwrap();
        let write = |bytes: &[u8]| {
            fs::write(file, bytes).unwrap();
            fs::File::options().append(true).open(file).unwrap().set_modified(modified).unwrap();
        };
        let mut rotten = whole.clone();
        let at = dice.below(whole.len());
        rotten[at] ^= 1 << dice.below(8);
        write(&rotten);
        let what = format!("byte {at} of {}", file.display());
        let ended = sound.ask(&sound.index, &what);
        counts[ended as usize] += 1;
        let checked = sound.run(&sound.index, &["check"]);
        assert_eq!(checked.code, Some(2), "{what}: {checked:?}");
        write(&whole);
    }
    sound.run(&sound.index, &["check"]).succeeds();
    let [same, errors, silent, signals] = counts;
    tell(
        "bits that rot unseen",
        &format!(
            "{cases} cases: check found {cases}; queries: {same} right, {errors} told, {silent} wrong, {signals} signals"
        ),
    );
}
