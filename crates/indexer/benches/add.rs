//! What does it cost to add a digest to an index, and does the cost grow with the index?
//!
//! `cargo bench -p indexer` makes indexes of 1,000, 10,000 and 100,000 papers, adds digests
//! of 20 papers one by one, and writes and syncs files of the same bytes in the same run.
//! Runs in which segments merged are told apart: they rewrite papers of earlier runs. The
//! papers are made of words whose frequencies fall as those of a language do.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use analysis::Analyzer;
use indexer::{OpenIndex, Options};

const PAPERS_A_DIGEST: usize = 20;
const RUNS: usize = 40;
const HAN: &str =
    "研究提出方法模型数据学习网络推理优化性能评估生成语言视觉图像文本知识压缩缓存解码训练框架算法任务系统";

fn main() {
    let analyzer = Analyzer::new();
    println!(
        "{:>8} {:>9} {:>12} {:>12} {:>12} {:>12} {:>8} {:>9}",
        "papers", "built s", "add ms", "merging ms", "merging", "files ms", "ratio", "segments"
    );
    let mut first = None;
    for papers in [1_000, 10_000, 100_000] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (digests, index) = (folder.path().join("papers"), folder.path().join("index"));
        fs::create_dir(&digests).expect("a folder");
        let count = papers / PAPERS_A_DIGEST;
        for number in 0..count {
            write(&digests, number);
        }
        let built = timed(|| sync(&index, &digests, &analyzer));
        let (mut plain, mut merging, mut files) = (Vec::new(), Vec::new(), Vec::new());
        let mut segments = segment_count(&index);
        for number in count..count + RUNS {
            let text = write(&digests, number);
            files.push(timed(|| write_synced(&folder.path().join("files"), &text)));
            let digest = digests.join(format!("{number}.txt"));
            let took = timed(|| sync(&index, &digest, &analyzer));
            let now = segment_count(&index);
            if now > segments {
                plain.push(took)
            } else {
                merging.push(took)
            }
            segments = now;
        }
        let (add, files) = (median(&mut plain), median(&mut files));
        let base = *first.get_or_insert(add);
        println!(
            "{papers:>8} {:>9.1} {:>12.1} {:>12.1} {:>12} {:>12.1} {:>8.2} {segments:>9}",
            built.as_secs_f64(),
            milliseconds(add),
            milliseconds(median(&mut merging)),
            format!("{} of {RUNS}", merging.len()),
            milliseconds(files),
            add.as_secs_f64() / base.as_secs_f64(),
        );
    }
}

fn sync(index: &Path, digests: &Path, analyzer: &Analyzer) {
    let report = indexer::sync(index, &[digests.to_path_buf()], Options::default(), analyzer, &mut |_| ());
    assert_eq!(report.expect("an index").digests.failed, 0);
}

fn segment_count(index: &Path) -> usize {
    OpenIndex::open(index).expect("an index").segment_count()
}

/// The bytes of a digest, as many files as a segment has, each synced as it must be.
fn write_synced(folder: &Path, text: &str) {
    fs::create_dir_all(folder).expect("a folder");
    for number in 0..8 {
        let mut file = File::create(folder.join(number.to_string())).expect("a file");
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).expect("written");
    }
    File::open(folder).and_then(|folder| folder.sync_all()).expect("synced");
}

/// Writes a digest, old enough that its time is to be trusted.
fn write(folder: &Path, number: usize) -> String {
    let mut random = Random(number as u64 + 1);
    let mut text = String::from("2026-03-10\n");
    for paper in 0..PAPERS_A_DIGEST {
        let id = number * PAPERS_A_DIGEST + paper;
        text.push_str(&format!(
            "{}\n{}\nAuthors: {}, {} | Date: 2026-03-{:02}\nLink: http://arxiv.org/abs/{:04}.{:05}v1\nAbstract\n{}.\n",
            random.words(9),
            random.han(40),
            random.words(2),
            random.words(2),
            1 + id % 28,
            1000 + id / 100_000,
            id % 100_000,
            random.words(170),
        ));
    }
    let path = folder.join(format!("{number}.txt"));
    fs::write(&path, &text).expect("a digest");
    let file = File::options().write(true).open(path).expect("the digest");
    file.set_modified(SystemTime::now() - Duration::from_secs(100_000)).expect("a time");
    text
}

/// A small generator (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A rank below `ranks`, low ones often, as Zipf's law has it.
    fn rank(&mut self, ranks: f64) -> u64 {
        let share = self.next() as f64 / u64::MAX as f64;
        ranks.powf(share) as u64
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| word(self.rank(60_000.0))).collect();
        words.join(" ")
    }

    fn han(&mut self, count: usize) -> String {
        let all: Vec<char> = HAN.chars().collect();
        (0..count).map(|_| all[self.rank(all.len() as f64) as usize % all.len()]).collect()
    }
}

/// The word of a rank: syllables that spell it.
fn word(mut rank: u64) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b"bdfgklmnprstvz"[(rank % 14) as usize]));
        rank /= 14;
        word.push(char::from(b"aeiou"[(rank % 5) as usize]));
        rank /= 5;
        if rank == 0 {
            return word;
        }
    }
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
