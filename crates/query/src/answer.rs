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
}

/// What one clause of the plan gave a hit.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorePart {
    /// The clause, as text.
    pub clause: String,
    /// Its share of the score.
    pub score: f32,
}
