//! Titles that digests tell each other.
//!
//! A digest that glues titles to abstracts may leave it open where a title begins, while
//! another that holds the same paper is certain of it. Certainty is each digest's own: it
//! never rests on others. So what all digests together say of a paper is the same in
//! whatever order they are indexed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ingest::{Format, KnownTitles};
use paper::{Occurrence, Record};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::IndexError;
use crate::run::Run;

impl Run<'_> {
    /// Splits those digests again whose open titles others are certain of, or were until
    /// now. `before` are the papers that this run may change, as the index has them; it
    /// grows by those of digests that become part of the run here.
    pub(crate) fn settle_titles(&mut self, before: &mut BTreeMap<String, Record>) -> Result<(), IndexError> {
        for digest in self.unsettled(before) {
            let is_new = self.is_read(&digest);
            if !is_new {
                before.extend(self.known_records(&digest)?);
            }
            self.split_again(&digest, is_new, before);
        }
        Ok(())
    }

    /// Returns the digests that other digests can tell something, or no longer can.
    fn unsettled(&self, before: &BTreeMap<String, Record>) -> BTreeSet<String> {
        let mut unsettled = BTreeSet::new();
        for (id, record) in before {
            if certain_titles(record.occurrences().iter()) != self.known_titles(id, before) {
                let staying = record.occurrences().iter().filter(|known| self.stays(known));
                let open = staying.filter(|occurrence| is_open(occurrence));
                unsettled.extend(open.map(|occurrence| occurrence.digest.file.clone()));
            }
        }
        for (id, occurrences) in &self.changes.occurrences {
            let mut open = occurrences.iter().filter(|occurrence| is_open(occurrence)).peekable();
            if open.peek().is_some() && !self.known_titles(id, before).is_empty() {
                unsettled.extend(open.map(|occurrence| occurrence.digest.file.clone()));
            }
        }
        unsettled
    }

    /// Splits a digest with what all others know. One that has changed since it was read
    /// is left to the next run, which reads it whatever it holds then.
    fn split_again(&mut self, digest: &str, is_new: bool, before: &BTreeMap<String, Record>) {
        let Some(state) = self.state.digests.get_mut(digest) else {
            return;
        };
        let bytes = match ingest::read(Path::new(digest)) {
            Ok(bytes) if xxh3_64(&bytes) == state.hash => bytes,
            _ => {
                state.forget_content();
                self.changes.state_changed = true;
                return;
            }
        };
        let format = Format::named(&state.format);
        let Ok(alone) = ingest::parse_as(&bytes, format, &KnownTitles::default()) else {
            return;
        };
        let mut known = KnownTitles::default();
        for id in alone.entries.iter().filter_map(|entry| entry.paper.id.as_ref()) {
            let new = self.changes.occurrences.get(id.as_str()).into_iter().flatten();
            let old = before.get(id.as_str()).into_iter().flat_map(Record::occurrences);
            // What this digest says of the paper, before this run or in it.
            let mut own = new.chain(old).filter(|occurrence| occurrence.digest.file == digest);
            if own.next().is_some_and(is_open) {
                for title in self.known_titles(id.as_str(), before) {
                    known.add(id.clone(), title.to_string());
                }
            }
        }
        let Ok(settled) = ingest::parse_as(&bytes, format, &known) else {
            return;
        };
        if is_new {
            for entry in &alone.entries {
                if let Some(occurrences) = self.changes.occurrences.get_mut(&entry.paper.key()) {
                    occurrences.retain(|occurrence| occurrence.digest.file != digest);
                }
            }
            self.report.notices.retain(|notice| notice.is_failure || notice.file != digest);
            self.tell(digest, &settled.diagnostics);
        }
        self.take(digest.to_string(), settled);
    }

    /// Returns the titles of a paper that digests are certain of, as of this run.
    fn known_titles<'a>(&'a self, id: &str, before: &'a BTreeMap<String, Record>) -> BTreeSet<&'a str> {
        let staying = before.get(id).into_iter().flat_map(Record::occurrences);
        let new = self.changes.occurrences.get(id).into_iter().flatten();
        certain_titles(staying.filter(|known| self.stays(known)).chain(new))
    }
}

fn certain_titles<'a>(occurrences: impl Iterator<Item = &'a Occurrence>) -> BTreeSet<&'a str> {
    let certain = occurrences.filter(|occurrence| occurrence.certain_title);
    certain.map(|occurrence| occurrence.paper.title.as_str()).collect()
}

/// Whether another digest may tell where this title begins.
fn is_open(occurrence: &Occurrence) -> bool {
    !occurrence.certain_title && occurrence.paper.id.is_some()
}
