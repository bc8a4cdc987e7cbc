//! Death at every change on disk, and every change failing.

use std::fs;
use std::sync::Arc;

use indexer::OpenIndex;

use super::recorder::{Change, ENOSPC, Fault, Recorder};
use super::{Case, Content, amount, checked_papers_in, papers_of, run, tell, write_digest};
use crate::harness::Work;

/// An error of input and output; no permission; too many open files; over the quota.
const EIO: i32 = 5;
const EACCES: i32 = 13;
const EMFILE: i32 = 24;
const EDQUOT: i32 = 122;

/// Runs a case once with each fault; the index must be in the old state or the new one,
/// and the next run must do the rest. Returns how many there were.
fn try_all(faults: impl Fn(usize, usize) -> Fault, step: usize) -> usize {
    let mut tried = 0;
    for case in Case::all() {
        let sound = Recorder::new(Fault::None);
        case.run(Arc::new(sound.clone()), &case.copy("index")).unwrap();
        let changes = sound.record().len();
        assert!(changes > 20, "{}: {changes}", case.name);
        for at in (0..changes).step_by(step) {
            let fault = faults(at, tried);
            let index = case.copy("index");
            let done = case.run(Arc::new(Recorder::new(fault)), &index);
            let what = || format!("{fault:?} of {changes}, {:?}", sound.record()[at]);
            if let Err(error) = &done {
                assert_eq!(error.to_string().lines().count(), 1, "{error}");
                assert!(!error.to_string().contains("damaged"), "{}: {error}", what());
            }
            // Whoever said that it is done has done it.
            case.check(&index, done.is_ok(), &what);
            case.check_next_run(&index, &what);
            tried += 1;
        }
    }
    tried
}

/// Every change in the long form, some in the short one.
fn step() -> usize {
    amount(6, 1)
}

#[test]
fn death_at_any_change_leaves_the_old_state_or_the_new_one() {
    let tried = try_all(|at, _| Fault::Death(at), step());
    tell("death at a change on disk", &format!("{tried} points, 0 bad"));
}

#[test]
fn a_change_that_fails_once_leaves_the_old_state_or_the_new_one() {
    let mut tried = 0;
    let errors = [EIO, ENOSPC, EDQUOT, EACCES, EMFILE];
    // In the long form with two errors each.
    for round in 0..amount(1, 2) {
        tried += try_all(|at, number| Fault::Once(at, errors[(number + round) % errors.len()]), step());
    }
    tell("a change on disk fails", &format!("{tried} cases, 0 bad"));
}

#[test]
fn a_full_disk_leaves_the_old_state_or_the_new_one() {
    let tried = try_all(|at, _| Fault::Full(at), step());
    tell("the disk is full from a change on", &format!("{tried} points, 0 bad"));
}

/// A killed run may leave segments that are to be merged. The next one deletes papers in
/// them; papers came back where it merged them at the same time.
#[test]
fn what_a_killed_run_left_to_merge_waits_for_the_next_commit() {
    let is_commit = |change: &Change| matches!(change, Change::Rename(_, to) if to.ends_with("meta.json"));
    let work = Work::new();
    let (digests, index) = (work.path("digests"), work.path("index"));
    let mut contents: Vec<Content> =
        (0..8).map(|number| (number * 10..number * 10 + 10).map(|paper| (paper, 1)).collect()).collect();
    let go = |number: usize, content: &Content, fault| {
        write_digest(&digests, &format!("{number}.txt"), content);
        let files = Recorder::new(fault);
        let done = run(Arc::new(files.clone()), &index, &digests, false);
        (done, files.record())
    };
    let segments = || OpenIndex::open(&index).unwrap().segment_count();
    for (number, content) in contents.iter().enumerate().take(7) {
        go(number, content, Fault::None).0.unwrap();
    }
    assert_eq!(segments(), 7);

    // With one more there are enough to merge; killed right after the commit.
    let (_, record) = go(7, &contents[7], Fault::Death(usize::MAX - 1));
    let commit = record.iter().position(is_commit).unwrap();
    assert_eq!(segments(), 1, "a run that is not killed merges");
    fs::remove_dir_all(&index).unwrap();
    fs::remove_dir_all(&digests).unwrap();
    for (number, content) in contents.iter().enumerate().take(7) {
        go(number, content, Fault::None).0.unwrap();
    }
    let _ = go(7, &contents[7], Fault::Death(commit + 2));
    assert_eq!(segments(), 8);

    contents[3][0].1 = 2;
    let (done, record) = go(3, &contents[3], Fault::None);
    done.unwrap();
    let commit = record.iter().position(is_commit).unwrap();
    let new_segments = |changes: &[Change]| {
        let names = changes.iter().filter_map(|change| match change {
            Change::Create(path) => path.extension(),
            _ => None,
        });
        names.filter(|kind| *kind == "idx").count()
    };
    let (before, after) = record.split_at(commit);
    assert_eq!((new_segments(before), new_segments(after)), (1, 1), "{record:?}");
    assert_eq!(segments(), 1);
    assert_eq!(checked_papers_in(&index).unwrap(), Some(papers_of(&contents)));
}
