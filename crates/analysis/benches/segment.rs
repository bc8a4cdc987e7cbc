//! What does it cost to cut Chinese, against jieba with its whole dictionary loaded?
//!
//! `cargo bench -p analysis` cuts the Chinese of the samples. One segmenter for all runs
//! knows their words after the first round, as it soon does in a large archive.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use analysis::han::{Segmenter, is_han};
use jieba_rs::Jieba;

const ROUNDS: usize = 21;

fn main() {
    let text = ["2026-03-02.txt", "2026-03-03.txt", "2026-03-10.txt", "2026-03-17.txt"].map(sample).concat();
    let runs: Vec<&str> = text.split(|ch| !is_han(ch)).filter(|run| run.chars().nth(1).is_some()).collect();
    let characters: usize = runs.iter().map(|run| run.chars().count()).sum();
    let warm = Segmenter::default();
    let whole = Jieba::new();
    println!("{} runs, {characters} characters; median of {ROUNDS}", runs.len());
    let show = |what: &str, took: Duration| println!("{what:<44} {:>12.1} µs", took.as_secs_f64() * 1e6);
    let per_run = |took: Duration| took / runs.len() as u32;
    show("the first run of a process", median(|| Segmenter::default().words(runs[0]).len()));
    show("the whole dictionary loaded, the first run", median(|| Jieba::new().cut(runs[0], true).len()));
    show(
        "a run, each by a new segmenter",
        per_run(median(|| runs.iter().map(|run| Segmenter::default().words_and_parts(run).len()).sum())),
    );
    show(
        "a run, all by one segmenter",
        per_run(median(|| runs.iter().map(|run| warm.words_and_parts(run).len()).sum())),
    );
    show(
        "a run, by the whole dictionary",
        per_run(median(|| runs.iter().map(|run| whole.cut_for_search(run, true).len()).sum())),
    );
}

fn sample(name: &str) -> String {
    let path = format!("{}/../../samples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a sample digest")
}

fn median(mut run: impl FnMut() -> usize) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            black_box(run());
            started.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}
