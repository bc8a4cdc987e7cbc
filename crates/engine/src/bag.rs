//! A bag of words: papers with any of them, scored by the sum and by how many there are.
//!
//! Every list that makes papers match is gone through once, a window of papers at a time, and
//! the scores are summed up paper by paper. So is what few papers have that only tells papers apart that
//! match; the rest of that is looked up paper by paper, and only where somebody wants the score.

mod scorer;

use std::sync::Arc;

use query::plan::COVERAGE;
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TERMINATED, TantivyError};

use crate::hint::Hint;
use crate::synonyms::Word;
use scorer::{BagScorer, HintScorer, LeafScorer, PartScorer};
pub(crate) use scorer::{ROUNDING, Room};

/// A query for the words of a bag.
#[derive(Clone, Debug)]
pub(crate) struct BagQuery {
    /// What its parts count are shares of what all words do.
    parts: Vec<Part>,
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
    /// It scores more if it matches for another reason, and has what counts so much.
    Hint(f32),
}

/// What a part is made of.
#[derive(Debug)]
pub(crate) enum Leaf {
    /// A word, whose postings are gone through here.
    Word(Arc<Word>),
    /// Anything else.
    Other(Box<dyn Query>, Limits),
}

/// What limits the score of a leaf.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// It gives no paper more.
    pub(crate) bound: Score,
    /// As a hint it gives nothing to papers without these of the first 64 words of the bag, a bit each.
    pub(crate) needs: u64,
    /// How many postings its papers are found by, where they are found by postings alone.
    pub(crate) postings: Option<u64>,
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
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<LeafWeight, TantivyError> {
        Ok(match self {
            Leaf::Word(word) => LeafWeight::Word(word.clone()),
            Leaf::Other(query, _) => LeafWeight::Other(query.weight(scoring)?),
        })
    }

    fn limits(&self) -> Limits {
        match self {
            Leaf::Word(word) => Limits { bound: word.bound(), needs: 0, postings: Some(word.postings()) },
            Leaf::Other(_, limits) => *limits,
        }
    }
}

/// What the scores of a paper are multiplied by that has this share of the words.
#[inline]
pub(crate) fn coverage(share: f32) -> f32 {
    1.0 + COVERAGE * share * share
}

impl BagQuery {
    /// A query for these parts; what they count may be of any unit.
    pub(crate) fn new(mut parts: Vec<Part>) -> BagQuery {
        let counts = |part: &Part| if let Role::Word(counts) = part.role { counts } else { 0.0 };
        let all: f32 = parts.iter().map(counts).sum();
        for Part { role, .. } in &mut parts {
            if let Role::Word(counts) | Role::Hint(counts) = role {
                *counts = if all > 0.0 { *counts / all } else { 0.0 };
            }
        }
        BagQuery { parts }
    }

    /// A word by itself.
    pub(crate) fn of_word(word: Arc<Word>) -> BagQuery {
        BagQuery::new(vec![Part { leaves: vec![Leaf::Word(word)], role: Role::Evidence }])
    }

    /// The weight, for who wants more of it than tantivy does.
    pub(crate) fn bag_weight(&self, scoring: EnableScoring<'_>) -> Result<BagWeight, TantivyError> {
        let (mut matching, mut hints) = (Vec::with_capacity(self.parts.len()), Vec::new());
        let mut rare = Vec::new();
        let matches = self.parts.iter().filter(|part| !matches!(part.role, Role::Hint(_)));
        let leaves = matches.flat_map(|part| &part.leaves);
        let most = leaves.filter_map(|leaf| leaf.limits().postings).max().unwrap_or_default();
        let is_rare = |leaf: &Leaf| leaf.limits().postings.is_some_and(|postings| postings <= most / RARE);
        let mut words = 0;
        for Part { leaves, role } in &self.parts {
            let bound = leaves.iter().map(|leaf| leaf.limits().bound).sum();
            if let Role::Hint(counts) = role {
                // Without scores there is nothing to add to.
                if !scoring.is_scoring_enabled() {
                    continue;
                }
                if *counts == 0.0 && leaves.iter().all(is_rare) {
                    for leaf in leaves {
                        rare.push(leaf.weight(scoring)?);
                    }
                } else {
                    let leaves = leaves.iter().map(|leaf| Ok((leaf.weight(scoring)?, leaf.limits())));
                    let leaves = leaves.collect::<Result<Vec<(LeafWeight, Limits)>, TantivyError>>()?;
                    hints.push(HintWeight { leaves, counts: *counts, bound });
                }
            } else {
                let leaves = leaves.iter().map(|leaf| leaf.weight(scoring));
                let leaves = leaves.collect::<Result<Vec<LeafWeight>, TantivyError>>()?;
                let bit = if let Role::Word(_) = role { 1_u64.checked_shl(words).unwrap_or(0) } else { 0 };
                words += u32::from(matches!(role, Role::Word(_)));
                matching.push(PartWeight { leaves, role: *role, bit, bound });
            }
        }
        // What can give most comes first: then the rest soon makes no difference.
        hints.sort_by(|one, other| other.bound.total_cmp(&one.bound));
        matching.sort_by(|one, other| other.bound.total_cmp(&one.bound));
        Ok(BagWeight { matching, rare, hints })
    }
}

impl Query for BagQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        Ok(Box::new(self.bag_weight(scoring)?))
    }
}

pub(crate) enum LeafWeight {
    Word(Arc<Word>),
    Other(Box<dyn Weight>),
}

/// A part that makes papers match.
struct PartWeight {
    leaves: Vec<LeafWeight>,
    role: Role,
    /// The bit that stands for it, if it is one of the first 64 words.
    bit: u64,
    /// It gives no paper more.
    bound: Score,
}

/// A part that adds to the scores of papers that match.
struct HintWeight {
    leaves: Vec<(LeafWeight, Limits)>,
    /// What it counts.
    counts: f32,
    /// It gives no paper more.
    bound: Score,
}

pub(crate) struct BagWeight {
    /// Words and evidence. What can give most comes first, whatever the papers are: so a score is always
    /// added up alike.
    matching: Vec<PartWeight>,
    /// Hints that few papers have.
    rare: Vec<LeafWeight>,
    hints: Vec<HintWeight>,
}

/// A hint is rare if the most frequent word has so many times as many postings. Such a hint may give much, so
/// that its bound tells little, and to go through its postings is soon done.
const RARE: u64 = 3;

impl BagWeight {
    /// Opens the bag in a segment, with room that another one leaves, or with new one; `None`
    /// where no paper can match.
    pub(crate) fn bag(
        &self,
        reader: &SegmentReader,
        boost: Score,
        room: &mut Option<Room>,
    ) -> Result<Option<BagScorer>, TantivyError> {
        let mut matching = Vec::with_capacity(self.matching.len());
        for PartWeight { leaves, role, bit, bound } in &self.matching {
            let open = open_leaves(leaves, reader, boost)?;
            if !open.is_empty() {
                matching.push(PartScorer::new(open, *role, *bit, bound * boost));
            }
        }
        if matching.is_empty() {
            return Ok(None);
        }
        let mut hints = Vec::with_capacity(self.hints.len());
        for HintWeight { leaves, counts, .. } in &self.hints {
            let mut open = Vec::with_capacity(leaves.len());
            for (leaf, limits) in leaves {
                let limits = Limits { bound: limits.bound * boost, ..*limits };
                open.extend(Hint::open(leaf, reader, boost)?.map(|hint| (hint, limits)));
            }
            if !open.is_empty() {
                hints.push(HintScorer { leaves: open, counts: *counts });
            }
        }
        let rare = open_leaves(&self.rare, reader, boost)?;
        let room = room.take().unwrap_or_else(Room::new);
        Ok(Some(BagScorer::new(matching, rare, hints, room)))
    }
}

/// Opens leaves in a segment, those that any of its papers has.
fn open_leaves(
    leaves: &[LeafWeight],
    reader: &SegmentReader,
    boost: Score,
) -> Result<Vec<LeafScorer>, TantivyError> {
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
    Ok(open)
}

impl Weight for BagWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        Ok(match self.bag(reader, boost, &mut None)? {
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
