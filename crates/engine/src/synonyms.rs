//! A word of a query, by all its names and in all its fields, scored as one.
//!
//! The frequencies of its terms, each times its share, are summed to that of one term
//! (Darwish and Oard, Probabilistic structured query methods, SIGIR 2003). The frequencies
//! in the fields, each by the field's length and weight, are summed to that of one field
//! before they are saturated (BM25F: Zaragoza, Craswell, Taylor, Saria, Robertson,
//! Microsoft Cambridge at TREC-13, 2004): a word in the title and in the abstract says
//! little more than one in the title.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field as Handle;
use tantivy::{DocId, Score, SegmentReader, TantivyError, Term};

use crate::lists::{FieldLists, K1, List, Lists, Norms};
use crate::statistics::{Occurrences, Statistics, idf, word_frequency};

/// How much the length of a field counts; docs/ranking.md has the measurements.
const B: f32 = 0.85;

/// A word as it is in an index.
#[derive(Debug)]
pub(crate) struct Word {
    fields: Vec<WordField>,
    /// What the saturated frequency is multiplied by: all that it can score.
    factor: Score,
}

#[derive(Debug)]
struct WordField {
    handle: Handle,
    norms: Norms,
    /// Where each term of the word occurs, and its share.
    terms: Vec<(Arc<Occurrences>, f32)>,
}

/// What a term in a field of some length gives to the frequency of a word.
fn normalised(weight: f32, length: u32, mean_length: f32) -> f32 {
    weight / (1.0 - B + B * length as f32 / mean_length)
}

impl Word {
    /// Looks up a word by its terms, each with its share, in fields, each with its weight.
    pub(crate) fn find(
        fields: &[(Handle, f32)],
        terms: &[(String, f32)],
        weight: f32,
        statistics: &Statistics<'_>,
    ) -> Result<Word, TantivyError> {
        let mut found = Vec::with_capacity(fields.len());
        for (handle, weight) in fields {
            let mut own = Vec::with_capacity(terms.len());
            for (text, share) in terms {
                own.push((statistics.occurrences(&Term::from_field_text(*handle, text))?, *share));
            }
            own.retain(|(occurrences, _)| occurrences.papers > 0);
            if !own.is_empty() {
                let mean_length = statistics.mean_length(*handle);
                let norm =
                    |id: usize| normalised(*weight, FieldNormReader::id_to_fieldnorm(id as u8), mean_length);
                found.push(WordField {
                    handle: *handle,
                    norms: Arc::new(std::array::from_fn(norm)),
                    terms: own,
                });
            }
        }
        let handles = fields.iter().map(|(handle, _)| *handle);
        let with = word_frequency(statistics, handles, terms.iter())?;
        Ok(Word { fields: found, factor: weight * idf(statistics, with)? * (1.0 + K1) })
    }

    /// More than the word can score.
    pub(crate) fn bound(&self) -> Score {
        self.factor
    }

    /// How many postings it has, in all fields.
    pub(crate) fn postings(&self) -> u64 {
        let terms = self.fields.iter().flat_map(|field| &field.terms);
        terms.map(|(occurrences, _)| occurrences.papers).sum()
    }

    /// Opens the postings in a segment.
    pub(crate) fn lists(&self, reader: &SegmentReader, boost: Score) -> Result<Option<Lists>, TantivyError> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for WordField { handle, norms, terms } in &self.fields {
            let mut lists = Vec::with_capacity(terms.len());
            for (occurrences, share) in terms {
                let postings = occurrences.postings(reader, *handle)?;
                lists.extend(postings.map(|postings| List::new(postings, *share)));
            }
            if !lists.is_empty() {
                let lengths = reader.get_fieldnorms_reader(*handle)?;
                fields.push(FieldLists { lists, lengths, norms: norms.clone() });
            }
        }
        Ok(Lists::new(fields, self.factor * boost))
    }
}

/// Returns what each term in each field gives to the frequency of a word in a paper: the score
/// is shared out in this proportion.
pub(crate) fn contributions(
    fields: &[(Handle, f32)],
    terms: &[(String, f32)],
    statistics: &Statistics<'_>,
    reader: &SegmentReader,
    doc: DocId,
) -> Result<Vec<(Handle, String, f32)>, TantivyError> {
    let mut contributions = Vec::new();
    for (handle, weight) in fields {
        let length = reader.get_fieldnorms_reader(*handle)?.fieldnorm(doc);
        let norm = normalised(*weight, length, statistics.mean_length(*handle));
        for (text, share) in terms {
            let occurrences = statistics.occurrences(&Term::from_field_text(*handle, text))?;
            let Some(mut postings) = occurrences.postings(reader, *handle)? else { continue };
            let at = postings.seek(doc);
            if postings.doc(at) == doc {
                contributions.push((*handle, text.clone(), norm * share * postings.freq(at) as f32));
            }
        }
    }
    Ok(contributions)
}
