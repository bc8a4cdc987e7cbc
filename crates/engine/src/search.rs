//! Searching, with an order in which no two papers are equal.

use analysis::fields::{DATE, ID};
use indexer::{IndexError, OpenIndex};
use paper::Record;
use query::{Answer, Hit, Page, Plan, Sort};
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue, SortByString};
use tantivy::collector::{Count, DocSetCollector, TopDocs};
use tantivy::query::Query;
use tantivy::{DocAddress, Order, TantivyError};

use crate::compile::{self, Context};
use crate::explain;
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
    let compiled = compile::plan(plan, context).map_err(reading)?;
    let (total, found) = top(index, &*compiled, plan.sort, page, &statistics).map_err(reading)?;
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

/// Returns the number of matches and one page of them with their scores.
///
/// tantivy's own order of equal scores is that of its segments, which changes from one
/// rebuild to the next; and its pruning collector adds scores in another order in each
/// segmentation. Sorting by the whole key scores every match, and always alike.
fn top(
    index: &OpenIndex,
    query: &dyn Query,
    sort: Sort,
    page: Page,
    statistics: &Statistics<'_>,
) -> Result<(usize, Vec<(f32, DocAddress)>), TantivyError> {
    let searcher = index.searcher();
    // The collector keeps room for all it may return, and panics on a limit of 0.
    let papers = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
    let (limit, offset) = (page.limit.min(papers), page.offset.min(papers));
    if limit == 0 || offset == papers {
        return Ok((searcher.search(query, &Count)?, Vec::new()));
    }
    let top = TopDocs::with_limit(limit).and_offset(offset);
    let date = || SortByStaticFastValue::<i64>::for_field(DATE.name);
    let id = || (SortByString::for_field(ID.name), Order::Asc);
    match sort {
        Sort::Relevance => {
            let order = ((SortBySimilarityScore, Order::Desc), (date(), Order::Desc), id());
            let collector = (Count, top.order_by(order));
            let (total, found) = searcher.search_with_statistics_provider(query, &collector, statistics)?;
            Ok((total, found.into_iter().map(|((score, _, _), address)| (score, address)).collect()))
        }
        Sort::Newest | Sort::Oldest => {
            let direction = if sort == Sort::Newest { Order::Desc } else { Order::Asc };
            let (total, found) =
                searcher.search(query, &(Count, top.order_by(((date(), direction), id()))))?;
            Ok((total, found.into_iter().map(|(_, address)| (0.0, address)).collect()))
        }
    }
}
