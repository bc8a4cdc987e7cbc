//! Titles that digests tell each other.
//!
//! A digest that glues titles to abstracts may leave it open where a title begins, while
//! another that holds the same paper is certain of it. Certainty is each digest's own: it
//! never rests on others. So what all digests together say of a paper is the same in
//! whatever order they are indexed.

use std::collections::BTreeSet;
use std::path::Path;

use ingest::{Format, KnownTitles};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::IndexError;
use crate::reading::pack;
use crate::run::Run;
use crate::shelf::{Kept, Papers};

impl Run<'_> {
    /// Splits those digests again whose open titles others are certain of, or were until
    /// now. The papers that this run may change grow by those of digests that become part of
    /// the run here.
    pub(crate) fn settle_titles(&mut self) -> Result<(), IndexError> {
        for digest in self.unsettled()? {
            let is_new = self.is_read(&digest);
            if !is_new {
                self.look_up_digest(&digest)?;
            }
            self.split_again(&digest, is_new)?;
        }
        Ok(())
    }

    /// Returns the digests that other digests can tell something, or no longer can.
    fn unsettled(&self) -> Result<BTreeSet<String>, IndexError> {
        let mut unsettled = BTreeSet::new();
        let mut add = |open: Vec<&Kept>| {
            unsettled.extend(open.iter().map(|kept| self.shelf.digest(kept.digest).to_string()));
        };
        for (id, paper) in &self.before {
            let staying = paper.occurrences.iter().filter(|known| self.stays(known));
            let open: Vec<&Kept> = staying.filter(|kept| kept.open).collect();
            if !open.is_empty() && self.titles(paper.occurrences.iter())? != self.known_titles(id)? {
                add(open);
            }
        }
        for (id, paper) in &self.changes.papers {
            let open: Vec<&Kept> = paper.occurrences.iter().filter(|kept| kept.open).collect();
            if !open.is_empty() && self.as_of_this_run(id).any(|kept| kept.certain) {
                add(open);
            }
        }
        Ok(unsettled)
    }

    /// Splits a digest with what all others know. One that has changed since it was read
    /// is left to the next run, which reads it whatever it holds then.
    fn split_again(&mut self, digest: &str, is_new: bool) -> Result<(), IndexError> {
        let Some(state) = self.state.digests.get_mut(digest) else {
            return Ok(());
        };
        let bytes = match ingest::read(Path::new(digest)) {
            Ok(bytes) if xxh3_64(&bytes) == state.hash => bytes,
            _ => {
                state.forget_content();
                self.changes.state_changed = true;
                return Ok(());
            }
        };
        let format = Format::named(&state.format);
        let Ok(alone) = ingest::parse_as(&bytes, format, &KnownTitles::default()) else {
            return Ok(());
        };
        let number = self.shelf.number(digest);
        let mut known = KnownTitles::default();
        for id in alone.entries.iter().filter_map(|entry| entry.paper.id.as_ref()) {
            // What this digest says of the paper, before this run or in it.
            let all = [&self.changes.papers, &self.before].map(|papers| occurrences(papers, id.as_str()));
            let own = all.into_iter().flatten().find(|kept| kept.digest == number);
            if own.is_some_and(|kept| kept.open) {
                for title in self.known_titles(id.as_str())? {
                    known.add(id.clone(), title);
                }
            }
        }
        let Ok(mut settled) = ingest::parse_as(&bytes, format, &known) else {
            return Ok(());
        };
        if is_new {
            for entry in &alone.entries {
                if let Some(paper) = self.changes.papers.get_mut(entry.paper.key().as_str()) {
                    paper.occurrences.retain(|kept| kept.digest != number);
                }
            }
            self.report.notices.retain(|notice| notice.is_failure || notice.file != digest);
            self.tell(digest, &settled.diagnostics);
        }
        settled.diagnostics.clear();
        let papers = pack(digest, settled).map_err(|error| self.shelving(error))?;
        self.add(digest.to_string(), &papers)
    }

    /// Returns the titles of a paper that digests are certain of, as of this run.
    fn known_titles(&self, id: &str) -> Result<BTreeSet<String>, IndexError> {
        self.titles(self.as_of_this_run(id))
    }

    /// Returns what digests say of a paper, as of this run.
    fn as_of_this_run(&self, id: &str) -> impl Iterator<Item = &Kept> {
        let staying = occurrences(&self.before, id).filter(|known| self.stays(known));
        staying.chain(occurrences(&self.changes.papers, id))
    }

    /// Returns the titles that are certain.
    fn titles<'a>(
        &self,
        occurrences: impl Iterator<Item = &'a Kept>,
    ) -> Result<BTreeSet<String>, IndexError> {
        let certain = occurrences.filter(|kept| kept.certain);
        let titles = certain.map(|kept| Ok(self.shelf.get(kept)?.paper.title)).collect::<Result<_, _>>();
        titles.map_err(|error| self.shelving(error))
    }
}

fn occurrences<'a>(papers: &'a Papers, id: &str) -> impl Iterator<Item = &'a Kept> + use<'a> {
    papers.get(id).into_iter().flat_map(|paper| &paper.occurrences)
}
