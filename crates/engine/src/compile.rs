//! From clauses to tantivy's queries. The only place that knows both.

use std::ops::Bound;
use std::sync::Arc;

use analysis::Field;
use analysis::fields::AUTHOR;
use analysis::stem::stem;
use indexer::{IndexSchema, OpenIndex, day_number};
use query::plan::{COVERAGE, Clause, Plan, Stream};
use query::request::Days;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery,
    InvertedIndexRangeQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as Handle, IndexRecordOption};
use tantivy::{Searcher, TantivyError, Term};

use crate::bag::{BagQuery, Leaf, Limits, Part, Role};
use crate::exclusion::Excluded;
use crate::expand;
use crate::near::NearQuery;
use crate::recency::RecentQuery;
use crate::statistics::{Statistics, idf, word_frequency};
use crate::synonyms::{SynonymsQuery, Word};

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
            let handle = match stream {
                Stream::Words => schema.main(field),
                Stream::Exact => schema.exact(field),
            };
            let query = TermQuery::new(Term::from_field_text(handle, term), IndexRecordOption::WithFreqs);
            boosted(Box::new(query), *weight)
        }
        Clause::Synonyms { fields, terms, weight } => {
            Box::new(SynonymsQuery::new(word(fields, terms, *weight, context)?))
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
        Clause::Bag { words, evidence, hints } => Box::new(bag(words, evidence, hints, context)?),
        Clause::Group { must, should, must_not } => group(must, should, must_not, context)?,
    })
}

/// A plan whose best papers can be found without the scores of all.
pub(crate) struct Bagged {
    pub(crate) bag: BagQuery,
    /// What a paper has to match as well.
    pub(crate) filters: Vec<Box<dyn Query>>,
    /// What it must not match.
    pub(crate) excluded: Vec<Box<dyn Query>>,
}

/// Compiles a plan that is a bag but for what adds nothing to scores; `None` for others.
pub(crate) fn bagged(plan: &Plan, context: Context<'_>) -> Result<Option<Bagged>, TantivyError> {
    let (mut filters, mut excluded) = (Vec::new(), Vec::new());
    let mut clause = &plan.query;
    while let Clause::Group { must, should, must_not } = clause {
        let is_days = |clause: &&Clause| matches!(clause, Clause::Days { .. });
        let mut scoring = must.iter().filter(|clause| !is_days(clause)).chain(should);
        clause = match (scoring.next(), scoring.next()) {
            (Some(only), None) => only,
            _ => break,
        };
        filters.extend(must.iter().filter(is_days));
        excluded.extend(must_not);
    }
    let bag = match clause {
        Clause::Bag { words, evidence, hints } => bag(words, evidence, hints, context)?,
        Clause::Group { must, should, must_not } if must.is_empty() && !should.is_empty() => {
            excluded.extend(must_not);
            bag(&[], should, &[], context)?
        }
        _ => return Ok(None),
    };
    if plan.recency.is_some() {
        return Ok(None);
    }
    let compiled =
        |clauses: Vec<&Clause>| clauses.into_iter().map(|clause| self::clause(clause, context)).collect();
    filters.extend(&plan.filters);
    let (filters, excluded): (Result<_, _>, Result<_, _>) = (compiled(filters), compiled(excluded));
    Ok(Some(Bagged { bag, filters: filters?, excluded: excluded? }))
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

fn bag(
    words: &[Clause],
    evidence: &[Clause],
    hints: &[Clause],
    context: Context<'_>,
) -> Result<BagQuery, TantivyError> {
    let mut parts = Vec::with_capacity(words.len() + evidence.len() + hints.len());
    let mut add = |clause: &Clause, role: Role| {
        let mut part = Part { leaves: Vec::new(), role };
        add_leaves(clause, &mut part, words, context)?;
        parts.push(part);
        Ok::<(), TantivyError>(())
    };
    for word in words {
        add(word, Role::Word(counts(word, context)?))?;
    }
    evidence.iter().try_for_each(|clause| add(clause, Role::Evidence))?;
    hints.iter().try_for_each(|clause| add(clause, Role::Hint))?;
    Ok(BagQuery::new(parts))
}

/// Adds to a part of a bag with these words what any of may match. A hint that no paper has is
/// left out.
fn add_leaves(
    clause: &Clause,
    part: &mut Part,
    words: &[Clause],
    context: Context<'_>,
) -> Result<(), TantivyError> {
    match clause {
        Clause::Group { must, should, must_not } if must.is_empty() && must_not.is_empty() => {
            should.iter().try_for_each(|clause| add_leaves(clause, part, words, context))?;
        }
        Clause::Synonyms { fields, terms, weight } => {
            part.leaves.push(Leaf::Word(word(fields, terms, *weight, context)?));
        }
        other if part.role == Role::Hint => {
            let limits = Limits { bound: bound(other, context)?, needs: needs(other, words) };
            if limits.bound > 0.0 {
                part.leaves.push(Leaf::Other(self::clause(other, context)?, limits));
            }
        }
        other => part.leaves.push(Leaf::Other(self::clause(other, context)?, Limits::default())),
    }
    Ok(())
}

/// Returns the words of a bag that a paper must have to match a phrase, a bit each: a text with
/// a word as it stands has its stem as well, in the same field.
fn needs(clause: &Clause, words: &[Clause]) -> u64 {
    let Clause::Phrase { field, terms, .. } = clause else { return 0 };
    let stems: Vec<String> = terms.iter().map(|(_, term)| stem(term)).collect();
    let has = |word: &Clause| {
        let mut has = false;
        any_of(word, &mut |leaf| {
            if let Clause::Synonyms { fields, terms, .. } = leaf {
                has |= fields.iter().any(|(own, _)| own == field)
                    && terms.iter().any(|(term, _)| stems.contains(term));
            }
        });
        has
    };
    let bits = words.iter().take(64).enumerate();
    bits.filter(|(_, word)| has(word)).fold(0, |bits, (at, _)| bits | 1 << at)
}

/// Calls `visit` with what any of may match for a clause to match.
fn any_of<'a>(clause: &'a Clause, visit: &mut impl FnMut(&'a Clause)) {
    match clause {
        Clause::Group { must, should, must_not } if must.is_empty() && must_not.is_empty() => {
            should.iter().for_each(|clause| any_of(clause, visit));
        }
        leaf => visit(leaf),
    }
}

/// BM25 as tantivy has it gives less than this times the inverse document frequency.
const BM25_BOUND: f32 = 2.2;

/// Returns what a paper can score at most by a clause; 0 if none can match.
fn bound(clause: &Clause, context: Context<'_>) -> Result<f32, TantivyError> {
    let bm25 = |handle: Handle, terms: &mut dyn Iterator<Item = &String>, weight: f32| {
        let mut sum = 0.0;
        for term in terms {
            let papers = context.statistics.occurrences(&Term::from_field_text(handle, term))?.papers;
            if papers == 0 {
                return Ok(0.0);
            }
            sum += idf(context.statistics, papers as f32)?;
        }
        Ok::<f32, TantivyError>(weight * BM25_BOUND * sum)
    };
    let sum = |clauses: &mut dyn Iterator<Item = &Clause>| {
        clauses.map(|clause| bound(clause, context)).sum::<Result<f32, TantivyError>>()
    };
    match clause {
        Clause::All | Clause::Days { .. } => Ok(0.0),
        Clause::Term { field, stream, term, weight } => {
            let handle = match stream {
                Stream::Words => context.schema.main(field),
                Stream::Exact => context.schema.exact(field),
            };
            bm25(handle, &mut std::iter::once(term), *weight)
        }
        Clause::Phrase { field, terms, weight } => {
            bm25(context.schema.exact(field), &mut terms.iter().map(|(_, term)| term), *weight)
        }
        Clause::Near { field, parts, weight, .. } => {
            let terms = parts.iter().flat_map(|part| &part.terms);
            bm25(context.schema.exact(field), &mut terms.map(|(_, term)| term), *weight)
        }
        Clause::Synonyms { fields, terms, weight } => Ok(word(fields, terms, *weight, context)?.bound()),
        Clause::Prefix { weight, .. }
        | Clause::Fuzzy { weight, .. }
        | Clause::Author { weight, .. }
        | Clause::Keyword { weight, .. } => Ok(*weight),
        Clause::Bag { words, evidence, hints } => {
            Ok((1.0 + COVERAGE) * sum(&mut words.iter().chain(evidence).chain(hints))?)
        }
        Clause::Group { must, should, .. } => sum(&mut must.iter().chain(should)),
    }
}

/// What a word counts among the words of a bag: the inverse document frequency of the
/// most frequent of its names, to the power of 1.5. What is no word of a text counts next
/// to nothing.
pub(crate) fn counts(word: &Clause, context: Context<'_>) -> Result<f32, TantivyError> {
    let mut names = Vec::new();
    word.visit_scoring(&mut |clause| {
        if let Clause::Synonyms { fields, terms, .. } = clause {
            names.push((fields, terms));
        }
    });
    let mut least: Option<f32> = None;
    for (fields, terms) in names {
        let handles = fields.iter().map(|(field, _)| context.schema.main(field));
        let with = word_frequency(context.statistics, handles, terms.iter())?;
        let idf = idf(context.statistics, with)?;
        least = Some(match least {
            Some(least) if with > 0.0 => least.min(idf),
            Some(least) => least,
            None => idf,
        });
    }
    let idf = f32::max(least.unwrap_or_default(), LEAST_IDF);
    Ok(idf * idf.sqrt())
}

fn group(
    must: &[Clause],
    should: &[Clause],
    must_not: &[Clause],
    context: Context<'_>,
) -> Result<Box<dyn Query>, TantivyError> {
    if must.is_empty() && must_not.is_empty() && !should.is_empty() {
        return Ok(Box::new(bag(&[], should, &[], context)?));
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
