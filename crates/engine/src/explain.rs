//! Why a hit ranks where it does.

use indexer::OpenIndex;
use query::ScorePart;
use query::plan::{Clause, Plan};
use tantivy::{DocAddress, TantivyError};

use crate::compile;
use crate::statistics::Statistics;

/// Returns what each clause of a plan gives the paper at an address, highest first. The
/// parts add up to the score.
pub(crate) fn explain(
    index: &OpenIndex,
    plan: &Plan,
    address: DocAddress,
) -> Result<Vec<ScorePart>, TantivyError> {
    let mut parts = parts(index, &plan.query, address)?.unwrap_or_default();
    parts.retain(|part| part.score > 0.0);
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.clause.cmp(&b.clause)));
    Ok(parts)
}

/// Returns what a clause gives a paper; `None` if the paper does not match it. What is in
/// a group that does not match gives nothing.
fn parts(
    index: &OpenIndex,
    clause: &Clause,
    address: DocAddress,
) -> Result<Option<Vec<ScorePart>>, TantivyError> {
    let Clause::Group { must, should, must_not } = clause else {
        let score = score(index, clause, address)?;
        return Ok(score.map(|score| vec![ScorePart { clause: clause.to_string(), score }]));
    };
    let mut all = Vec::new();
    for clause in must {
        match parts(index, clause, address)? {
            Some(own) => all.extend(own),
            None => return Ok(None),
        }
    }
    for clause in must_not {
        if parts(index, clause, address)?.is_some() {
            return Ok(None);
        }
    }
    let mut any = !must.is_empty() || (should.is_empty() && !must_not.is_empty());
    for clause in should {
        if let Some(own) = parts(index, clause, address)? {
            any = true;
            all.extend(own);
        }
    }
    Ok(any.then_some(all))
}

/// Returns the score of a clause that is no group; `None` if the paper does not match.
fn score(index: &OpenIndex, clause: &Clause, address: DocAddress) -> Result<Option<f32>, TantivyError> {
    let searcher = index.searcher();
    let query = compile::clause(clause, searcher, index.schema())?;
    let weight = query.weight(Statistics::of(index).scoring())?;
    let mut scorer = weight.scorer(searcher.segment_reader(address.segment_ord), 1.0)?;
    let found = scorer.doc() == address.doc_id
        || (scorer.doc() < address.doc_id && scorer.seek(address.doc_id) == address.doc_id);
    Ok(found.then(|| scorer.score()))
}
