//! The postings of a word in one segment: of all its names, in all its fields.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::{DocId, Score, TERMINATED};

use crate::window::{Flags, Places, WINDOW, Window};

/// How fast a frequency saturates; docs/ranking.md has the measurements.
pub(crate) const K1: f32 = 8.0;

/// What a term of a field gives to the frequency of a word, by the field's length as the index
/// keeps it, in a byte.
pub(crate) type Norms = Arc<[f32; 256]>;

/// All postings of a word.
pub(crate) struct Lists {
    fields: Vec<FieldLists>,
    /// What the saturated frequency is multiplied by.
    factor: Score,
}

/// The postings of a word in a field.
pub(crate) struct FieldLists {
    pub(crate) lists: Vec<List>,
    pub(crate) lengths: FieldNormReader,
    pub(crate) norms: Norms,
}

/// The postings of a term, and the share of the word that it stands for.
pub(crate) struct List {
    postings: BlockSegmentPostings,
    /// The place in the block: that of a paper, or of the end of all lists.
    at: usize,
    share: f32,
}

impl List {
    pub(crate) fn new(postings: BlockSegmentPostings, share: f32) -> List {
        List { postings, at: 0, share }
    }

    fn doc(&self) -> DocId {
        self.postings.doc(self.at)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() < target {
            self.at = self.postings.seek(target);
        }
        self.doc()
    }

    /// Calls `visit` with each paper before `end` that is still to come, and the frequency
    /// of the term in it.
    #[inline]
    fn for_each_before(&mut self, end: DocId, mut visit: impl FnMut(DocId, f32)) {
        loop {
            let docs = self.postings.docs();
            let freqs = self.postings.freqs();
            let from = self.at.min(docs.len());
            let until = match docs.last() {
                Some(last) if *last < end => docs.len(),
                _ => from + docs[from..].partition_point(|doc| *doc < end),
            };
            for (doc, frequency) in docs[from..until].iter().zip(&freqs[from..until]) {
                visit(*doc, self.share * *frequency as f32);
            }
            self.at = self.at.max(until);
            if until < docs.len() {
                return;
            }
            if docs.is_empty() {
                return;
            }
            self.postings.advance();
            self.at = 0;
        }
    }
}

/// What a term with some frequency in a field gives to that of its word in a paper.
#[inline]
fn normalised(lengths: &FieldNormReader, norms: &[f32; 256], doc: DocId, frequency: f32) -> f32 {
    norms[usize::from(lengths.fieldnorm_id(doc))] * frequency
}

impl Lists {
    /// Puts the postings of a word together; `None` where it has none.
    pub(crate) fn new(mut fields: Vec<FieldLists>, factor: Score) -> Option<Lists> {
        fields.retain(|field| !field.lists.is_empty());
        (!fields.is_empty()).then_some(Lists { fields, factor })
    }

    /// Moves all lists to the first paper from `target` on, and returns the first of all.
    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
        let lists = self.fields.iter_mut().flat_map(|field| &mut field.lists);
        lists.map(|list| list.seek(target)).min().unwrap_or(TERMINATED)
    }

    /// Adds the papers of a window and the frequencies of the word in them. The lists have been
    /// moved to its start.
    pub(crate) fn collect(&mut self, window: &Window, found: &mut Places, frequencies: &mut [f32; WINDOW]) {
        let (start, end) = (window.start(), window.end().min(TERMINATED));
        for FieldLists { lists, lengths, norms } in &mut self.fields {
            for list in lists {
                list.for_each_before(end, |doc, frequency| {
                    let at = (doc - start) as usize % WINDOW;
                    found.add(at);
                    frequencies[at] += normalised(lengths, norms, doc, frequency);
                });
            }
        }
    }

    /// As [`Lists::collect`] for the papers that are wanted; of the others it is only told, in `all`,
    /// that they have the word.
    pub(crate) fn collect_wanted(
        &mut self,
        window: &Window,
        wanted: &Flags,
        all: &mut Flags,
        found: &mut Places,
        frequencies: &mut [f32; WINDOW],
    ) {
        let (start, end) = (window.start(), window.end().min(TERMINATED));
        for FieldLists { lists, lengths, norms } in &mut self.fields {
            for list in lists {
                list.for_each_before(end, |doc, frequency| {
                    let at = (doc - start) as usize % WINDOW;
                    all.add(at);
                    if wanted.has(at) {
                        found.add(at);
                        frequencies[at] += normalised(lengths, norms, doc, frequency);
                    }
                });
            }
        }
    }

    /// Returns the frequency of the word in a paper that is not before any that was asked for;
    /// 0 if it does not have it.
    pub(crate) fn frequency(&mut self, doc: DocId) -> f32 {
        let mut sum = 0.0;
        for FieldLists { lists, lengths, norms } in &mut self.fields {
            for list in lists {
                if list.seek(doc) == doc {
                    let frequency = list.share * list.postings.freq(list.at) as f32;
                    sum += normalised(lengths, norms, doc, frequency);
                }
            }
        }
        sum
    }

    /// Returns what a paper scores in which the word has this frequency.
    #[inline]
    pub(crate) fn score(&self, frequency: f32) -> Score {
        self.factor * frequency / (frequency + K1)
    }

    /// How many postings there are in the longest list.
    pub(crate) fn longest(&self) -> u32 {
        let lists = self.fields.iter().flat_map(|field| &field.lists);
        lists.map(|list| list.postings.doc_freq()).max().unwrap_or_default()
    }
}
