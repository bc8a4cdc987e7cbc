//! What a saved search finds that was not seen.

use std::sync::Arc;
use std::time::Instant;

use analysis::Analyzer;
use analysis::fields::ID;
use chrono::NaiveDate;
use engine::Embedded;
use indexer::IndexError;
use query::plan::Clause;
use query::{Engine, Lexicon, Page, Plan, Request};
use results::Results;
use saved::{Novelty, Question, Search, Sighting};

use crate::asked::{Asked, AskedFilters};
use crate::found::all_papers;
use crate::warm::ArchiveError;

/// What a saved search finds, and what of it is new.
#[derive(Debug)]
pub struct News {
    /// A page of the new papers, the best match first; its total is that of all new ones.
    pub results: Results,
    /// How many papers are new, but for those of which an earlier version was seen.
    pub new: usize,
    /// Of how many papers an earlier version was seen.
    pub updated: usize,
    /// All papers that the search finds, new or not; what [`saved::Seen::look`] takes.
    pub found: Arc<[Sighting]>,
    /// The new papers on the page; what is seen once the page was read.
    pub shown: Vec<Sighting>,
}

/// All papers that a search finds.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    ids: Arc<[String]>,
    sightings: Arc<[Sighting]>,
}

impl From<&Question> for Asked {
    fn from(question: &Question) -> Asked {
        let Question { query, author, from, to, since, digest_from, digest_to } = question.clone();
        let filters =
            AskedFilters { author, from, to, since, digest_from, digest_to, ..AskedFilters::default() };
        Asked { query, filters, ..Asked::default() }
    }
}

/// Looks what is new, and returns at most `limit` papers of it.
pub fn news(
    engine: &Embedded,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    search: &Search,
    limit: usize,
    today: NaiveDate,
) -> Result<News, ArchiveError> {
    news_among(engine, analyzer, lexicon, search, limit, today, |plan| found(engine, plan))
}

/// Finds all papers of a plan. They must be read for that: it takes a second for 100,000.
pub(crate) fn found(engine: &Embedded, plan: &Plan) -> Result<Found, IndexError> {
    let (mut ids, mut sightings) = (Vec::new(), Vec::new());
    engine.for_each_match(plan, &mut |record| {
        sightings.push(Sighting::new(&record.id, record.paper().version));
        ids.push(record.id);
    })?;
    Ok(Found { ids: ids.into(), sightings: sightings.into() })
}

/// As [`news`], for who may know already what the search finds.
pub(crate) fn news_among(
    engine: &Embedded,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    search: &Search,
    limit: usize,
    today: NaiveDate,
    found: impl FnOnce(&Plan) -> Result<Found, IndexError>,
) -> Result<News, ArchiveError> {
    let started = Instant::now();
    let request = Asked::from(&search.question).read(today)?;
    let (mut plan, warnings) = planned(&request, analyzer, lexicon);
    let Found { ids, sightings: found } = found(&plan)?;
    let novelties = search.seen.novelties(&found);
    let count = |wanted| novelties.iter().filter(|novelty| **novelty == wanted).count();
    let (new, updated) = (count(Novelty::New), count(Novelty::NewVersion));
    let (fresh, seen): (Vec<_>, Vec<_>) =
        ids.iter().zip(&novelties).partition(|(_, novelty)| **novelty != Novelty::Seen);
    let named = |papers: Vec<(&String, &Novelty)>| -> Vec<Clause> {
        let clause = |(id, _): (&String, _)| Clause::Keyword { field: &ID, value: id.clone(), weight: 0.0 };
        papers.into_iter().map(clause).collect()
    };
    let total = fresh.len();
    let answer = match total.min(limit) {
        0 => query::Answer { total, ..query::Answer::default() },
        _ => {
            // Each name takes a while; so those are named that are fewer.
            if fresh.len() <= seen.len() {
                plan.filters.push(Clause::any(named(fresh)));
            } else if !seen.is_empty() {
                let must_not = named(seen);
                plan.filters.push(Clause::Group { must: Vec::new(), should: Vec::new(), must_not });
            }
            engine.search(&plan, Page { limit, offset: 0 }, false)?
        }
    };
    let shown = answer.hits.iter();
    let shown = shown.map(|hit| Sighting::new(&hit.record.id, hit.record.paper().version)).collect();
    let query = match search.question.query.is_empty() {
        true => search.question.to_string(),
        false => search.question.query.clone(),
    };
    let results = Results::new(query, answer, &plan, 0, warnings, started.elapsed());
    Ok(News { results, new, updated, found, shown })
}

/// The plan of a request, and what of it was not read as written.
fn planned(request: &Request, analyzer: &Analyzer, lexicon: Option<&Lexicon>) -> (Plan, Vec<String>) {
    if let Some(plan) = all_papers(request) {
        return (plan, Vec::new());
    }
    let parsed = query::parser::parse(&request.query, request.today);
    let plan = query::planner::plan(&parsed.tree, &request.filters, request.sort, analyzer, lexicon);
    (plan, parsed.warnings.iter().map(ToString::to_string).collect())
}
