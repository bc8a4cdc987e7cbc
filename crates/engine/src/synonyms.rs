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
use crate::window::{WINDOW, Window};

/// How fast a frequency saturates, and how much the length of a field counts; docs/ranking.md
/// has the measurements.
const K1: f32 = 8.0;
const B: f32 = 0.85;

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
                    frequencies: vec![0.0; WINDOW],
                });
            }
        }
        if fields.is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        let mut scorer =
            SynonymsScorer { fields, factor: self.factor * boost, window: Window::new(), doc: 0 };
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
    window: Window,
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
        self.window.begin(start);
        for field in &mut self.fields {
            field.frequencies.fill(0.0);
            for (list, share) in &mut field.postings {
                let mut doc = list.doc();
                while let Some(at) = self.window.place(doc) {
                    self.window.note(at);
                    field.frequencies[at] += *share * list.term_freq() as f32;
                    doc = list.advance();
                }
            }
        }
        start
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
            self.doc = match self.window.seek(target) {
                Ok(doc) => doc,
                Err(behind) => self.fill(behind),
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
        let Some(at) = self.window.place(self.doc) else { return 0.0 };
        let frequency: f32 = self.fields.iter().map(|field| field.frequency(self.doc, at)).sum();
        self.factor * frequency / (frequency + K1)
    }
}
