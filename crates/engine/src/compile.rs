//! From clauses to tantivy's queries. The only place that knows both.

use std::ops::Bound;

use analysis::fields::AUTHOR;
use indexer::{IndexSchema, day_number};
use query::plan::{Clause, Plan, Stream};
use query::request::Days;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery,
    InvertedIndexRangeQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{Searcher, TantivyError, Term};

use crate::exclusion::Excluded;
use crate::expand;
use crate::near::NearQuery;
use crate::synonyms::SynonymsQuery;

/// Compiles a whole plan.
pub(crate) fn plan(
    plan: &Plan,
    searcher: &Searcher,
    schema: &IndexSchema,
) -> Result<Box<dyn Query>, TantivyError> {
    let query = clause(&plan.query, searcher, schema)?;
    if plan.filters.is_empty() {
        return Ok(query);
    }
    let mut all = vec![(Occur::Must, query)];
    for filter in &plan.filters {
        all.push((Occur::Must, constant(clause(filter, searcher, schema)?, 0.0)));
    }
    Ok(Box::new(BooleanQuery::new(all)))
}

/// Compiles one clause.
pub(crate) fn clause(
    clause: &Clause,
    searcher: &Searcher,
    schema: &IndexSchema,
) -> Result<Box<dyn Query>, TantivyError> {
    Ok(match clause {
        Clause::All => constant(Box::new(AllQuery), 0.0),
        Clause::Term { field, stream, term, weight } => {
            let handle = match stream {
                Stream::Words => schema.main(field),
                Stream::Exact => schema.exact(field),
            };
            let query = TermQuery::new(Term::from_field_text(handle, term), IndexRecordOption::WithFreqs);
            boosted(Box::new(query), *weight)
        }
        Clause::Synonyms { fields, terms, weight } => {
            let fields = fields.iter().map(|(field, weight)| (schema.main(field), *weight)).collect();
            boosted(Box::new(SynonymsQuery { fields, terms: terms.clone() }), *weight)
        }
        Clause::Phrase { field, terms, weight } => {
            let handle = schema.exact(field);
            let terms = terms
                .iter()
                .map(|(offset, term)| (*offset as usize, Term::from_field_text(handle, term)))
                .collect();
            boosted(Box::new(PhraseQuery::new_with_offset(terms)), *weight)
        }
        Clause::Near { field, parts, slop, weight } => {
            boosted(Box::new(NearQuery::new(schema.exact(field), parts, *slop)), *weight)
        }
        Clause::Prefix { field, prefix, weight } => {
            constant(prefix_query(schema.exact(field), prefix), *weight)
        }
        Clause::Fuzzy { field, word, weight } => {
            let handle = schema.exact(field);
            let found = expand::misspellings(searcher, handle, word)?;
            let queries = found.into_iter().map(|(term, edits)| {
                let query = TermQuery::new(Term::from_field_text(handle, &term), IndexRecordOption::Basic);
                constant(Box::new(query), weight * 0.5_f32.powi(i32::try_from(edits).unwrap_or(i32::MAX)))
            });
            Box::new(DisjunctionMaxQuery::new(queries.collect()))
        }
        Clause::Author { name, asked, weight } => {
            let handle = schema.main(&AUTHOR);
            let terms = expand::names(searcher, handle, name, *asked)?
                .into_iter()
                .map(|term| Term::from_field_text(handle, &term));
            constant(Box::new(TermSetQuery::new(terms)), *weight)
        }
        Clause::Keyword { field, value, weight } => {
            let term = Term::from_field_text(schema.main(field), value);
            constant(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), *weight)
        }
        Clause::Days { field, days } => constant(days_query(schema.main(field), *days), 0.0),
        Clause::Group { must, should, must_not } => group(must, should, must_not, searcher, schema)?,
    })
}

fn group(
    must: &[Clause],
    should: &[Clause],
    must_not: &[Clause],
    searcher: &Searcher,
    schema: &IndexSchema,
) -> Result<Box<dyn Query>, TantivyError> {
    let mut parts: Vec<(Occur, Box<dyn Query>)> =
        Vec::with_capacity(must.len() + should.len() + must_not.len() + 1);
    for (occur, clauses) in [(Occur::Must, must), (Occur::Should, should), (Occur::MustNot, must_not)] {
        for part in clauses {
            let query = clause(part, searcher, schema)?;
            parts.push(match occur {
                Occur::MustNot => (occur, Box::new(Excluded(query)) as Box<dyn Query>),
                _ => (occur, query),
            });
        }
    }
    if must.is_empty() && should.is_empty() {
        if must_not.is_empty() {
            return Ok(Box::new(EmptyQuery));
        }
        // Exclusions alone: all papers but these.
        parts.push((Occur::Must, constant(Box::new(AllQuery), 0.0)));
    }
    Ok(Box::new(BooleanQuery::new(parts)))
}

fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    match weight {
        1.0 => query,
        _ => Box::new(BoostQuery::new(query, weight)),
    }
}

fn constant(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// All terms from the prefix up to the next text that does not begin with it.
fn prefix_query(handle: Handle, prefix: &str) -> Box<dyn Query> {
    let lower = Bound::Included(Term::from_field_text(handle, prefix));
    let upper = match expand::after_prefix(prefix) {
        Some(end) => Bound::Excluded(Term::from_field_text(handle, &end)),
        None => Bound::Unbounded,
    };
    Box::new(InvertedIndexRangeQuery::new(lower, upper))
}

fn days_query(handle: Handle, days: Days) -> Box<dyn Query> {
    let term = |day| Term::from_field_i64(handle, day_number(day));
    // With both ends open, any day will do: a paper without one does not match.
    let lower = days.from.map_or_else(|| Term::from_field_i64(handle, i64::MIN), term);
    let upper = days.to.map_or_else(|| Term::from_field_i64(handle, i64::MAX), term);
    Box::new(RangeQuery::new(Bound::Included(lower), Bound::Included(upper)))
}
