//! From bags to their parts, with what is known of each before a paper is looked at.

use analysis::stem::stem;
use query::plan::{Clause, PAIR_COVERAGE, Plan};
use tantivy::query::Query;
use tantivy::schema::Field as Handle;
use tantivy::{TantivyError, Term};

use super::{Context, counts, handle, word};
use crate::bag::{BagQuery, Leaf, Limits, Part, ROUNDING, Role, coverage};
use crate::statistics::idf;

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
    let mut inner = &plan.query;
    while let Clause::Group { must, should, must_not } = inner {
        let is_days = |clause: &&Clause| matches!(clause, Clause::Days { .. });
        // What is wanted beside something required may be missing.
        let scoring: Vec<&Clause> = match must.is_empty() {
            true => should.iter().collect(),
            false => must.iter().filter(|clause| !is_days(clause)).chain(should).collect(),
        };
        inner = match scoring[..] {
            [only] if must.is_empty() || should.is_empty() => only,
            _ => break,
        };
        filters.extend(must.iter().filter(is_days));
        excluded.extend(must_not);
    }
    let bag = match inner {
        Clause::Bag { words, evidence, hints } => bag(words, evidence, hints, context)?,
        Clause::Group { must, should, must_not } if must.is_empty() && !should.is_empty() => {
            excluded.extend(must_not);
            bag(&[], should, &[], context)?
        }
        _ => return Ok(None),
    };
    let compiled =
        |clauses: Vec<&Clause>| clauses.into_iter().map(|clause| super::clause(clause, context)).collect();
    filters.extend(&plan.filters);
    let (filters, excluded): (Result<_, _>, Result<_, _>) = (compiled(filters), compiled(excluded));
    Ok(Some(Bagged { bag, filters: filters?, excluded: excluded? }))
}

/// Compiles a bag.
pub(super) fn bag(
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
    let counts = counts(words, context)?;
    words.iter().zip(&counts).try_for_each(|(word, counts)| add(word, Role::Word(*counts)))?;
    evidence.iter().try_for_each(|clause| add(clause, Role::Evidence))?;
    hints.iter().try_for_each(|hint| add(hint, Role::Hint(hint_counts(hint, words, &counts))))?;
    Ok(BagQuery::new(parts))
}

/// What a hint of a bag with these words, which count so much, counts itself: nothing but for a phrase of
/// several of the words.
pub(crate) fn hint_counts(hint: &Clause, words: &[Clause], counts: &[f32]) -> f32 {
    let mut needed = 0;
    any_of(hint, &mut |leaf| needed |= needs(leaf, words));
    if needed.count_ones() < 2 {
        return 0.0;
    }
    let of_needed = counts.iter().take(64).enumerate().filter(|(at, _)| needed >> at & 1 == 1);
    PAIR_COVERAGE * of_needed.fold(f32::INFINITY, |least, (_, counts)| least.min(*counts))
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
        other => {
            let is_hint = matches!(part.role, Role::Hint(_));
            let needs = if is_hint { needs(other, words) } else { 0 };
            let postings = match other {
                Clause::Term { field, stream, term, .. } => {
                    let term = Term::from_field_text(handle(field, *stream, context), term);
                    Some(context.statistics.occurrences(&term)?.papers)
                }
                _ => None,
            };
            let limits = Limits { bound: bound(other, context)?, needs, postings };
            if limits.bound > 0.0 || !is_hint {
                part.leaves.push(Leaf::Other(super::clause(other, context)?, limits));
            }
        }
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
            bm25(handle(field, *stream, context), &mut std::iter::once(term), *weight)
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
            let counts = counts(words, context)?;
            let of_hints: f32 = hints.iter().map(|hint| hint_counts(hint, words, &counts)).sum();
            let all: f32 = counts.iter().sum();
            let share = if all > 0.0 { 1.0 + of_hints / all } else { 0.0 };
            Ok(coverage(share) * ROUNDING * sum(&mut words.iter().chain(evidence).chain(hints))?)
        }
        Clause::Group { must, should, .. } => sum(&mut must.iter().chain(should)),
    }
}
