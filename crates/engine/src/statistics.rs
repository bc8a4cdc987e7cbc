//! What scores depend on beside the paper itself: how many papers there are, how many
//! have a term, how long fields are on average.
//!
//! The engine's own numbers still count what was deleted, until segments merge. Scores
//! would depend on how the index came to be, and not on what is in it alone.

use std::cell::RefCell;
use std::collections::HashMap;

use indexer::{Lengths, OpenIndex};
use tantivy::query::{Bm25StatisticsProvider, EnableScoring};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};

/// The statistics of the papers that are there, for one search.
pub(crate) struct Statistics<'a> {
    searcher: &'a Searcher,
    lengths: Lengths,
    /// Those that were asked for. Words score by them, and count by them in a bag.
    frequencies: RefCell<HashMap<Term, u64>>,
}

impl Statistics<'_> {
    pub(crate) fn of(index: &OpenIndex) -> Statistics<'_> {
        Statistics { searcher: index.searcher(), lengths: index.lengths(), frequencies: RefCell::default() }
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
        if let Some(known) = self.frequencies.borrow().get(term) {
            return Ok(*known);
        }
        let papers = document_frequency(self.searcher, term)?;
        self.frequencies.borrow_mut().insert(term.clone(), papers);
        Ok(papers)
    }
}

/// Returns the number of papers that have a word in the field where most have it: the sum
/// over its terms, each with its share, but at most all there are.
pub(crate) fn word_frequency<'a>(
    statistics: &dyn Bm25StatisticsProvider,
    fields: impl Iterator<Item = Handle>,
    terms: impl Iterator<Item = &'a (String, f32)> + Clone,
) -> Result<f32, TantivyError> {
    let mut most = 0.0_f32;
    for handle in fields {
        let mut papers = 0.0;
        for (term, share) in terms.clone() {
            papers += share * statistics.doc_freq(&Term::from_field_text(handle, term))? as f32;
        }
        most = most.max(papers);
    }
    // Shares may be more than 1 in all where a person added translations.
    Ok(most.min(statistics.total_num_docs()? as f32))
}

/// Returns the inverse document frequency of what `with` of all papers have (Robertson and
/// Zaragoza, The Probabilistic Relevance Framework, 2009; with 1 added, so that it is above 0).
pub(crate) fn idf(statistics: &dyn Bm25StatisticsProvider, with: f32) -> Result<f32, TantivyError> {
    let papers = statistics.total_num_docs()? as f32;
    Ok((1.0 + (papers - with + 0.5) / (with + 0.5)).ln())
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
