//! From clauses to tantivy's queries. The only place that knows both.

mod bag;

pub(crate) use bag::{Bagged, bagged, hint_counts};

use std::ops::Bound;
use std::sync::Arc;

use analysis::Field;
use analysis::fields::AUTHOR;
use analysis::han::is_han;
use indexer::{IndexSchema, OpenIndex, day_number};
use query::plan::{Clause, Plan, Stream};
use query::request::Days;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery,
    InvertedIndexRangeQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{Searcher, TantivyError, Term};

use crate::bag::BagQuery;
use crate::exclusion::Excluded;
use crate::expand;
use crate::near::NearQuery;
use crate::recency::RecentQuery;
use crate::statistics::{Statistics, idf, word_frequency};
use crate::synonyms::Word;

/// The inverse document frequency that a part of a bag has at least.
const LEAST_IDF: f32 = 0.1;

/// What clauses are compiled for.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) schema: &'a IndexSchema,
    pub(crate) statistics: &'a Statistics<'a>,
}

impl<'a> Context<'a> {
    pub(crate) fn of(index: &'a OpenIndex, statistics: &'a Statistics<'a>) -> Context<'a> {
        Context { searcher: index.searcher(), schema: index.schema(), statistics }
    }
}

/// Compiles a whole plan.
pub(crate) fn plan(plan: &Plan, context: Context<'_>) -> Result<Box<dyn Query>, TantivyError> {
    let mut query = clause(&plan.query, context)?;
    if let Some(recency) = plan.recency {
        query = Box::new(RecentQuery { query, recency });
    }
    if plan.filters.is_empty() {
        return Ok(query);
    }
    let mut all = vec![(Occur::Must, query)];
    for filter in &plan.filters {
        all.push((Occur::Must, constant(clause(filter, context)?, 0.0)));
    }
    Ok(Box::new(BooleanQuery::new(all)))
}

/// Compiles one clause.
pub(crate) fn clause(clause: &Clause, context: Context<'_>) -> Result<Box<dyn Query>, TantivyError> {
    let Context { searcher, schema, .. } = context;
    Ok(match clause {
        Clause::All => constant(Box::new(AllQuery), 0.0),
        Clause::Term { field, stream, term, weight } => {
            let term = Term::from_field_text(handle(field, *stream, context), term);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            boosted(Box::new(query), *weight)
        }
        Clause::Synonyms { fields, terms, weight } => {
            Box::new(BagQuery::of_word(word(fields, terms, *weight, context)?))
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
            constant(any_term(terms.collect()), *weight)
        }
        Clause::Keyword { field, value, weight } => {
            let term = Term::from_field_text(schema.main(field), value);
            constant(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), *weight)
        }
        Clause::Days { field, days } => constant(days_query(schema.main(field), *days), 0.0),
        Clause::Bag { words, evidence, hints } => Box::new(bag::bag(words, evidence, hints, context)?),
        Clause::Group { must, should, must_not } => group(must, should, must_not, context)?,
    })
}

/// A word by all its names.
fn word(
    fields: &[(&'static Field, f32)],
    terms: &[(String, f32)],
    weight: f32,
    context: Context<'_>,
) -> Result<Arc<Word>, TantivyError> {
    let fields: Vec<(Handle, f32)> =
        fields.iter().map(|(field, weight)| (context.schema.main(field), *weight)).collect();
    Ok(Arc::new(Word::find(&fields, terms, weight, context.statistics)?))
}

/// Where an index has a stream of a field's terms.
fn handle(field: &'static Field, stream: Stream, context: Context<'_>) -> Handle {
    match stream {
        Stream::Words => context.schema.main(field),
        Stream::Exact => context.schema.exact(field),
    }
}

/// What each of the words of a bag counts.
pub(crate) fn counts(words: &[Clause], context: Context<'_>) -> Result<Vec<f32>, TantivyError> {
    words.iter().map(|word| count_of(word, context)).collect()
}

/// What a word counts among the words of a bag: the inverse document frequency of the
/// most frequent of its names, to the power of 1.25. What no paper has, or is no word of a text,
/// counts next to nothing; but Chinese that none has as a word may be cut in another way there.
fn count_of(word: &Clause, context: Context<'_>) -> Result<f32, TantivyError> {
    let idf = match least_idf(word, context)? {
        Some(least) => least,
        None if is_chinese(word) => idf(context.statistics, 0.0)?,
        None => 0.0,
    };
    let idf = f32::max(idf, LEAST_IDF);
    Ok(idf * idf.sqrt().sqrt())
}

/// Whether a word is Chinese by the first of its names, which is the one that was typed.
fn is_chinese(word: &Clause) -> bool {
    let mut first = None;
    word.visit_scoring(&mut |leaf| {
        if let (None, Clause::Synonyms { terms, .. }) = (first, leaf) {
            first = Some(terms);
        }
    });
    first.is_some_and(|terms| terms.iter().any(|(term, _)| term.contains(is_han)))
}

/// The inverse document frequency of the most frequent name in a clause that any paper has; of a
/// name in several parts, which must all be there, that of a part on average.
fn least_idf(clause: &Clause, context: Context<'_>) -> Result<Option<f32>, TantivyError> {
    let each = |clauses: &mut dyn Iterator<Item = &Clause>| -> Result<Vec<f32>, TantivyError> {
        clauses.filter_map(|clause| least_idf(clause, context).transpose()).collect()
    };
    match clause {
        Clause::Synonyms { fields, terms, .. } => {
            let handles = fields.iter().map(|(field, _)| context.schema.main(field));
            let with = word_frequency(context.statistics, handles, terms.iter())?;
            let idf = (with > 0.0).then(|| idf(context.statistics, with));
            idf.transpose()
        }
        Clause::Group { must, .. } if !must.is_empty() => {
            let parts = each(&mut must.iter())?;
            Ok((!parts.is_empty()).then(|| parts.iter().sum::<f32>() / parts.len() as f32))
        }
        Clause::Group { should, .. } => Ok(each(&mut should.iter())?.into_iter().reduce(f32::min)),
        Clause::Bag { words, evidence, hints } => {
            let names = each(&mut words.iter().chain(evidence).chain(hints))?;
            Ok(names.into_iter().reduce(f32::min))
        }
        _ => Ok(None),
    }
}

fn group(
    must: &[Clause],
    should: &[Clause],
    must_not: &[Clause],
    context: Context<'_>,
) -> Result<Box<dyn Query>, TantivyError> {
    if must.is_empty() && must_not.is_empty() && !should.is_empty() {
        return Ok(Box::new(bag::bag(&[], should, &[], context)?));
    }
    let mut parts: Vec<(Occur, Box<dyn Query>)> =
        Vec::with_capacity(must.len() + should.len() + must_not.len() + 1);
    for (occur, clauses) in [(Occur::Must, must), (Occur::Should, should), (Occur::MustNot, must_not)] {
        for part in clauses {
            let query = clause(part, context)?;
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

/// Papers with any of these terms of keywords. For a few, to make the automaton that finds many
/// at once takes longer than to find each.
fn any_term(terms: Vec<Term>) -> Box<dyn Query> {
    let term = |term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>;
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1..=16 => Box::new(BooleanQuery::union(terms.into_iter().map(term).collect())),
        _ => Box::new(TermSetQuery::new(terms)),
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
