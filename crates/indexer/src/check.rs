//! Reading the whole index back.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::error::IndexError;
use crate::open::OpenIndex;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// How many papers could be read.
    pub papers: usize,
    /// How many digests the index knows.
    pub digests: usize,
    /// How many files were compared with their checksums.
    pub files: usize,
    /// What is wrong; empty if the index is sound.
    pub problems: Vec<String>,
}

/// Compares every file with its checksum, then reads every paper and holds it against
/// the list of digests. Damage is reported, not an error; an error is an index that
/// cannot be opened at all.
pub fn check(root: &Path) -> Result<CheckReport, IndexError> {
    IndexError::guard(root, || check_files_and_papers(root))
}

fn check_files_and_papers(root: &Path) -> Result<CheckReport, IndexError> {
    let index = OpenIndex::open(root)?;
    let mut report = CheckReport::default();
    check_checksums(&index, &mut report);
    if report.problems.is_empty() {
        check_papers(&index, &mut report)?;
    }
    Ok(report)
}

/// Makes sure that the files of an index are what was written. A writer looks things up
/// in them on threads of the engine's own, where a panic ends the process.
pub(crate) fn ensure_sound(index: &OpenIndex) -> Result<(), IndexError> {
    let mut report = CheckReport::default();
    check_checksums(index, &mut report);
    match report.problems.into_iter().next() {
        Some(what) => Err(IndexError::damaged(index.root(), what)),
        None => Ok(()),
    }
}

/// tantivy's own validation looks only at files that its list of managed files names;
/// here every file of every segment is looked at.
fn check_checksums(index: &OpenIndex, report: &mut CheckReport) {
    let directory = index.index().directory();
    let metas = match index.index().load_metas() {
        Ok(metas) => metas,
        Err(error) => return report.problems.push(error.to_string()),
    };
    let managed = directory.list_managed_files();
    let mut files: Vec<PathBuf> = metas.list_segment_files().into_iter().collect();
    files.sort();
    for file in files {
        // The list is of all that a segment may have; what was written is managed.
        let there = index.generation().join(&file).exists();
        if !there && !managed.contains(&file) {
            continue;
        }
        match directory.validate_checksum(&file) {
            Ok(true) => report.files += 1,
            Ok(false) => report.problems.push(format!("{}: the checksum is wrong", file.display())),
            Err(error) => report.problems.push(format!("{}: {error}", file.display())),
        }
    }
}

fn check_papers(index: &OpenIndex, report: &mut CheckReport) -> Result<(), IndexError> {
    let state = index.state()?;
    report.digests = state.digests.len();
    let mut ids = HashSet::new();
    let mut problems = Vec::new();
    let mut in_digest: BTreeMap<String, u32> = BTreeMap::new();
    index.for_each_record(&mut |record| {
        for digest in record.digests() {
            *in_digest.entry(digest.file.clone()).or_default() += 1;
            if !state.digests.contains_key(&digest.file) {
                problems
                    .push(format!("{} stands in {}, which the index does not know", record.id, digest.file));
            }
        }
        if !ids.insert(record.id.clone()) {
            problems.push(format!("{} is there twice", record.id));
        }
    })?;
    for (digest, known) in &state.digests {
        // A paper that a digest holds twice is there once.
        let found = in_digest.get(digest).copied().unwrap_or(0);
        if found > known.papers || (found == 0 && known.papers > 0) {
            problems.push(format!("{digest} had {} papers, the index has {found} of it", known.papers));
        }
    }
    report.papers = ids.len();
    report.problems.extend(problems);
    Ok(())
}
