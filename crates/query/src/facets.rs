//! Of what kinds the papers are that match: how many are of each month, author and digest.

use analysis::Analyzer;

use crate::request::Request;
use crate::{Engine, Lexicon, parser};

/// The papers that match, counted by what they have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// How many papers match in all, exactly.
    pub total: usize,
    /// Year and month, 1 to 12, of the papers' own days: each month that has one, in order.
    pub months: Vec<((i32, u32), usize)>,
    /// How many papers have no day.
    pub undated: usize,
    /// Authors as they are written: the most frequent first, then by name.
    pub authors: Vec<(String, usize)>,
    /// The paths of digests: the most frequent first, then by path. A paper counts once for
    /// each digest that holds it.
    pub digests: Vec<(String, usize)>,
}

/// Counts all papers that a request matches, whatever its page.
pub fn facets<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    request: &Request,
    most: usize,
) -> Result<Facets, E::Error> {
    let tree = parser::parse(&request.query, request.today).tree;
    let plan = crate::plan_of(engine, analyzer, lexicon, request, &tree)?;
    engine.facets(&plan, most)
}
