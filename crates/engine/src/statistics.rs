//! What scores depend on beside the paper itself: how many papers there are, how many
//! have a term, how long fields are on average.
//!
//! The engine's own numbers still count what was deleted, until segments merge. Scores
//! would depend on how the index came to be, and not on what is in it alone.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use indexer::{Lengths, OpenIndex};
use tantivy::index::SegmentId;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::{Bm25StatisticsProvider, EnableScoring};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, TantivyError, Term};

/// The statistics of the papers that are there, for one search.
pub(crate) struct Statistics<'a> {
    searcher: &'a Searcher,
    lengths: Lengths,
    /// Those that were asked for: a term is looked up once in each dictionary, however many
    /// parts of a query are about it.
    occurrences: RefCell<HashMap<Term, Arc<Occurrences>>>,
}

/// Where a term occurs.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    /// How many papers have it.
    pub(crate) papers: u64,
    /// The segments that have it, each with where its postings are.
    lists: Vec<(SegmentId, TermInfo)>,
}

impl Occurrences {
    /// Opens the postings of a segment, in the field that the term is of.
    pub(crate) fn postings(
        &self,
        reader: &SegmentReader,
        handle: Handle,
    ) -> Result<Option<BlockSegmentPostings>, TantivyError> {
        let Some((_, place)) = self.lists.iter().find(|(segment, _)| *segment == reader.segment_id()) else {
            return Ok(None);
        };
        let index = reader.inverted_index(handle)?;
        Ok(Some(index.read_block_postings_from_terminfo(place, IndexRecordOption::WithFreqs)?))
    }
}

impl Statistics<'_> {
    pub(crate) fn of(index: &OpenIndex) -> Statistics<'_> {
        Statistics { searcher: index.searcher(), lengths: index.lengths(), occurrences: RefCell::default() }
    }

    /// Makes queries score by these statistics.
    pub(crate) fn scoring(&self) -> EnableScoring<'_> {
        EnableScoring::enabled_from_statistics_provider(self, self.searcher)
    }

    /// Returns where a term occurs.
    pub(crate) fn occurrences(&self, term: &Term) -> Result<Arc<Occurrences>, TantivyError> {
        if let Some(known) = self.occurrences.borrow().get(term) {
            return Ok(known.clone());
        }
        let found = Arc::new(occurrences(self.searcher, term)?);
        self.occurrences.borrow_mut().insert(term.clone(), found.clone());
        Ok(found)
    }

    /// Returns how many terms a field has in a paper, on average.
    pub(crate) fn mean_length(&self, field: Handle) -> f32 {
        self.lengths.of(field) as f32 / self.searcher.num_docs().max(1) as f32
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
        Ok(self.occurrences(term)?.papers)
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
    Ok(occurrences(searcher, term)?.papers)
}

fn occurrences(searcher: &Searcher, term: &Term) -> Result<Occurrences, TantivyError> {
    let mut found = Occurrences::default();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(term.field())?;
        let Some(place) = index.get_term_info(term)? else { continue };
        found.papers += match segment.alive_bitset() {
            None => u64::from(place.doc_freq),
            Some(alive) => {
                let mut papers = 0;
                let mut postings = index.read_postings_from_terminfo(&place, IndexRecordOption::Basic)?;
                while postings.doc() != TERMINATED {
                    papers += u64::from(alive.is_alive(postings.doc()));
                    postings.advance();
                }
                papers
            }
        };
        found.lists.push((segment.segment_id(), place));
    }
    Ok(found)
}
