//! Disks that are full or may only be read. Mounting takes root's rights; without them
//! these tests say that they were skipped.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{amount, numbered, tell};
use crate::harness::{Work, digest, path};

/// A mount, as long as it lives.
struct Mount(PathBuf);

impl Mount {
    fn new(args: &[&str], place: &Path) -> Option<Mount> {
        fs::create_dir_all(place).unwrap();
        let mounted = Command::new("mount").args(args).arg(place).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Mount(place.to_path_buf())),
            other => {
                eprintln!("SKIPPED: nothing can be mounted here: {other:?}");
                None
            }
        }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a test that fails may have files open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_keeps_the_old_state_and_says_so() {
    let work = Work::new();
    let old: Vec<_> = (0..20).map(|number| numbered(number, 1)).collect();
    let new: Vec<_> = (10..60).map(|number| numbered(number, 2)).collect();
    let disk = work.path("disk");
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"], &disk) else { return };
    let index = disk.join("index");
    let run = |args: &[&str]| work.bare(["--index", path(&index)].iter().chain(args)).run();
    let ids = || run(&["query", "numbat", "--format", "ids", "-n", "100"]).stdout.lines().count();
    let (mut full, mut done) = (0, 0);
    for free in (0..400 * 1024).step_by(amount(40, 4) * 1024) {
        for rebuild in [&["index", "digests"][..], &["index", "--rebuild", "digests"]] {
            let _ = fs::remove_dir_all(&index);
            let _ = fs::remove_file(work.path("digests/b.txt"));
            work.write("digests/a.txt", digest("2026-01-05", &old));
            run(&["index", "digests"]).succeeds();
            work.write("digests/b.txt", digest("2026-01-06", &new));
            let ballast = disk.join("ballast");
            fill(&ballast, free);
            let outcome = run(rebuild);
            if outcome.code == Some(0) {
                done += 1;
                assert_eq!(ids(), 60, "{free} bytes are free: {outcome:?}");
            } else {
                full += 1;
                outcome.complains(&["No space left", path(&index)]);
                assert_eq!(ids(), 20, "{free} bytes are free");
            }
            run(&["check"]).succeeds();
            fs::remove_file(&ballast).unwrap();
            run(&["index", "digests"]).succeeds();
            assert_eq!(ids(), 60);
            run(&["check"]).succeeds();
        }
    }
    assert!(full > 0 && done > 0, "{full} {done}");
    tell("a small disk that is full", &format!("{full} runs without room, {done} with; 0 damaged, 0 wedged"));
}

/// Fills the disk, but for so many bytes.
fn fill(ballast: &Path, free: usize) {
    let mut file = fs::File::create(ballast).unwrap();
    let mut size = 0_u64;
    for chunk in [1 << 16, 1 << 12, 1] {
        while let Ok(count @ 1..) = file.write(&vec![0; chunk]) {
            size += count as u64;
        }
    }
    file.set_len(size.saturating_sub(free as u64)).unwrap();
}

#[test]
fn an_index_on_a_read_only_disk_can_be_searched() {
    let work = Work::new();
    work.write_old("digests/a.txt", digest("2026-01-05", &[numbered(1, 1), numbered(2, 1)]));
    work.run(["index", "digests"]).succeeds();
    let place = work.path("read-only");
    let Some(_mount) = Mount::new(&["--bind", path(&work.path("index"))], &place) else { return };
    let remounted = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&place).status().unwrap();
    assert!(remounted.success());
    let run = |args: &[&str]| work.bare(["--index", path(&place)].iter().chain(args)).run();
    for args in [
        &["query", "numbat"][..],
        &["show", "2601.00001"],
        &["similar", "2601.00001"],
        &["stats"],
        &["check"],
    ] {
        run(args).succeeds().says_nothing();
    }
    for args in
        [&["index", "digests"][..], &["index", "--rebuild", "digests"], &["index", "--wait", "digests"]]
    {
        run(args).complains(&["ead-only", path(&place)]);
    }
    // Where it should be brought up to date, what is there is searched.
    work.write("paper-search.toml", "index = \"read-only\"\ndigests = [\"digests\"]\n");
    work.write_old("digests/b.txt", digest("2026-01-06", &[numbered(3, 1)]));
    let stale = work.bare(["query", "numbat", "--format", "ids"]).run().succeeds();
    assert_eq!(stale.says(&["not brought up to date", "ead-only"]).stdout.lines().count(), 2);
}
