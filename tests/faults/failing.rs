//! Death at every change on disk, and every change failing.

use std::sync::Arc;

use super::recorder::{ENOSPC, Fault, Recorder};
use super::{Case, amount, tell};

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
