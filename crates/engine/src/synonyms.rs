//! A word of a query, by all its names and in all its fields, scored as one.
//!
//! The frequencies of its terms, each times its share, are summed to that of one term
//! (Darwish and Oard, Probabilistic structured query methods, SIGIR 2003). The frequencies
//! in the fields, each by the field's length and weight, are summed to that of one field
//! before they are saturated (BM25F: Zaragoza, Craswell, Taylor, Saria, Robertson,
//! Microsoft Cambridge at TREC-13, 2004): a word in the title and in the abstract says
//! little more than one in the title.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{
    Bm25StatisticsProvider, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

use crate::statistics::{idf, word_frequency};

/// How fast a frequency saturates, and how much the length of a field counts; docs/ranking.md
/// has the measurements.
const K1: f32 = 8.0;
const B: f32 = 0.85;

/// How many papers are looked at in one go.
const WINDOW: u32 = 4096;

/// A query for a word.
#[derive(Clone, Debug)]
pub(crate) struct SynonymsQuery {
    /// Each field with its weight.
    pub(crate) fields: Vec<(Handle, f32)>,
    /// Each term with its share.
    pub(crate) terms: Vec<(String, f32)>,
}

impl Query for SynonymsQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        let mut factor = 0.0;
        let mut fields = Vec::with_capacity(self.fields.len());
        for (handle, weight) in &self.fields {
            let term = |(term, share): &(String, f32)| (Term::from_field_text(*handle, term), *share);
            let terms = self.terms.iter().map(term).collect();
            fields.push(FieldWeight { handle: *handle, terms, weight: *weight, mean_length: 1.0 });
        }
        if let EnableScoring::Enabled { statistics_provider, .. } = scoring {
            let papers = statistics_provider.total_num_docs()? as f32;
            for field in &mut fields {
                field.mean_length = statistics_provider.total_num_tokens(field.handle)? as f32 / papers;
            }
            let handles = self.fields.iter().map(|(handle, _)| *handle);
            let with = word_frequency(statistics_provider, handles, self.terms.iter())?;
            factor = idf(statistics_provider, with)? * (1.0 + K1);
        }
        Ok(Box::new(SynonymsWeight { fields, factor }))
    }
}

impl SynonymsQuery {
    /// Returns what each term in each field gives to the frequency of the word in a paper:
    /// the score is shared out in this proportion.
    pub(crate) fn contributions(
        &self,
        statistics: &dyn Bm25StatisticsProvider,
        reader: &SegmentReader,
        doc: DocId,
    ) -> Result<Vec<(Handle, String, f32)>, TantivyError> {
        let papers = statistics.total_num_docs()? as f32;
        let mut contributions = Vec::new();
        for (handle, weight) in &self.fields {
            let mean_length = statistics.total_num_tokens(*handle)? as f32 / papers;
            let length = reader.get_fieldnorms_reader(*handle)?.fieldnorm(doc);
            let index = reader.inverted_index(*handle)?;
            for (text, share) in &self.terms {
                let term = Term::from_field_text(*handle, text);
                let Some(mut list) = index.read_postings(&term, IndexRecordOption::WithFreqs)? else {
                    continue;
                };
                if list.doc() <= doc && list.seek(doc) == doc {
                    let frequency = share * list.term_freq() as f32;
                    let contribution = normalised(*weight, frequency, length, mean_length);
                    contributions.push((*handle, text.clone(), contribution));
                }
            }
        }
        Ok(contributions)
    }
}

/// What a frequency in a field of some length gives to that of all fields.
fn normalised(weight: f32, frequency: f32, length: u32, mean_length: f32) -> f32 {
    weight * frequency / (1.0 - B + B * length as f32 / mean_length)
}

struct SynonymsWeight {
    fields: Vec<FieldWeight>,
    /// What the saturated frequency is multiplied by.
    factor: f32,
}

struct FieldWeight {
    handle: Handle,
    terms: Vec<(Term, f32)>,
    weight: f32,
    mean_length: f32,
}

impl Weight for SynonymsWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let index = reader.inverted_index(field.handle)?;
            let mut postings = Vec::with_capacity(field.terms.len());
            for (term, share) in &field.terms {
                if let Some(list) = index.read_postings(term, IndexRecordOption::WithFreqs)? {
                    postings.push((list, *share));
                }
            }
            if !postings.is_empty() {
                fields.push(FieldScorer {
                    postings,
                    lengths: reader.get_fieldnorms_reader(field.handle)?,
                    mean_length: field.mean_length,
                    weight: field.weight,
                    frequencies: vec![0.0; WINDOW as usize],
                });
            }
        }
        if fields.is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        let mut scorer = SynonymsScorer {
            fields,
            factor: self.factor * boost,
            start: 0,
            found: [0; WINDOW as usize / 64],
            doc: 0,
        };
        scorer.doc = scorer.fill(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> Result<Explanation, TantivyError> {
        let mut scorer = self.scorer(reader, 1.0)?;
        match scorer.doc() <= doc && scorer.seek(doc) == doc {
            true => Ok(Explanation::new("synonyms", scorer.score())),
            false => Err(TantivyError::InvalidArgument(format!("document {doc} does not match"))),
        }
    }
}

/// Goes through all lists together, a window of papers at a time.
struct SynonymsScorer {
    fields: Vec<FieldScorer>,
    factor: f32,
    /// The first paper of the window.
    start: DocId,
    /// A bit for each paper of the window that has any of the words.
    found: [u64; WINDOW as usize / 64],
    doc: DocId,
}

struct FieldScorer {
    postings: Vec<(SegmentPostings, f32)>,
    lengths: FieldNormReader,
    mean_length: f32,
    weight: f32,
    /// The word's frequency in each paper of the window.
    frequencies: Vec<f32>,
}

impl FieldScorer {
    /// Returns what a paper, which is `at` in the window, gives to the frequency of all fields.
    fn frequency(&self, doc: DocId, at: usize) -> f32 {
        let frequency = self.frequencies[at];
        if frequency == 0.0 {
            return 0.0;
        }
        normalised(self.weight, frequency, self.lengths.fieldnorm(doc), self.mean_length)
    }
}

impl SynonymsScorer {
    /// Fills the window that begins with the first match from `target` on, and returns
    /// that match.
    fn fill(&mut self, target: DocId) -> DocId {
        let mut start = TERMINATED;
        for field in &mut self.fields {
            for (list, _) in &mut field.postings {
                let doc = if list.doc() < target { list.seek(target) } else { list.doc() };
                start = start.min(doc);
            }
        }
        if start == TERMINATED {
            return TERMINATED;
        }
        self.start = start;
        self.found.fill(0);
        for field in &mut self.fields {
            field.frequencies.fill(0.0);
            for (list, share) in &mut field.postings {
                let mut doc = list.doc();
                // The end of a list lies beyond every window.
                while doc - start < WINDOW {
                    let at = (doc - start) as usize;
                    self.found[at / 64] |= 1 << (at % 64);
                    field.frequencies[at] += *share * list.term_freq() as f32;
                    doc = list.advance();
                }
            }
        }
        start
    }

    /// Returns the first match of the window from an offset on.
    fn next_in_window(&self, offset: usize) -> Option<DocId> {
        let mut word = offset / 64;
        let mut bits = self.found.get(word)? & (!0 << (offset % 64));
        while bits == 0 {
            word += 1;
            bits = *self.found.get(word)?;
        }
        Some(self.start + (word * 64) as u32 + bits.trailing_zeros())
    }
}

impl DocSet for SynonymsScorer {
    fn advance(&mut self) -> DocId {
        match self.doc {
            TERMINATED => TERMINATED,
            doc => self.seek(doc + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            let offset = (target - self.start) as usize;
            self.doc = match self.next_in_window(offset) {
                Some(doc) => doc,
                None => self.fill(target.max(self.start + WINDOW)),
            };
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let lists = self.fields.iter().flat_map(|field| &field.postings);
        lists.map(|(list, _)| list.size_hint()).max().unwrap_or_default()
    }
}

impl Scorer for SynonymsScorer {
    fn score(&mut self) -> Score {
        let at = (self.doc - self.start) as usize;
        let frequency: f32 = self.fields.iter().map(|field| field.frequency(self.doc, at)).sum();
        self.factor * frequency / (frequency + K1)
    }
}
