//! What scores depend on beside the paper itself: how many papers there are, how many
//! have a term, how long fields are on average.
//!
//! The engine's own numbers still count what was deleted, until segments merge. Scores
//! would depend on how the index came to be, and not on what is in it alone.

use indexer::{Lengths, OpenIndex};
use tantivy::query::{Bm25StatisticsProvider, EnableScoring};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};

/// The statistics of the papers that are there.
pub(crate) struct Statistics<'a> {
    searcher: &'a Searcher,
    lengths: Lengths,
}

impl Statistics<'_> {
    pub(crate) fn of(index: &OpenIndex) -> Statistics<'_> {
        Statistics { searcher: index.searcher(), lengths: index.lengths() }
    }

    /// Makes queries score by these statistics.
    pub(crate) fn scoring(&self) -> EnableScoring<'_> {
        EnableScoring::enabled_from_statistics_provider(self, self.searcher)
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Handle) -> Result<u64, TantivyError> {
        Ok(self.lengths.of(field))
    }

    fn total_num_docs(&self) -> Result<u64, TantivyError> {
        Ok(self.searcher.num_docs())
    }

    fn doc_freq(&self, term: &Term) -> Result<u64, TantivyError> {
        document_frequency(self.searcher, term)
    }
}

/// Returns the number of papers with a term. Where papers of a segment were deleted, the
/// postings are counted.
pub(crate) fn document_frequency(searcher: &Searcher, term: &Term) -> Result<u64, TantivyError> {
    let mut papers = 0;
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(term.field())?;
        let Some(alive) = segment.alive_bitset() else {
            papers += u64::from(index.doc_freq(term)?);
            continue;
        };
        if let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? {
            let mut doc = postings.doc();
            while doc != TERMINATED {
                papers += u64::from(alive.is_alive(doc));
                doc = postings.advance();
            }
        }
    }
    Ok(papers)
}
