//! A bag of words: papers with any of them, scored by the sum and by how many there are.
//!
//! Every list is gone through once, a window of papers at a time, and the scores are summed
//! up paper by paper: no word is looked at again for what the paper has of the others.

use query::plan::COVERAGE;
use tantivy::query::{BooleanQuery, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

use crate::window::{WINDOW, Window};

/// A query for the words of a bag.
#[derive(Debug)]
pub(crate) struct BagQuery {
    parts: Vec<Part>,
    /// The sum of what the words count.
    all: f32,
}

/// A part of a bag.
#[derive(Debug)]
struct Part {
    query: Box<dyn Query>,
    role: Role,
}

/// What a part means for a paper that has it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    /// It matches, and has a word that counts so much.
    Word(f32),
    /// It matches.
    Evidence,
    /// It scores more if it matches for another reason.
    Hint,
}

/// What the scores of a paper are multiplied by that has words which count `covered` of `all`.
pub(crate) fn coverage(covered: f32, all: f32) -> f32 {
    let share = if all > 0.0 { covered / all } else { 0.0 };
    1.0 + COVERAGE * share * share
}

impl BagQuery {
    /// Makes a bag of words, each with what it counts among them, of evidence and of hints.
    pub(crate) fn new(
        words: Vec<(Box<dyn Query>, f32)>,
        evidence: Vec<Box<dyn Query>>,
        hints: Vec<Box<dyn Query>>,
    ) -> BagQuery {
        let all = words.iter().map(|(_, counts)| counts).sum();
        let words = words.into_iter().map(|(query, counts)| Part { query, role: Role::Word(counts) });
        let evidence = evidence.into_iter().map(|query| Part { query, role: Role::Evidence });
        let hints = hints.into_iter().map(|query| Part { query, role: Role::Hint });
        BagQuery { parts: words.chain(evidence).chain(hints).collect(), all }
    }
}

impl Clone for BagQuery {
    fn clone(&self) -> BagQuery {
        let parts = self.parts.iter().map(|part| Part { query: part.query.box_clone(), role: part.role });
        BagQuery { parts: parts.collect(), all: self.all }
    }
}

impl Query for BagQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        let parts = self.parts.iter();
        if !scoring.is_scoring_enabled() {
            let matching = parts.filter(|part| part.role != Role::Hint).map(|part| part.query.box_clone());
            return BooleanQuery::union(matching.collect()).weight(scoring);
        }
        let parts = parts.map(|part| Ok((part.query.weight(scoring)?, part.role)));
        Ok(Box::new(BagWeight { parts: parts.collect::<Result<_, TantivyError>>()?, all: self.all }))
    }
}

struct BagWeight {
    parts: Vec<(Box<dyn Weight>, Role)>,
    all: f32,
}

impl Weight for BagWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        let mut parts = Vec::with_capacity(self.parts.len());
        for (weight, role) in &self.parts {
            let scorer = weight.scorer(reader, boost)?;
            if scorer.doc() != TERMINATED {
                parts.push((scorer, *role));
            }
        }
        if parts.iter().all(|(_, role)| *role == Role::Hint) {
            return Ok(Box::new(EmptyScorer));
        }
        let mut scorer = BagScorer {
            parts,
            all: self.all,
            window: Window::new(),
            scores: vec![0.0; WINDOW],
            covered: vec![0.0; WINDOW],
            doc: 0,
        };
        scorer.doc = scorer.fill(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> Result<Explanation, TantivyError> {
        let mut scorer = self.scorer(reader, 1.0)?;
        match scorer.doc() <= doc && scorer.seek(doc) == doc {
            true => Ok(Explanation::new("bag of words", scorer.score())),
            false => Err(TantivyError::InvalidArgument(format!("document {doc} does not match"))),
        }
    }
}

struct BagScorer {
    parts: Vec<(Box<dyn Scorer>, Role)>,
    all: f32,
    window: Window,
    /// The sum of what each paper of the window scores.
    scores: Vec<Score>,
    /// What the words count that it has.
    covered: Vec<f32>,
    doc: DocId,
}

impl BagScorer {
    /// Fills the window that begins with the first match from `target` on, and returns
    /// that match.
    fn fill(&mut self, target: DocId) -> DocId {
        let mut start = TERMINATED;
        for (scorer, role) in &mut self.parts {
            if *role != Role::Hint {
                start = start.min(from(scorer.as_mut(), target));
            }
        }
        if start == TERMINATED {
            return TERMINATED;
        }
        self.window.begin(start);
        self.scores.fill(0.0);
        self.covered.fill(0.0);
        for (scorer, role) in &mut self.parts {
            let mut doc = from(scorer.as_mut(), start);
            while let Some(at) = self.window.place(doc) {
                self.scores[at] += scorer.score();
                if let Role::Word(counts) = role {
                    self.covered[at] += *counts;
                }
                if *role != Role::Hint {
                    self.window.note(at);
                }
                doc = scorer.advance();
            }
        }
        start
    }
}

/// Moves a list to its first paper from `target` on, and returns it.
fn from(scorer: &mut dyn Scorer, target: DocId) -> DocId {
    match scorer.doc() {
        doc if doc < target => scorer.seek(target),
        doc => doc,
    }
}

impl DocSet for BagScorer {
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
        let matching = self.parts.iter().filter(|(_, role)| *role != Role::Hint);
        matching.map(|(scorer, _)| scorer.size_hint()).max().unwrap_or_default()
    }
}

impl Scorer for BagScorer {
    fn score(&mut self) -> Score {
        let Some(at) = self.window.place(self.doc) else { return 0.0 };
        self.scores[at] * coverage(self.covered[at], self.all)
    }
}
