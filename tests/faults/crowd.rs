//! Many at once: writers that meet, readers meanwhile, digests that change under the hand.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Content, Dice, amount, papers_in, papers_of, tell, write_digest};
use crate::harness::{Work, digest, paper, path};

/// Two states that a folder of digests goes back and forth between.
fn states() -> [Content; 2] {
    [(0..30).map(|number| (number, 1)).collect(), (10..50).map(|number| (number, 2)).collect()]
}

/// Puts a digest in place in one step.
fn put(work: &Work, content: &Content) {
    write_digest(&work.path("aside"), "a.txt", content);
    fs::rename(work.path("aside/a.txt"), work.path("digests/a.txt")).unwrap();
}

#[test]
fn writers_and_readers_do_not_disturb_each_other() {
    let work = Work::new();
    let index = work.path("index");
    let fixed: Content = vec![(60, 1), (61, 1)];
    write_digest(&work.path("digests"), "fixed.txt", &fixed);
    let states = states();
    put(&work, &states[0]);
    work.run(["index", "digests"]).succeeds();
    let valid = states.each_ref().map(|state| Some(papers_of([state, &fixed])));
    let end = Instant::now() + Duration::from_secs(amount(5, 60) as u64);
    let [reads, queries, runs, busy] = [0; 4].map(AtomicUsize::new);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice::new("crowd");
            while Instant::now() < end {
                put(&work, dice.pick(&states));
                std::thread::sleep(Duration::from_millis(dice.below(150) as u64));
            }
        });
        for args in
            [&["index", "digests"][..], &["index", "--rebuild", "digests"], &["index", "--wait", "digests"]]
        {
            let (work, runs, busy) = (&work, &runs, &busy);
            scope.spawn(move || {
                while Instant::now() < end {
                    let outcome = work.run(args);
                    match outcome.code {
                        Some(0) => runs.fetch_add(1, Ordering::Relaxed),
                        _ => {
                            assert!(!args.contains(&"--wait"), "{outcome:?}");
                            outcome
                                .complains(&["another paper-search is writing", path(&work.path("index"))]);
                            busy.fetch_add(1, Ordering::Relaxed)
                        }
                    };
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                while Instant::now() < end {
                    let papers = papers_in(&index).unwrap_or_else(|error| panic!("{error}"));
                    assert!(valid.contains(&papers), "a mixed state: {papers:?}");
                    assert_eq!(indexer::check(&index).unwrap().problems, [""; 0]);
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            while Instant::now() < end {
                let found = work.ids(["numbat"]).len();
                assert!(valid.iter().flatten().any(|papers| papers.len() == found), "{found}");
                queries.fetch_add(1, Ordering::Relaxed);
            }
        });
    });
    work.run(["index", "digests"]).succeeds();
    let papers = papers_in(&index).unwrap();
    assert!(valid.contains(&papers));
    let [reads, queries, runs, busy] = [reads, queries, runs, busy].map(AtomicUsize::into_inner);
    assert!(reads > 0 && queries > 0 && runs > 0);
    tell(
        "writers and readers at once",
        &format!(
            "{runs} runs, {busy} turned away, {reads} reads, {queries} queries; 0 other errors, 0 mixed states"
        ),
    );
}

/// Writes a file slowly and in place, as no program should.
fn write_slowly(file: &Path, text: &str) {
    use std::io::Write;
    let mut file = fs::File::create(file).unwrap();
    for part in text.as_bytes().chunks(text.len() / 7 + 1) {
        file.write_all(part).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_digest_that_changes_while_it_is_read_is_right_in_the_end() {
    let work = Work::new();
    let text = |version: usize| {
        let papers: Vec<_> = (0..200)
            .map(|number| {
                paper(&format!("2601.{number:05}v{version}"), &format!("Numbat {number}"), "They dig.")
            })
            .collect();
        digest("2026-01-05", &papers)
    };
    let texts = [text(1), text(2)];
    let file = work.write("digests/a.txt", &texts[0]);
    work.digest("digests/b.txt", "2026-01-06", &[paper("2602.00001", "Bilby Burrows", "They dig.")]);
    work.run(["index", "digests"]).succeeds();
    let is_over = AtomicBool::new(false);
    let (mut runs, mut told) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice::new("changing");
            while !is_over.load(Ordering::Relaxed) {
                let text = dice.pick(&texts);
                match dice.below(4) {
                    0 => drop(fs::remove_file(&file)),
                    1 => {
                        fs::write(work.path("aside"), text).unwrap();
                        fs::rename(work.path("aside"), &file).unwrap();
                    }
                    _ => write_slowly(&file, text),
                }
                std::thread::sleep(Duration::from_millis(dice.below(20) as u64));
            }
        });
        while runs < amount(10, 300) {
            let outcome = work.run(["index", "digests"]);
            runs += 1;
            if outcome.code == Some(2) {
                told += 1;
                outcome.says(&["a.txt"]);
            } else {
                outcome.succeeds();
            }
            assert_eq!(work.ids(["bilby"]), ["2602.00001"], "the rest goes on");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    // The next run mends it.
    fs::write(&file, &texts[1]).unwrap();
    work.run(["index", "digests"]).succeeds();
    assert_eq!(work.ids(["numbat"]).len(), 200);
    work.run(["check"]).succeeds();
    tell("digests that change while they are read", &format!("{runs} runs, {told} told; right in the end"));
}
