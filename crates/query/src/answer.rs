//! What comes back from an engine.

use paper::Record;

/// The papers that match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// How many papers match in all, exactly.
    pub total: usize,
    /// The page that was asked for, in order.
    pub hits: Vec<Hit>,
}

/// A paper that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The paper.
    pub record: Record,
    /// How well it matches, from 0 up; 0 where the order is not by relevance.
    pub score: f32,
    /// What the score is made of, highest first; empty unless asked for.
    pub explanation: Vec<ScorePart>,
    /// What the parts of the score were multiplied by, as it is in them already; empty unless
    /// asked for.
    pub factors: Vec<ScoreFactor>,
}

/// What a term in a field gave a hit, or a clause that is not about one.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorePart {
    /// The clause, as text.
    pub clause: String,
    /// The name of the field; `None` where the clause is about several as one.
    pub field: Option<&'static str>,
    /// The term; `None` where the clause is about several as one.
    pub term: Option<String>,
    /// Its share of the score.
    pub score: f32,
}

/// What a score was multiplied by.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreFactor {
    /// Why: `coverage` of a bag of words, or `recency`.
    pub name: &'static str,
    /// The factor, at least 1.
    pub value: f32,
}
