//! kill -9 at random moments, of the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Content, Dice, Papers, amount, checked_papers_in, leftovers, papers_of, tell, write_digest};
use crate::harness::{Work, path};

/// How many digests there are at most.
const DIGESTS: usize = 12;

/// A folder of digests that changes, one digest at a time.
struct Folder<'a> {
    work: &'a Work,
    contents: BTreeMap<String, Content>,
}

impl Folder<'_> {
    /// Changes one digest: a new one, other papers, or it is gone. In one step, as a
    /// watcher may look at any moment.
    fn change(&mut self, dice: &mut Dice) {
        let name = format!("{:02}.txt", dice.below(DIGESTS));
        let place = self.work.path("digests").join(&name);
        if self.contents.len() > 2 && self.contents.contains_key(&name) && dice.below(4) == 0 {
            self.contents.remove(&name);
            fs::remove_file(place).unwrap();
            return;
        }
        let content: Content = (0..=dice.below(6)).map(|_| (dice.below(40), 1 + dice.below(3))).collect();
        write_digest(&self.work.path("aside"), &name, &content);
        fs::create_dir_all(self.work.path("digests")).unwrap();
        fs::rename(self.work.path("aside").join(&name), place).unwrap();
        self.contents.insert(name, content);
    }

    fn papers(&self) -> Papers {
        papers_of(self.contents.values())
    }
}

#[test]
fn a_killed_program_leaves_the_old_state_or_the_new_one() {
    let mut dice = Dice::new("kill");
    let work = Work::new();
    let index = work.path("index");
    let mut folder = Folder { work: &work, contents: BTreeMap::new() };
    folder.change(&mut dice);
    let started = Instant::now();
    work.run(["index", "digests"]).succeeds();
    let usual = started.elapsed();
    let mut before = folder.papers();
    let (mut kills, mut done, mut next_runs) = (0, 0, 0);
    let wanted = amount(30, 1000);
    while kills < wanted {
        let args: &[&str] = match dice.below(20) {
            0 => &["index", "--watch", "digests"],
            1..5 => &["index", "--rebuild", "digests"],
            _ => &["index", "digests"],
        };
        let watches = args.contains(&"--watch");
        // A watcher first does what is left to do, then what comes.
        let left = folder.papers();
        if !watches {
            folder.change(&mut dice);
        }
        let mut command = work.program(args).into_command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        if watches {
            // It looks once a second; the run itself is what is to be hit.
            std::thread::sleep(usual + Duration::from_millis(dice.below(900) as u64));
            folder.change(&mut dice);
            std::thread::sleep(Duration::from_millis(700));
        }
        let moment = usual.mul_f64(dice.below(1200) as f64 / 1000.0);
        std::thread::sleep(moment);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let after = folder.papers();
        let what = format!("kill {kills}, {args:?} after {moment:?} of {usual:?}, {status}");
        let found =
            checked_papers_in(&index).unwrap_or_else(|error| panic!("{what}: {error}")).unwrap_or_default();
        let is_old = found == before || watches && found == left;
        assert!(found == after || !status.success() && is_old, "{what}: {found:?}");
        match status.success() {
            true => done += 1,
            false => kills += 1,
        }
        before = found;
        if dice.below(5) == 0 {
            let report = work.run(["index", "digests"]).succeeds();
            let found = checked_papers_in(&index).unwrap().unwrap();
            assert_eq!(found, after, "{what}, {report:?}");
            assert_eq!(leftovers(&index), [""; 0].map(std::path::PathBuf::from), "{what}");
            assert_eq!(work.ids(["--to", "2100"]).len(), after.len(), "{what}");
            before = found;
            next_runs += 1;
        }
    }
    work.run(["index", "digests"]).succeeds();
    assert_eq!(checked_papers_in(&index).unwrap(), Some(folder.papers()), "{}", path(&index));
    tell(
        "kill -9 of index, rebuild, merge, watch",
        &format!(
            "{kills} kills, {done} runs done before, {next_runs} next runs; 0 papers lost, 0 unopenable, 0 wedged"
        ),
    );
}
