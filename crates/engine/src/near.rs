//! Words near one another, in any order.
//!
//! tantivy's own phrases with slop are not used: for three words or more, which papers
//! match depends on which word is rarest in a segment and on whether scores are wanted.

use query::plan::NearPart;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// A query for parts with at most so many other words among them.
#[derive(Clone, Debug)]
pub(crate) struct NearQuery {
    handle: Handle,
    /// Each different part, and how many of it are wanted.
    parts: Vec<(NearPart, usize)>,
    slop: u32,
}

impl NearQuery {
    pub(crate) fn new(handle: Handle, parts: &[NearPart], slop: u32) -> NearQuery {
        let mut counted: Vec<(NearPart, usize)> = Vec::new();
        for part in parts {
            match counted.iter_mut().find(|(known, _)| known == part) {
                Some((_, count)) => *count += 1,
                None => counted.push((part.clone(), 1)),
            }
        }
        NearQuery { handle, parts: counted, slop }
    }

    fn terms(&self) -> Vec<Term> {
        let terms = self.parts.iter().flat_map(|(part, _)| &part.terms);
        terms.map(|(_, term)| Term::from_field_text(self.handle, term)).collect()
    }

    /// How many positions a match may take.
    fn room(&self) -> u32 {
        let lengths = self.parts.iter().map(|(part, count)| part.length.saturating_mul(*count as u32));
        lengths.fold(self.slop, u32::saturating_add)
    }
}

impl Query for NearQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        let similarity = match scoring {
            EnableScoring::Enabled { statistics_provider, .. } => {
                Some(Bm25Weight::for_terms(statistics_provider, &self.terms())?)
            }
            EnableScoring::Disabled { .. } => None,
        };
        Ok(Box::new(NearWeight { query: self.clone(), similarity }))
    }
}

struct NearWeight {
    query: NearQuery,
    /// `None` where no score is wanted.
    similarity: Option<Bm25Weight>,
}

impl Weight for NearWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        let index = reader.inverted_index(self.query.handle)?;
        let mut parts = Vec::with_capacity(self.query.parts.len());
        for (part, count) in &self.query.parts {
            let mut terms = Vec::with_capacity(part.terms.len());
            for (offset, term) in &part.terms {
                let term = Term::from_field_text(self.query.handle, term);
                match index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)? {
                    Some(postings) => terms.push((*offset, postings)),
                    None => return Ok(Box::new(EmptyScorer)),
                }
            }
            parts.push(PartPostings { terms, length: part.length, count: *count, starts: Vec::new() });
        }
        let lengths = match reader.fieldnorms_readers().get_field(self.query.handle)? {
            Some(lengths) => lengths,
            None => FieldNormReader::constant(reader.max_doc(), 1),
        };
        let similarity = self.similarity.as_ref().map(|similarity| similarity.boost_by(boost));
        let mut scorer =
            NearScorer { parts, room: self.query.room(), doc: 0, matches: 0, lengths, similarity };
        scorer.find(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> Result<Explanation, TantivyError> {
        Ok(Explanation::new("words near one another", 0.0))
    }
}

/// A part's postings in a segment.
struct PartPostings {
    terms: Vec<(u32, SegmentPostings)>,
    length: u32,
    count: usize,
    /// Where the part begins in the current document, in order.
    starts: Vec<u32>,
}

impl PartPostings {
    /// Looks where the part begins in the document that all its postings stand at.
    fn read_starts(&mut self) {
        let mut positions = Vec::new();
        for (number, (offset, postings)) in self.terms.iter_mut().enumerate() {
            positions.clear();
            postings.positions(&mut positions);
            let offset = *offset;
            if number == 0 {
                self.starts.clear();
                self.starts.extend(positions.iter().filter_map(|position| position.checked_sub(offset)));
            } else {
                self.starts.retain(|start| positions.binary_search(&(start + offset)).is_ok());
            }
        }
    }

    /// Returns the end of the last of the first `count` places from `from` to `to` that do
    /// not overlap.
    fn end_within(&self, from: u32, to: u32) -> Option<u32> {
        let (mut free, mut found) = (from, 0);
        for start in &self.starts {
            if *start >= free && start + self.length <= to {
                (free, found) = (start + self.length, found + 1);
                if found == self.count {
                    return Some(free);
                }
            }
        }
        None
    }
}

struct NearScorer {
    parts: Vec<PartPostings>,
    room: u32,
    doc: DocId,
    /// How often the parts are near one another in the current document.
    matches: u32,
    lengths: FieldNormReader,
    similarity: Option<Bm25Weight>,
}

impl NearScorer {
    /// Moves to the first match from `target` on.
    fn find(&mut self, mut target: DocId) {
        self.doc = loop {
            let mut furthest = target;
            for (_, postings) in self.parts.iter_mut().flat_map(|part| &mut part.terms) {
                if postings.doc() < furthest {
                    postings.seek(furthest);
                }
                furthest = furthest.max(postings.doc());
            }
            if furthest == TERMINATED {
                break TERMINATED;
            }
            if furthest > target {
                target = furthest;
                continue;
            }
            self.matches = self.count_matches();
            if self.matches > 0 {
                break target;
            }
            target += 1;
        };
    }

    fn count_matches(&mut self) -> u32 {
        self.parts.iter_mut().for_each(PartPostings::read_starts);
        let mut starts: Vec<u32> = self.parts.iter().flat_map(|part| part.starts.iter().copied()).collect();
        starts.sort_unstable();
        let (mut free, mut matches) = (0, 0);
        for start in starts {
            let to = start.saturating_add(self.room);
            let ends: Option<Vec<u32>> = self.parts.iter().map(|part| part.end_within(start, to)).collect();
            if let Some(end) = ends.and_then(|ends| ends.into_iter().max()).filter(|_| start >= free) {
                (free, matches) = (end, matches + 1);
            }
        }
        matches
    }
}

impl DocSet for NearScorer {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.find(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.find(target);
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let terms = self.parts.iter().flat_map(|part| &part.terms);
        terms.map(|(_, postings)| postings.size_hint()).min().unwrap_or(0)
    }
}

impl Scorer for NearScorer {
    fn score(&mut self) -> Score {
        let length = self.lengths.fieldnorm_id(self.doc);
        self.similarity.as_ref().map_or(1.0, |similarity| similarity.score(length, self.matches))
    }
}
