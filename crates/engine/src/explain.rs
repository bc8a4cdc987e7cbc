//! Why a hit ranks where it does.

use analysis::Field;
use analysis::fields::FIELDS;
use query::plan::{Clause, Plan};
use query::{ScoreFactor, ScorePart};
use tantivy::{DocAddress, DocId, SegmentReader, TantivyError};

use crate::bag::coverage;
use crate::compile::{self, Context};
use crate::recency;
use crate::synonyms::contributions;

/// Returns what each term in each field gives the paper at an address, highest first, and
/// what that was multiplied by. The parts add up to the score.
pub(crate) fn explain(
    context: Context<'_>,
    plan: &Plan,
    address: DocAddress,
) -> Result<(Vec<ScorePart>, Vec<ScoreFactor>), TantivyError> {
    let reader = context.searcher.segment_reader(address.segment_ord);
    let mut explaining = Explaining { context, reader, doc: address.doc_id, factors: Vec::new() };
    let mut parts = explaining.parts(&plan.query)?.unwrap_or_default();
    if let Some(preference) = plan.recency {
        let value = recency::factor(preference, recency::days(reader)?.first(address.doc_id));
        parts.iter_mut().for_each(|part| part.score *= value);
        explaining.factors.push(ScoreFactor { name: "recency", value });
    }
    parts.retain(|part| part.score > 0.0);
    parts.sort_by(|a, b| {
        let key = |part: &ScorePart| (part.clause.clone(), part.field, part.term.clone());
        b.score.total_cmp(&a.score).then_with(|| key(a).cmp(&key(b)))
    });
    Ok((parts, explaining.factors))
}

/// One paper that is looked at.
struct Explaining<'a> {
    context: Context<'a>,
    reader: &'a SegmentReader,
    doc: DocId,
    factors: Vec<ScoreFactor>,
}

impl Explaining<'_> {
    /// Returns what a clause gives the paper; `None` if the paper does not match it. What
    /// is in a group that does not match gives nothing.
    fn parts(&mut self, clause: &Clause) -> Result<Option<Vec<ScorePart>>, TantivyError> {
        match clause {
            Clause::Group { must, should, must_not } => self.group(must, should, must_not),
            Clause::Bag { words, evidence, hints } => self.bag(words, evidence, hints),
            leaf => self.leaf(leaf),
        }
    }

    fn group(
        &mut self,
        must: &[Clause],
        should: &[Clause],
        must_not: &[Clause],
    ) -> Result<Option<Vec<ScorePart>>, TantivyError> {
        let mut all = Vec::new();
        for clause in must {
            match self.parts(clause)? {
                Some(own) => all.extend(own),
                None => return Ok(None),
            }
        }
        for clause in must_not {
            if self.score(clause)?.is_some() {
                return Ok(None);
            }
        }
        let mut any = !must.is_empty() || (should.is_empty() && !must_not.is_empty());
        for clause in should {
            if let Some(own) = self.parts(clause)? {
                any = true;
                all.extend(own);
            }
        }
        Ok(any.then_some(all))
    }

    fn bag(
        &mut self,
        words: &[Clause],
        evidence: &[Clause],
        hints: &[Clause],
    ) -> Result<Option<Vec<ScorePart>>, TantivyError> {
        let (mut parts, mut any, mut covered) = (Vec::new(), false, 0.0);
        let counts = compile::counts(words, self.context)?;
        for (word, counts) in words.iter().zip(&counts) {
            if let Some(own) = self.parts(word)? {
                any = true;
                covered += counts;
                parts.extend(own);
            }
        }
        for clause in evidence {
            if let Some(own) = self.parts(clause)? {
                any = true;
                parts.extend(own);
            }
        }
        if !any {
            return Ok(None);
        }
        for hint in hints {
            if let Some(own) = self.parts(hint)? {
                covered += compile::hint_counts(hint, words, &counts);
                parts.extend(own);
            }
        }
        let all: f32 = counts.iter().sum();
        let value = coverage(if all > 0.0 { covered / all } else { 0.0 });
        parts.iter_mut().for_each(|part| part.score *= value);
        self.factors.push(ScoreFactor { name: "coverage", value });
        Ok(Some(parts))
    }

    /// Shares out the score of a clause that holds no others, over the terms and fields
    /// that it is about.
    fn leaf(&self, clause: &Clause) -> Result<Option<Vec<ScorePart>>, TantivyError> {
        let Some(score) = self.score(clause)? else { return Ok(None) };
        let part = |field: Option<&'static Field>, term: Option<String>, score| ScorePart {
            clause: clause.to_string(),
            field: field.map(|field| field.name),
            term,
            score,
        };
        let one = match clause {
            Clause::Synonyms { fields, terms, .. } => {
                let Context { schema, statistics, .. } = self.context;
                let handles: Vec<_> =
                    fields.iter().map(|(field, weight)| (schema.main(field), *weight)).collect();
                let contributions = contributions(&handles, terms, statistics, self.reader, self.doc)?;
                let sum: f32 = contributions.iter().map(|(_, _, contribution)| contribution).sum();
                let shares = contributions.into_iter().map(|(handle, term, contribution)| {
                    let field = FIELDS.iter().copied().find(|field| schema.main(field) == handle);
                    part(field, Some(term), score * contribution / sum)
                });
                return Ok(Some(shares.collect()));
            }
            Clause::Term { field, term, .. } => part(Some(field), Some(term.clone()), score),
            Clause::Phrase { field, .. }
            | Clause::Near { field, .. }
            | Clause::Prefix { field, .. }
            | Clause::Fuzzy { field, .. }
            | Clause::Keyword { field, .. }
            | Clause::Days { field, .. } => part(Some(field), None, score),
            _ => part(None, None, score),
        };
        Ok(Some(vec![one]))
    }

    /// Returns the score of a clause by itself; `None` if the paper does not match.
    fn score(&self, clause: &Clause) -> Result<Option<f32>, TantivyError> {
        let query = compile::clause(clause, self.context)?;
        let weight = query.weight(self.context.statistics.scoring())?;
        let mut scorer = weight.scorer(self.reader, 1.0)?;
        let found =
            scorer.doc() == self.doc || (scorer.doc() < self.doc && scorer.seek(self.doc) == self.doc);
        Ok(found.then(|| scorer.score()))
    }
}
