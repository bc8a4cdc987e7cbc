//! Many small runs leave an index much like one that is made at once: few segments, few
//! files, little more on the disk.
//!
//! `RUNS=1000 cargo test -p indexer --test growth` tries more of them.

use std::fs;
use std::path::Path;

use analysis::Analyzer;
use indexer::{OpenIndex, Options};

/// How many papers a digest has.
const PAPERS: usize = 20;

/// Segments of up to 10,000 papers merge as soon as there are eight of them.
const MOST_SEGMENTS: usize = 8;

/// A segment has six files, and one more if papers of it were replaced.
const FILES_A_SEGMENT: usize = 7;

/// `meta.json`, the manifest, the list of digests, two locks.
const OTHER_FILES: usize = 5;

/// The digest of a day: new papers, and every third day new versions of old ones.
fn digest(day: usize) -> String {
    let mut text = String::from("2026-01-05\n");
    for number in 0..PAPERS {
        let revised = day % 3 == 2 && number < PAPERS / 4;
        let (id, version) = match revised {
            true => ((day / 3) * PAPERS + number, 2 + day),
            false => (day * PAPERS + number, 1),
        };
        text.push_str(&format!(
            "Quokka Study Number {id}\n研究第{id}号短尾矮袋鼠的缓存压缩与推测解码\nAuthors: Ann Example | Date: 2026-01-04\n\
             Link: http://arxiv.org/abs/2601.{id:05}v{version}\nAbstract\n\
             On burrow {} of numbat {} in cache {}, with draft models number {number} of day {day}.\n",
            id % 97,
            id % 89,
            id % 83,
        ));
    }
    text
}

fn sync(index: &Path, path: &Path, analyzer: &Analyzer) {
    let report = indexer::sync(index, &[path.to_path_buf()], Options::default(), analyzer, &mut |_| ());
    assert_eq!(report.expect("an index").digests.failed, 0);
}

/// The number of files of an index, and their size in bytes.
fn files(folder: &Path) -> (usize, u64) {
    let mut sum = (0, 0);
    for entry in fs::read_dir(folder).expect("the folder") {
        let entry = entry.expect("an entry");
        let metadata = entry.metadata().expect("its size");
        let (files, bytes) = if metadata.is_dir() { files(&entry.path()) } else { (1, metadata.len()) };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    sum
}

#[test]
#[allow(clippy::print_stdout, reason = "the long form is run for its figures")]
fn daily_runs_leave_few_segments_and_files() {
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(100);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (digests, index) = (folder.path().join("papers"), folder.path().join("index"));
    fs::create_dir(&digests).expect("a folder");
    let analyzer = Analyzer::new();
    let mut most = (0, 0);
    for day in 0..runs {
        let path = digests.join(format!("{day}.txt"));
        fs::write(&path, digest(day)).expect("a digest");
        sync(&index, &path, &analyzer);
        let segments = OpenIndex::open(&index).expect("an index").segment_count();
        let count = files(&index).0;
        // `current.json` and its lock stand above the generation.
        let bound = 2 + OTHER_FILES + segments * FILES_A_SEGMENT;
        assert!(segments <= MOST_SEGMENTS, "day {day}: {segments} segments");
        assert!(count <= bound, "day {day}: {count} files for {segments} segments");
        most = (most.0.max(segments), most.1.max(count));
    }
    let anew = folder.path().join("anew");
    sync(&anew, &digests, &analyzer);
    let (grown, made) = (files(&index).1, files(&anew).1);
    assert!(grown as f64 <= 1.5 * made as f64, "{grown} bytes, made anew {made}");
    println!(
        "{runs} runs: at most {} segments, {} files; {:.2} times the size of one made anew",
        most.0,
        most.1,
        grown as f64 / made as f64
    );
}
