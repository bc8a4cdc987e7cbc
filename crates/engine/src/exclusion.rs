//! What is excluded, asked in the only way that all of tantivy's scorers bear.
//!
//! tantivy 0.27's `Exclude` asks what it excludes with `seek_danger`, of documents before
//! the scorer's own as well. Phrase and range scorers do not expect that: debug
//! assertions fail, and their state is undefined. A plain scorer answers by `seek`.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TantivyError, Term};

/// A query for the right side of a "but not".
#[derive(Debug)]
pub(crate) struct Excluded(pub(crate) Box<dyn Query>);

impl Clone for Excluded {
    fn clone(&self) -> Excluded {
        Excluded(self.0.box_clone())
    }
}

impl Query for Excluded {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        // What is excluded needs no score.
        let scoring = match scoring {
            EnableScoring::Enabled { searcher, .. } => EnableScoring::disabled_from_searcher(searcher),
            disabled => disabled,
        };
        Ok(Box::new(PlainWeight(self.0.weight(scoring)?)))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.0.query_terms(visitor);
    }
}

struct PlainWeight(Box<dyn Weight>);

impl Weight for PlainWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        Ok(Box::new(PlainScorer(self.0.scorer(reader, boost)?)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> Result<Explanation, TantivyError> {
        self.0.explain(reader, doc)
    }
}

/// A scorer without a `seek_danger` of its own: the one that all have uses `seek`.
struct PlainScorer(Box<dyn Scorer>);

impl DocSet for PlainScorer {
    fn advance(&mut self) -> DocId {
        self.0.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.0.seek(target)
    }

    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn size_hint(&self) -> u32 {
        self.0.size_hint()
    }
}

impl Scorer for PlainScorer {
    fn score(&mut self) -> Score {
        self.0.score()
    }
}
