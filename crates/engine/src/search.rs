//! Searching, with an order in which no two papers are equal.

use analysis::fields::{DATE, ID};
use indexer::{IndexError, OpenIndex};
use paper::Record;
use query::plan::{RECENCY, Recency};
use query::{Answer, Hit, Page, Plan, Sort};
use tantivy::collector::sort_key::{SortByStaticFastValue, SortByString};
use tantivy::collector::{Count, DocSetCollector, TopDocs};
use tantivy::query::{EnableScoring, Scorer, Weight};
use tantivy::{DocAddress, DocId, Order, Score, TantivyError};

use crate::best::{Best, Keys};
use crate::compile::{self, Bagged, Context};
use crate::explain;
use crate::recency;
use crate::statistics::Statistics;

/// Answers a plan.
pub(crate) fn search(
    index: &OpenIndex,
    plan: &Plan,
    page: Page,
    explain: bool,
) -> Result<Answer, IndexError> {
    let reading = |error: TantivyError| index.reading(&error);
    let statistics = Statistics::of(index);
    let context = Context::of(index, &statistics);
    let (total, found) = top(plan, page, context).map_err(reading)?;
    let mut hits = Vec::with_capacity(found.len());
    for (score, address) in found {
        let (explanation, factors) = match explain {
            true => explain::explain(context, plan, address).map_err(reading)?,
            false => (Vec::new(), Vec::new()),
        };
        hits.push(Hit { record: index.record_at(address)?, score, explanation, factors });
    }
    Ok(Answer { total, hits })
}

/// Calls `visit` for each paper that matches a plan. They come in the order in which the
/// index keeps them: so each piece of it is read once.
pub(crate) fn for_each_match(
    index: &OpenIndex,
    plan: &Plan,
    visit: &mut dyn FnMut(Record),
) -> Result<(), IndexError> {
    let reading = |error: TantivyError| index.reading(&error);
    let statistics = Statistics::of(index);
    let compiled = compile::plan(plan, Context::of(index, &statistics)).map_err(reading)?;
    let found = index.searcher().search(&*compiled, &DocSetCollector).map_err(reading)?;
    let mut addresses: Vec<DocAddress> = found.into_iter().collect();
    addresses.sort_unstable();
    addresses.into_iter().try_for_each(|address| {
        visit(index.record_at(address)?);
        Ok(())
    })
}

type Found = (usize, Vec<(Score, DocAddress)>);

/// Returns the number of matches and one page of them with their scores.
///
/// tantivy's own order of equal scores is that of its segments, which changes from one
/// rebuild to the next; and its pruning collector adds scores in another order in each
/// segmentation. Here the whole key decides, and a score is always added up alike.
fn top(plan: &Plan, page: Page, context: Context<'_>) -> Result<Found, TantivyError> {
    let searcher = context.searcher;
    // tantivy's collector keeps room for all it may return, and panics on a limit of 0.
    let papers = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
    let (limit, offset) = (page.limit.min(papers), page.offset.min(papers));
    if limit == 0 || offset == papers {
        return Ok((searcher.search(&*compile::plan(plan, context)?, &Count)?, Vec::new()));
    }
    if plan.sort == Sort::Relevance {
        let best = Best::new((limit + offset).min(papers));
        let (total, best) = match compile::bagged(plan, context)? {
            Some(bagged) => best_of_bag(&bagged, plan.recency, best, context)?,
            None => best_of_all(plan, best, context)?,
        };
        return Ok((total, best.in_order().into_iter().skip(offset).collect()));
    }
    let top = TopDocs::with_limit(limit).and_offset(offset);
    let date = SortByStaticFastValue::<i64>::for_field(DATE.name);
    let id = (SortByString::for_field(ID.name), Order::Asc);
    let direction = if plan.sort == Sort::Oldest { Order::Asc } else { Order::Desc };
    let collector = (Count, top.order_by(((date, direction), id)));
    let (total, found) = searcher.search(&*compile::plan(plan, context)?, &collector)?;
    Ok((total, found.into_iter().map(|(_, address)| (0.0, address)).collect()))
}

/// Finds the best papers by the scores of all.
fn best_of_all(plan: &Plan, mut best: Best, context: Context<'_>) -> Result<(usize, Best), TantivyError> {
    let weight = compile::plan(plan, context)?.weight(context.statistics.scoring())?;
    let mut total = 0;
    for (segment, reader) in (0..).zip(context.searcher.segment_readers()) {
        let keys = Keys::of(reader);
        weight.for_each(reader, &mut |doc, score| {
            if reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                total += 1;
                best.offer(score, DocAddress::new(segment, doc), &keys);
            }
        })?;
    }
    Ok((total, best))
}

/// Finds the best papers of a bag, without the scores of those that cannot be among them.
fn best_of_bag(
    bagged: &Bagged,
    recency: Option<Recency>,
    mut best: Best,
    context: Context<'_>,
) -> Result<(usize, Best), TantivyError> {
    let weight = bagged.bag.bag_weight(context.statistics.scoring())?;
    let unscored = EnableScoring::disabled_from_searcher(context.searcher);
    let weights = |queries: &[Box<dyn tantivy::query::Query>]| {
        queries.iter().map(|query| query.weight(unscored)).collect::<Result<Vec<_>, _>>()
    };
    let (filters, excluded) = (weights(&bagged.filters)?, weights(&bagged.excluded)?);
    let mut total = 0;
    let mut room = None;
    for (segment, reader) in (0..).zip(context.searcher.segment_readers()) {
        let Some(bag) = weight.bag(reader, 1.0, &mut room)? else { continue };
        let open = |weights: &[Box<dyn Weight>]| {
            weights.iter().map(|weight| weight.scorer(reader, 1.0)).collect::<Result<Vec<_>, _>>()
        };
        let (mut filters, mut excluded) = (open(&filters)?, open(&excluded)?);
        let keys = Keys::of(reader);
        let alive = reader.alive_bitset();
        let mut keeps = |doc: DocId| {
            alive.is_none_or(|alive| alive.is_alive(doc))
                && filters.iter_mut().all(|filter| has(filter.as_mut(), doc))
                && !excluded.iter_mut().any(|excluded| has(excluded.as_mut(), doc))
        };
        let all = alive.is_none() && bagged.filters.is_empty() && bagged.excluded.is_empty();
        let keeps: Option<&mut dyn FnMut(DocId) -> bool> = if all { None } else { Some(&mut keeps) };
        let factor = |doc: DocId| recency.map_or(1.0, |recency| recency::factor(recency, keys.day(doc)));
        let most_factor = if recency.is_some() { 1.0 + RECENCY } else { 1.0 };
        let (most, least) = (best.most(), best.least());
        let (found, left) = bag.best(most, least, most_factor, keeps, |doc, score| {
            best.offer(score * factor(doc), DocAddress::new(segment, doc), &keys)
        });
        total += found;
        room = Some(left);
    }
    Ok((total, best))
}

/// Whether a list has a paper that is not before any that was asked for.
fn has(scorer: &mut dyn Scorer, doc: DocId) -> bool {
    (if scorer.doc() < doc { scorer.seek(doc) } else { scorer.doc() }) == doc
}
