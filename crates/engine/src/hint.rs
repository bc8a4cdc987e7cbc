//! What adds to the score of papers that match for another reason, unless few papers have it. It is asked
//! for one paper after another, and never has to say which paper is next.

use tantivy::query::Scorer;
use tantivy::{DocId, Score, SeekDangerResult, SegmentReader, TantivyError};

use crate::bag::LeafWeight;
use crate::lists::Lists;

/// A hint in a segment.
pub(crate) enum Hint {
    Word(Lists),
    Other {
        scorer: Box<dyn Scorer>,
        /// No paper from the last that was asked for up to this one matches.
        next: DocId,
        /// Whether the scorer is at `next`. It is nowhere otherwise.
        there: bool,
    },
}

impl Hint {
    /// Opens a hint; `None` where no paper has it.
    pub(crate) fn open(
        leaf: &LeafWeight,
        reader: &SegmentReader,
        boost: Score,
    ) -> Result<Option<Hint>, TantivyError> {
        Ok(match leaf {
            LeafWeight::Word(word) => word.lists(reader, boost)?.map(Hint::Word),
            LeafWeight::Other(weight) => {
                // To find the first match could mean to look at each paper.
                let (found, scorer) = weight.scorer_danger(reader, 0, boost)?;
                let (next, there) = state(found, 0);
                Some(Hint::Other { scorer, next, there })
            }
        })
    }

    /// Returns what the hint gives to a paper that is not before any that was asked for.
    pub(crate) fn score(&mut self, doc: DocId) -> Score {
        match self {
            Hint::Word(lists) => {
                let frequency = lists.frequency(doc);
                lists.score(frequency)
            }
            Hint::Other { scorer, next, there } => {
                if doc > *next || doc == *next && !*there {
                    (*next, *there) = state(scorer.seek_danger(doc), doc);
                }
                if doc == *next && *there { scorer.score() } else { 0.0 }
            }
        }
    }
}

fn state(found: SeekDangerResult, doc: DocId) -> (DocId, bool) {
    match found {
        SeekDangerResult::Found => (doc, true),
        SeekDangerResult::SeekLowerBound(next) => (next, false),
    }
}
