//! How fast are digests split, and does the time grow with their size alone?
//!
//! `cargo bench -p ingest` splits digests of 1, 10 and 100 MB, with a contents list and
//! without, and reads the lines of the same text in the same run. The digests are the
//! samples, over and over under new ids.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1_000_000;
const RUNS: usize = 5;

fn main() {
    println!("{:<18} {:>6} {:>12} {:>14} {:>8}", "digest", "MB", "split MB/s", "lines MB/s", "ratio");
    for (name, contents) in [("with contents", true), ("without contents", false)] {
        for megabytes in [1, 10, 100] {
            let text = digest(megabytes * MEGABYTE, contents);
            let split = median(|| {
                black_box(ingest::parse(black_box(text.as_bytes())))
                    .is_ok_and(|digest| !digest.entries.is_empty())
            });
            let lines = median(|| black_box(text.lines().map(str::len).sum::<usize>()) > 0);
            let speed = |took: Duration| text.len() as f64 / MEGABYTE as f64 / took.as_secs_f64();
            println!(
                "{name:<18} {megabytes:>6} {:>12.1} {:>14.1} {:>8.1}",
                speed(split),
                speed(lines),
                split.as_secs_f64() / lines.as_secs_f64()
            );
        }
    }
}

/// The median of some runs; each must succeed.
fn median(mut run: impl FnMut() -> bool) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            assert!(run(), "the run failed");
            started.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

/// A digest of about this size.
fn digest(bytes: usize, contents: bool) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/2026-03-10.txt");
    let sample = std::fs::read(folder).expect("the sample digest");
    let papers = ingest::parse(&sample).expect("a digest").entries;
    let mut body = String::new();
    let mut list = String::from("2026-03-10\n");
    if contents {
        list.push_str("Table of Contents\n");
    }
    for number in 0.. {
        if body.len() >= bytes {
            break;
        }
        let paper = &papers[number % papers.len()].paper;
        // Titles differ, as those of a real list do.
        let title = format!("{} Part {number}", paper.title);
        if contents {
            list.push_str(&format!("- {title}\n"));
        }
        body.push_str(&format!(
            "{title}\n{}\nAuthors: {} | Date: 2026-03-09\nLink: http://arxiv.org/abs/{:04}.{:05}v1\nAbstract\n{}",
            paper.summary.as_deref().unwrap_or_default(),
            paper.authors.join(", "),
            number / 100_000,
            number % 100_000,
            paper.abstract_text.as_deref().unwrap_or_default()
        ));
    }
    list + &body
}
