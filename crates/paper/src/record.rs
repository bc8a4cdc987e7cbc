//! A paper with all its occurrences.

use serde::{Deserialize, Serialize};

use crate::{NaiveDate, Paper};

/// Where a paper stands: a digest file and its day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DigestRef {
    /// The digest's path, as the index knows it.
    pub file: String,
    /// The digest's own day, if it gives one.
    pub date: Option<NaiveDate>,
}

/// A paper as one digest has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The digest.
    pub digest: DigestRef,
    /// The paper's place in the digest, from 1 up.
    pub position: u32,
    /// What the digest says of it.
    pub paper: Paper,
    /// Whether the digest alone leaves no doubt of where the title begins.
    pub certain_title: bool,
}

impl Occurrence {
    /// Orders occurrences from worst to best: a whole paper before a cut one, then the
    /// higher version, then the later digest; file and position make the order total.
    ///
    /// The contract asks for version, then digest. A text that its digest cuts off gives
    /// way only to the same version in full.
    fn rank(&self) -> impl Ord + '_ {
        (
            self.paper.version,
            !self.paper.truncated,
            self.digest.date,
            &self.digest.file,
            std::cmp::Reverse(self.position),
        )
    }
}

/// All that the known digests say of one paper. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The id under which the paper is kept ([`Paper::key`]).
    pub id: String,
    occurrences: Vec<Occurrence>,
}

impl Record {
    /// Makes a record of `occurrences` of the paper with this id, best first, with one
    /// occurrence a digest; `None` where there is no occurrence.
    pub fn new(id: String, mut occurrences: Vec<Occurrence>) -> Option<Record> {
        occurrences.sort_by(|a, b| b.rank().cmp(&a.rank()));
        let mut files = std::collections::HashSet::new();
        occurrences.retain(|occurrence| files.insert(occurrence.digest.file.clone()));
        if occurrences.is_empty() {
            return None;
        }
        Some(Record { id, occurrences })
    }

    /// Returns the paper as it is shown and searched: its best occurrence.
    pub fn paper(&self) -> &Paper {
        &self.occurrences[0].paper
    }

    /// Returns all occurrences, best first.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// Takes the occurrences out, best first.
    pub fn into_occurrences(self) -> Vec<Occurrence> {
        self.occurrences
    }

    /// Returns the digests that hold the paper, best occurrence first.
    pub fn digests(&self) -> impl Iterator<Item = &DigestRef> {
        self.occurrences.iter().map(|occurrence| &occurrence.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occurrence(file: &str, version: Option<u32>, day: u32, truncated: bool) -> Occurrence {
        Occurrence {
            digest: DigestRef { file: file.to_string(), date: NaiveDate::from_ymd_opt(2026, 3, day) },
            position: 1,
            paper: Paper { version, truncated, ..Paper::default() },
            certain_title: true,
        }
    }

    #[test]
    fn the_best_occurrence_comes_first() {
        // version, day, truncated: the first of each row is better than the second.
        for (better, worse) in [
            ((Some(2), 1, false), (Some(1), 9, false)),
            ((Some(1), 9, false), (Some(1), 1, false)),
            ((Some(1), 1, false), (Some(1), 9, true)),
            ((Some(2), 1, true), (Some(1), 9, false)),
            ((Some(1), 1, false), (None, 9, false)),
        ] {
            let a = occurrence("a", better.0, better.1, better.2);
            let b = occurrence("b", worse.0, worse.1, worse.2);
            for both in [vec![a.clone(), b.clone()], vec![b, a.clone()]] {
                let record = Record::new("x".into(), both).expect("two occurrences");
                assert_eq!(record.occurrences()[0], a);
                assert_eq!(record.digests().count(), 2);
            }
        }
    }

    #[test]
    fn a_digest_counts_once_and_none_is_no_record() {
        let twice = vec![occurrence("a", Some(1), 1, false), occurrence("a", Some(2), 1, false)];
        let record = Record::new("x".into(), twice).expect("occurrences");
        assert_eq!(record.occurrences().len(), 1);
        assert_eq!(record.paper().version, Some(2));
        assert!(Record::new("x".into(), Vec::new()).is_none());
    }
}
