//! The embedded engine: plan in, hits out, over the index on this machine.

mod bag;
mod best;
mod compile;
mod exclusion;
mod expand;
mod explain;
mod facets;
mod hint;
mod lists;
mod near;
mod recency;
mod search;
mod statistics;
mod synonyms;
mod window;

use std::path::Path;

use analysis::Field;
use indexer::{IndexError, OpenIndex};
use paper::Record;
use query::plan::Stream;
use query::{Answer, Engine, Facets, Page, Plan};
use tantivy::Term;

/// An index on this machine, as its last commit left it.
#[derive(Debug)]
pub struct Embedded {
    index: OpenIndex,
}

impl Embedded {
    /// Opens the index in a folder.
    pub fn open(root: &Path) -> Result<Embedded, IndexError> {
        Ok(Embedded { index: OpenIndex::open(root)? })
    }

    /// As [`Embedded::open`], for a process that asks a few things and ends.
    pub fn open_briefly(root: &Path) -> Result<Embedded, IndexError> {
        Ok(Embedded { index: OpenIndex::open_briefly(root)? })
    }

    /// Calls `visit` for each paper that matches a plan, in no particular order.
    pub fn for_each_match(&self, plan: &Plan, visit: &mut dyn FnMut(Record)) -> Result<(), IndexError> {
        search::for_each_match(&self.index, plan, visit)
    }

    /// Returns the index itself.
    pub fn index(&self) -> &OpenIndex {
        &self.index
    }
}

impl Engine for Embedded {
    type Error = IndexError;

    fn search(&self, plan: &Plan, page: Page, explain: bool) -> Result<Answer, IndexError> {
        search::search(&self.index, plan, page, explain)
    }

    fn facets(&self, plan: &Plan, most: usize) -> Result<Facets, IndexError> {
        facets::facets(&self.index, plan, most)
    }

    fn record(&self, id: &str) -> Result<Option<Record>, IndexError> {
        self.index.record(id)
    }

    fn paper_count(&self) -> Result<u64, IndexError> {
        Ok(self.index.paper_count())
    }

    fn document_frequency(&self, field: &'static Field, term: &str) -> Result<u64, IndexError> {
        let term = Term::from_field_text(self.index.schema().main(field), term);
        statistics::document_frequency(self.index.searcher(), &term)
            .map_err(|error| self.index.reading(&error))
    }

    fn for_each_term(
        &self,
        field: &'static Field,
        stream: Stream,
        prefix: &str,
        visit: &mut dyn FnMut(&str, u64),
    ) -> Result<(), IndexError> {
        let handle = match stream {
            Stream::Words => self.index.schema().main(field),
            Stream::Exact => self.index.schema().exact(field),
        };
        expand::for_each_term(self.index.searcher(), handle, prefix, visit)
            .map_err(|error| self.index.reading(&error))
    }
}
