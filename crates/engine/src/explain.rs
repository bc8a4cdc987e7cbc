//! Why a hit ranks where it does.

use indexer::OpenIndex;
use query::plan::Plan;
use query::{ScorePart, plan::Clause};
use tantivy::query::EnableScoring;
use tantivy::{DocAddress, TantivyError};

use crate::compile;

/// Returns what each clause of a plan gives the paper at an address, highest first.
pub(crate) fn explain(
    index: &OpenIndex,
    plan: &Plan,
    address: DocAddress,
) -> Result<Vec<ScorePart>, TantivyError> {
    let mut clauses: Vec<&Clause> = Vec::new();
    plan.query.visit_scoring(&mut |clause| clauses.push(clause));
    let searcher = index.searcher();
    let segment = searcher.segment_reader(address.segment_ord);
    let mut parts = Vec::new();
    for clause in clauses {
        let query = compile::clause(clause, searcher, index.schema())?;
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut scorer = weight.scorer(segment, 1.0)?;
        if scorer.doc() <= address.doc_id && scorer.seek(address.doc_id) == address.doc_id {
            let score = scorer.score();
            if score > 0.0 {
                parts.push(ScorePart { clause: clause.to_string(), score });
            }
        }
    }
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.clause.cmp(&b.clause)));
    Ok(parts)
}
