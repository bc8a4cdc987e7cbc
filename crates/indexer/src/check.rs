//! Reading the whole index back.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::error::IndexError;
use crate::open::{ATTEMPTS, LastCommit, OpenIndex};

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
    let mut before = LastCommit::find(root)?;
    for _ in 0..ATTEMPTS {
        let report = IndexError::guard(root, || check_files_and_papers(root));
        let is_sound = report.as_ref().is_ok_and(|report| report.problems.is_empty());
        let now = LastCommit::find(root)?;
        if is_sound || now == before {
            return report;
        }
        // What a later commit deleted meanwhile is no damage.
        before = now;
    }
    IndexError::guard(root, || check_files_and_papers(root))
}

fn check_files_and_papers(root: &Path) -> Result<CheckReport, IndexError> {
    let index = OpenIndex::open(root)?;
    let mut report = CheckReport::default();
    (report.files, report.problems) = index.directory().look_at_all(root)?;
    if report.problems.is_empty() {
        check_papers(&index, &mut report)?;
    }
    Ok(report)
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
