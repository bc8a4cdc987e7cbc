//! A bag of words: papers with any of them, scored by the sum and by how many there are.
//!
//! Every list that makes papers match is gone through once, a window of papers at a time, and
//! the scores are summed up paper by paper. What only tells papers apart that match is looked
//! up paper by paper, and only where somebody wants the score.

use std::sync::Arc;

use query::plan::COVERAGE;
use tantivy::query::{BooleanQuery, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

use crate::hint::Hint;
use crate::lists::Lists;
use crate::synonyms::{SynonymsQuery, Word};
use crate::window::{Places, WINDOW, Window};

/// A query for the words of a bag.
#[derive(Clone, Debug)]
pub(crate) struct BagQuery {
    parts: Vec<Part>,
    /// The sum of what the words count.
    all: f32,
}

/// A part of a bag: any of its leaves will do.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) role: Role,
}

/// What a part means for a paper that has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    /// It matches, and has a word that counts so much.
    Word(f32),
    /// It matches.
    Evidence,
    /// It scores more if it matches for another reason.
    Hint,
}

/// What a part is made of.
#[derive(Debug)]
pub(crate) enum Leaf {
    /// A word, whose postings are gone through here.
    Word(Arc<Word>),
    /// Anything else.
    Other(Box<dyn Query>, Limits),
}

/// What limits the score of a hint.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// It gives no paper more.
    pub(crate) bound: Score,
    /// It gives nothing to papers without these of the first 64 words of the bag, a bit each.
    pub(crate) needs: u64,
}

impl Limits {
    /// Whether papers with these words may have it.
    fn allow(&self, words: u64) -> bool {
        words & self.needs == self.needs
    }
}

impl Clone for Leaf {
    fn clone(&self) -> Leaf {
        match self {
            Leaf::Word(word) => Leaf::Word(word.clone()),
            Leaf::Other(query, limits) => Leaf::Other(query.box_clone(), *limits),
        }
    }
}

impl Leaf {
    fn query(&self) -> Box<dyn Query> {
        match self {
            Leaf::Word(word) => Box::new(SynonymsQuery::new(word.clone())),
            Leaf::Other(query, _) => query.box_clone(),
        }
    }

    fn weight(&self, scoring: EnableScoring<'_>) -> Result<LeafWeight, TantivyError> {
        Ok(match self {
            Leaf::Word(word) => LeafWeight::Word(word.clone()),
            Leaf::Other(query, _) => LeafWeight::Other(query.weight(scoring)?),
        })
    }

    fn limits(&self) -> Limits {
        match self {
            Leaf::Word(word) => Limits { bound: word.bound(), needs: 0 },
            Leaf::Other(_, limits) => *limits,
        }
    }
}

/// What the scores of a paper are multiplied by that has words which count `covered` of `all`.
#[inline]
pub(crate) fn coverage(covered: f32, all: f32) -> f32 {
    let share = if all > 0.0 { covered / all } else { 0.0 };
    1.0 + COVERAGE * share * share
}

impl BagQuery {
    pub(crate) fn new(parts: Vec<Part>) -> BagQuery {
        let counts = |part: &Part| if let Role::Word(counts) = part.role { counts } else { 0.0 };
        BagQuery { all: parts.iter().map(counts).sum(), parts }
    }

    /// The weight, for who wants more of it than tantivy does.
    pub(crate) fn bag_weight(&self, scoring: EnableScoring<'_>) -> Result<BagWeight, TantivyError> {
        let (mut matching, mut hints) = (Vec::with_capacity(self.parts.len()), Vec::new());
        for Part { leaves, role } in &self.parts {
            if *role == Role::Hint {
                for leaf in leaves {
                    hints.push((leaf.weight(scoring)?, leaf.limits()));
                }
            } else {
                let leaves = leaves.iter().map(|leaf| leaf.weight(scoring));
                matching.push((leaves.collect::<Result<Vec<LeafWeight>, TantivyError>>()?, *role));
            }
        }
        // What can give most comes first: then the rest soon makes no difference.
        hints.sort_by(|(_, one), (_, other)| other.bound.total_cmp(&one.bound));
        Ok(BagWeight { matching, hints, all: self.all })
    }
}

impl Query for BagQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        if !scoring.is_scoring_enabled() {
            let matching = self.parts.iter().filter(|part| part.role != Role::Hint);
            let leaves = matching.flat_map(|part| &part.leaves).map(Leaf::query);
            return BooleanQuery::union(leaves.collect()).weight(scoring);
        }
        Ok(Box::new(self.bag_weight(scoring)?))
    }
}

pub(crate) enum LeafWeight {
    Word(Arc<Word>),
    Other(Box<dyn Weight>),
}

pub(crate) struct BagWeight {
    /// Words, in order, and evidence.
    matching: Vec<(Vec<LeafWeight>, Role)>,
    hints: Vec<(LeafWeight, Limits)>,
    all: f32,
}

impl BagWeight {
    /// Opens the bag in a segment; `None` where no paper can match.
    pub(crate) fn bag(
        &self,
        reader: &SegmentReader,
        boost: Score,
    ) -> Result<Option<BagScorer>, TantivyError> {
        let mut matching = Vec::with_capacity(self.matching.len());
        for (leaves, role) in &self.matching {
            let mut open = Vec::with_capacity(leaves.len());
            for leaf in leaves {
                match leaf {
                    LeafWeight::Word(word) => open.extend(word.lists(reader, boost)?.map(LeafScorer::Word)),
                    LeafWeight::Other(weight) => {
                        let scorer = weight.scorer(reader, boost)?;
                        if scorer.doc() != TERMINATED {
                            open.push(LeafScorer::Other(scorer));
                        }
                    }
                }
            }
            // One without postings here keeps its place among the words.
            matching.push((open, *role));
        }
        if matching.iter().all(|(leaves, _)| leaves.is_empty()) {
            return Ok(None);
        }
        let mut hints = Vec::with_capacity(self.hints.len());
        for (leaf, Limits { bound, needs }) in &self.hints {
            let limits = Limits { bound: bound * boost, needs: *needs };
            hints.extend(Hint::open(leaf, reader, boost)?.map(|hint| (hint, limits)));
        }
        let mut scorer = BagScorer {
            matching,
            bound: hints.iter().map(|(_, limits)| limits.bound).sum(),
            needed: hints.iter().fold(0, |needed, (_, limits)| needed | limits.needs),
            bounds: Box::new([(0, bound_of(&hints, 0)); KNOWN]),
            hints,
            all: self.all,
            window: Window::new(),
            scores: Box::new([0.0; WINDOW]),
            covered: Box::new([0.0; WINDOW]),
            words: Box::new([0; WINDOW]),
            frequencies: Box::new([0.0; WINDOW]),
            doc: 0,
            score: None,
        };
        scorer.doc = scorer.fill(0);
        Ok(Some(scorer))
    }
}

impl Weight for BagWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        Ok(match self.bag(reader, boost)? {
            Some(bag) => Box::new(bag),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> Result<Explanation, TantivyError> {
        let mut scorer = self.scorer(reader, 1.0)?;
        match scorer.doc() <= doc && scorer.seek(doc) == doc {
            true => Ok(Explanation::new("bag of words", scorer.score())),
            false => Err(TantivyError::InvalidArgument(format!("document {doc} does not match"))),
        }
    }
}

enum LeafScorer {
    Word(Lists),
    Other(Box<dyn Scorer>),
}

/// A bag in a segment.
pub(crate) struct BagScorer {
    matching: Vec<(Vec<LeafScorer>, Role)>,
    hints: Vec<(Hint, Limits)>,
    /// All hints together give no paper more.
    bound: Score,
    /// The words that any hint needs.
    needed: u64,
    /// What the hints give at most to papers with these of the needed words, for those that
    /// came up last.
    bounds: Box<[(u64, Score); KNOWN]>,
    all: f32,
    window: Window,
    /// The sum of what each paper of the window scores without hints.
    scores: Box<[Score; WINDOW]>,
    /// What the words count that it has.
    covered: Box<[f32; WINDOW]>,
    /// Which of the first 64 words it has.
    words: Box<[u64; WINDOW]>,
    /// The frequency of the word that is being looked at; 0 where none is.
    frequencies: Box<[f32; WINDOW]>,
    doc: DocId,
    /// The score of the paper, once somebody asked for it.
    score: Option<Score>,
}

impl LeafScorer {
    /// Moves to the first paper from `target` on, and returns it.
    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            LeafScorer::Word(lists) => lists.seek(target),
            LeafScorer::Other(scorer) if scorer.doc() < target => scorer.seek(target),
            LeafScorer::Other(scorer) => scorer.doc(),
        }
    }
}

impl BagScorer {
    /// Fills the window that begins with the first match from `target` on, and returns
    /// that match.
    fn fill(&mut self, target: DocId) -> DocId {
        let BagScorer { matching, window, scores, covered, words, frequencies, .. } = self;
        let leaves = matching.iter_mut().flat_map(|(leaves, _)| leaves);
        let start = leaves.map(|leaf| leaf.seek(target)).min().unwrap_or(TERMINATED);
        if start == TERMINATED {
            return TERMINATED;
        }
        window.begin(start);
        scores.fill(0.0);
        covered.fill(0.0);
        words.fill(0);
        let (mut of_part, mut of_leaf) = (Places::none(), Places::none());
        let mut bit = 1;
        for (leaves, role) in matching {
            of_part.clear();
            for leaf in leaves {
                match leaf {
                    LeafScorer::Word(lists) => {
                        of_leaf.clear();
                        lists.collect(window, &mut of_leaf, frequencies);
                        of_leaf.for_each(|at| {
                            scores[at] += lists.score(frequencies[at]);
                            frequencies[at] = 0.0;
                        });
                        of_part.add_all(&of_leaf);
                    }
                    LeafScorer::Other(scorer) => {
                        let mut doc = scorer.doc();
                        while let Some(at) = window.place(doc) {
                            scores[at] += scorer.score();
                            of_part.add(at);
                            doc = scorer.advance();
                        }
                    }
                }
            }
            if let Role::Word(counts) = role {
                of_part.for_each(|at| {
                    covered[at] += *counts;
                    words[at] |= bit;
                });
                bit <<= 1;
            }
            window.found.add_all(&of_part);
        }
        start
    }

    /// The score of a paper of the window with all hints; `None` if it is below `least`. Papers
    /// have to be asked for in order.
    fn whole_score(&mut self, doc: DocId, at: usize, least: Score) -> Option<Score> {
        let coverage = coverage(self.covered[at], self.all);
        let reaches = |highest: Score| highest * coverage * ROUNDING >= least;
        let mut score = self.scores[at];
        if !reaches(score + self.bound) {
            return None;
        }
        let words = self.words[at] & self.needed;
        let known = &mut self.bounds[(words.wrapping_mul(SCATTER) >> 32) as usize % KNOWN];
        if known.0 != words {
            *known = (words, bound_of(&self.hints, words));
        }
        let mut rest = known.1;
        for (hint, limits) in self.hints.iter_mut().filter(|(_, limits)| limits.allow(words)) {
            if !reaches(score + rest) {
                return None;
            }
            score += hint.score(doc);
            rest -= limits.bound;
        }
        Some(score * coverage)
    }

    /// Goes through the papers of the segment that match, without those that `keeps` turns down,
    /// which is asked about each in order. Those that may be among the best are given to `offer`
    /// with their scores; it returns what a paper has to score by now to be among them, and
    /// those that cannot are not given to it. `most` is how many the best are, and `least` what
    /// a paper has to score at first. Returns the number of papers.
    pub(crate) fn best(
        mut self,
        most: usize,
        mut least: Score,
        mut keeps: Option<&mut dyn FnMut(DocId) -> bool>,
        mut offer: impl FnMut(DocId, Score) -> Score,
    ) -> usize {
        let mut total = 0;
        let mut without_hints: Vec<Score> = Vec::new();
        while self.doc != TERMINATED {
            let start = self.window.start();
            let mut found = self.window.found.clone();
            if let Some(keeps) = &mut keeps {
                found.keep(|at| keeps(start + at as DocId));
            }
            total += found.count();
            if !self.hints.is_empty() && most < WINDOW {
                // Where `most` papers score so much even without hints, no paper is among the
                // best that scores less.
                found.for_each(|at| {
                    let score = self.scores[at] * coverage(self.covered[at], self.all);
                    if score > least {
                        without_hints.push(score);
                    }
                });
                if without_hints.len() >= most {
                    without_hints.select_nth_unstable_by(most - 1, |a, b| b.total_cmp(a));
                    without_hints.truncate(most);
                    least = least.max(without_hints[most - 1]);
                }
            }
            found.for_each(|at| {
                let doc = start + at as DocId;
                if let Some(score) = self.whole_score(doc, at, least) {
                    least = least.max(offer(doc, score));
                }
            });
            self.doc = self.fill(self.window.end());
        }
        total
    }
}

/// How many sets of words are kept with what hints give to papers with them, and what
/// scatters the sets over the places (Knuth's multiplicative hashing).
const KNOWN: usize = 1024;
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;

/// What hints give at most to papers with these words.
fn bound_of(hints: &[(Hint, Limits)], words: u64) -> Score {
    let limits = hints.iter().map(|(_, limits)| limits);
    limits.filter(|limits| limits.allow(words)).map(|limits| limits.bound).sum()
}

/// Bounds are summed up in another order than scores.
const ROUNDING: f32 = 1.0001;

impl DocSet for BagScorer {
    fn advance(&mut self) -> DocId {
        match self.doc {
            TERMINATED => TERMINATED,
            doc => self.seek(doc + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.score = None;
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
        let leaves = self.matching.iter().flat_map(|(leaves, _)| leaves);
        let sizes = leaves.map(|leaf| match leaf {
            LeafScorer::Word(lists) => lists.longest(),
            LeafScorer::Other(scorer) => scorer.size_hint(),
        });
        sizes.max().unwrap_or_default()
    }
}

impl Scorer for BagScorer {
    fn score(&mut self) -> Score {
        let Some(at) = self.window.place(self.doc) else { return 0.0 };
        if self.score.is_none() {
            self.score = self.whole_score(self.doc, at, Score::NEG_INFINITY);
        }
        self.score.unwrap_or_default()
    }
}
