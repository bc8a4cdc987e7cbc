//! Power cuts: what was not synced may be lost, in three ways.
//!
//! A run is recorded; then, for each of its changes, the disk is made as it may be found
//! after a power cut at that moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::recorder::{Change, Fault, Recorder};
use super::{Case, Dice, amount, files_below, tell};

/// What survives beside what was synced.
#[derive(Clone, Copy, Debug)]
enum Survival {
    /// Nothing.
    Synced,
    /// The names up to some moment, in order, as file systems with a journal have it.
    Prefix,
    /// Any of the names.
    Subset,
}

const SURVIVALS: [Survival; 3] = [Survival::Synced, Survival::Prefix, Survival::Subset];

/// What a name stands for: a folder, or a file by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

/// A change of names in one folder.
struct Naming {
    folder: PathBuf,
    effects: Vec<(PathBuf, Option<Node>)>,
    is_synced: bool,
}

#[derive(Default)]
struct File {
    content: Vec<u8>,
    synced: usize,
}

/// A disk between two syncs.
struct SimulatedDisk {
    root: PathBuf,
    /// The names as they were at first, all of them synced.
    first: BTreeMap<PathBuf, Node>,
    /// The names as a program sees them now.
    now: BTreeMap<PathBuf, Node>,
    files: Vec<File>,
    namings: Vec<Naming>,
}

impl SimulatedDisk {
    /// A disk with what is below `root`.
    fn new(root: &Path) -> SimulatedDisk {
        let mut disk = SimulatedDisk {
            root: root.to_path_buf(),
            first: BTreeMap::new(),
            now: BTreeMap::new(),
            files: Vec::new(),
            namings: Vec::new(),
        };
        if root.exists() {
            for path in files_below(root) {
                for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(root)) {
                    disk.first.insert(folder.to_path_buf(), Node::Folder);
                }
                disk.first.insert(path.clone(), Node::File(disk.files.len()));
                let content = fs::read(&path).unwrap();
                disk.files.push(File { synced: content.len(), content });
            }
        }
        disk.now = disk.first.clone();
        disk
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::CreateFolder(path) => self.name(path, vec![(path.clone(), Some(Node::Folder))]),
            Change::Create(path) => {
                let file = Node::File(self.files.len());
                self.files.push(File::default());
                self.name(path, vec![(path.clone(), Some(file))]);
            }
            Change::Write(path, bytes) => self.file(path).content.extend(bytes),
            Change::Sync(path) => {
                let file = self.file(path);
                file.synced = file.content.len();
            }
            Change::Rename(from, to) => {
                let node = self.now.get(from).copied();
                assert!(node.is_some(), "{}", from.display());
                self.name(to, vec![(from.clone(), None), (to.clone(), node)]);
            }
            Change::Remove(path) | Change::RemoveFolder(path) => self.name(path, vec![(path.clone(), None)]),
            // Without a name, it is gone with the process.
            Change::Scratch | Change::PutAside => {}
            Change::SyncFolder(folder) => {
                for naming in self.namings.iter_mut().filter(|naming| naming.folder == *folder) {
                    naming.is_synced = true;
                }
            }
        }
    }

    fn name(&mut self, path: &Path, effects: Vec<(PathBuf, Option<Node>)>) {
        apply(&mut self.now, &effects);
        self.namings.push(Naming { folder: path.parent().unwrap().to_path_buf(), effects, is_synced: false });
    }

    /// The file of this name. It keeps its number when it gets another name.
    fn file(&mut self, path: &Path) -> &mut File {
        match self.now.get(path) {
            Some(Node::File(number)) => &mut self.files[*number],
            other => panic!("{}: {other:?}", path.display()),
        }
    }

    /// Writes to `to` what there is after a power cut.
    fn cut(&self, survival: Survival, dice: &mut Dice, to: &Path) {
        let last_synced = self.namings.iter().rposition(|naming| naming.is_synced).map_or(0, |last| last + 1);
        let prefix = last_synced + dice.below(self.namings.len() - last_synced + 1);
        let mut names = self.first.clone();
        for (number, naming) in self.namings.iter().enumerate() {
            let survives = match survival {
                Survival::Synced => naming.is_synced,
                Survival::Prefix => number < prefix,
                Survival::Subset => naming.is_synced || dice.toss(),
            };
            if survives {
                apply(&mut names, &naming.effects);
            }
        }
        if to.exists() {
            fs::remove_dir_all(to).unwrap();
        }
        // Folders come before what is in them; what is in a folder that is lost is lost.
        for (path, node) in &names {
            let place = to.join(path.strip_prefix(&self.root).unwrap());
            match node {
                Node::Folder if place.parent().is_some_and(Path::is_dir) => fs::create_dir(&place).unwrap(),
                Node::File(number) if place.parent().is_some_and(Path::is_dir) => {
                    fs::write(&place, self.files[*number].after_a_cut(survival, dice)).unwrap();
                }
                _ => {}
            }
        }
    }
}

fn apply(names: &mut BTreeMap<PathBuf, Node>, effects: &[(PathBuf, Option<Node>)]) {
    for (path, node) in effects {
        match node {
            Some(node) => drop(names.insert(path.clone(), *node)),
            None => drop(names.remove(path)),
        }
    }
}

impl File {
    /// What was synced, and perhaps something of the rest: a part of it, or zeros in its
    /// place.
    fn after_a_cut(&self, survival: Survival, dice: &mut Dice) -> Vec<u8> {
        let (synced, rest) = self.content.split_at(self.synced);
        let rest = match (survival, dice.below(4)) {
            (Survival::Synced, _) | (_, 0) => Vec::new(),
            (_, 1) => rest[..dice.below(rest.len() + 1)].to_vec(),
            (_, 2) => vec![0; rest.len()],
            _ => rest.to_vec(),
        };
        [synced, &rest].concat()
    }
}

/// How many power cuts there were, and after how many of them the next run was tried.
#[derive(Default)]
struct Tried {
    cuts: usize,
    next_runs: usize,
}

/// Cuts the power at moments of a record that begins with `disk`: at every `step`th, and
/// at those that matter most.
fn cut_at(
    case: &Case,
    disk: &mut SimulatedDisk,
    record: &[Change],
    step: usize,
    dice: &mut Dice,
    tried: &mut Tried,
) {
    let found = case.work.path("found");
    let start = dice.below(step);
    for moment in 0..=record.len() {
        let is_done = moment == record.len();
        // Just before a folder is synced, most is at stake.
        let is_critical = matches!(record.get(moment), Some(Change::SyncFolder(_)));
        if is_done || is_critical || moment % step == start {
            for survival in SURVIVALS {
                disk.cut(survival, dice, &found);
                let what =
                    || format!("{survival:?} at {moment} of {}, {:?}", record.len(), record.get(moment));
                case.check(&found, is_done, &what);
                tried.cuts += 1;
                if is_done || dice.below(4) == 0 {
                    case.check_next_run(&found, &what);
                    tried.next_runs += 1;
                }
            }
        }
        if let Some(change) = record.get(moment) {
            disk.apply(change);
        }
    }
}

#[test]
fn a_power_cut_leaves_the_old_state_or_the_new_one() {
    let mut dice = Dice::new("power");
    let mut tried = Tried::default();
    for case in Case::all() {
        for _ in 0..amount(1, 2) {
            let index = case.copy("index");
            let mut disk = SimulatedDisk::new(&index);
            let recorder = Recorder::new(Fault::None);
            case.run(Arc::new(recorder.clone()), &index).unwrap();
            cut_at(&case, &mut disk, &recorder.record(), amount(4, 1), &mut dice, &mut tried);
        }
    }
    tell("power cut", &format!("{} cuts, {} next runs, 0 bad", tried.cuts, tried.next_runs));
}

/// A run is killed, and what it wrote can be seen, durable or not. Then the next run does
/// the rest, and the power is cut meanwhile.
#[test]
fn a_power_cut_after_a_death_leaves_the_old_state_or_the_new_one() {
    let mut dice = Dice::new("death and power");
    let mut tried = Tried::default();
    for case in Case::all() {
        let sound = Recorder::new(Fault::None);
        case.run(Arc::new(sound.clone()), &case.copy("index")).unwrap();
        let changes = sound.record();
        for death in (dice.below(amount(20, 8))..changes.len()).step_by(amount(20, 8)) {
            let index = case.copy("index");
            let mut disk = SimulatedDisk::new(&index);
            let killed = Recorder::new(Fault::Death(death));
            // One that only had to clear up has done its work all the same.
            let _ = case.run(Arc::new(killed.clone()), &index);
            for change in &killed.record()[..death] {
                disk.apply(change);
            }
            // What a write left by half is no matter: nothing will name it.
            let again = Recorder::new(Fault::None);
            super::run(Arc::new(again.clone()), &index, &case.work.path("digests"), false).unwrap();
            cut_at(&case, &mut disk, &again.record(), amount(10, 4), &mut dice, &mut tried);
        }
    }
    tell("power cut after a death", &format!("{} cuts, {} next runs, 0 bad", tried.cuts, tried.next_runs));
}
