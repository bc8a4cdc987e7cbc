//! A folder with everything in it that a folder should not have.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::{amount, numbered, tell};
use crate::harness::{Work, digest, path};

/// How deep the deepest digest stands. A path has room for so much.
const DEPTH: usize = 200;

#[test]
fn a_hostile_tree_is_read_as_far_as_it_can_be() {
    let work = Work::new();
    let one = |number: usize| digest("2026-01-05", &[numbered(number, 1)]);
    // One in a hundred is a digest; the others are passed over.
    let files = amount(2_000, 100_000);
    let mut digests = 0;
    for number in 0..files {
        let folder = format!("tree/many/{:02}", number % 50);
        match number % 100 {
            0 => {
                digests += 1;
                work.write_old(&format!("{folder}/{number}.txt"), one(number));
            }
            1 => drop(work.write(&format!("{folder}/{number}.md"), "# Notes\n\nNothing in here.\n")),
            _ => drop(work.write(&format!("{folder}/{number}.log"), "")),
        }
    }
    work.write_old(&format!("tree/{}deep.txt", "d/".repeat(DEPTH)), one(90_001));
    fs::create_dir_all(work.path("tree/folder.txt")).unwrap();
    work.write_old("tree/folder.txt/inside.txt", one(90_002));
    work.write_old("outside/linked.txt", one(90_003));
    symlink(work.path("outside"), work.path("tree/out")).unwrap();
    // What cannot be read, and what is said of it.
    symlink(".", work.path("tree/loop")).unwrap();
    symlink("nowhere.txt", work.path("tree/dangling.txt")).unwrap();
    symlink("/dev/zero", work.path("tree/zero.txt")).unwrap();
    let fifo = work.path("tree/pipe.txt");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = UnixListener::bind(work.path("tree/socket.txt")).unwrap();
    let nameless = work.path("tree").join(OsStr::from_bytes(b"nameless-\xff.txt"));
    fs::write(&nameless, one(90_004)).unwrap();
    let problems = ["loop", "dangling.txt", "zero.txt", "pipe.txt", "socket.txt", "nameless-"];
    let found = digests + 3;
    for round in 0..2 {
        let outcome = work.run(["index", "tree", "--format", "json"]).ends_with(2);
        let report = outcome.json();
        assert_eq!(report["papers"]["total"], found, "{outcome:?}");
        assert_eq!(report["digests"]["failed"], problems.len(), "{outcome:?}");
        let read = if round == 0 { "added" } else { "unchanged" };
        assert_eq!(report["digests"][read], found, "{outcome:?}");
        outcome.says(&problems);
    }
    assert_eq!(work.ids(["id:2601.90001"]).len(), 1, "{}", path(work.root()));
    tell(
        "a hostile tree",
        &format!("{files} files, {found} digests read, {} problems named", problems.len()),
    );
}
