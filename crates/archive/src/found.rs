//! From a request to results, over an index that is open.

use std::time::Instant;

use analysis::Analyzer;
use engine::Embedded;
use indexer::IndexError;
use paper::{Record, VersionedId};
use query::plan::Clause;
use query::tree::Node;
use query::{Engine, Filters, Lexicon, Plan, Request, Sort};
use results::{Results, Understood};

/// What was found, and how the query was read.
#[derive(Debug)]
pub struct Searched {
    /// What was found.
    pub results: Results,
    /// The query as structure.
    pub tree: Node,
    /// What was searched for.
    pub plan: Plan,
}

/// Papers like some papers.
#[derive(Debug)]
pub struct Alike {
    /// What was found; none where none of the papers is there.
    pub results: Option<Results>,
    /// What was searched for.
    pub plan: Option<Plan>,
    /// The papers that are not there, as they were named.
    pub missing: Vec<String>,
}

/// Ranked search.
pub fn search(
    engine: &Embedded,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    request: &Request,
) -> Result<Searched, IndexError> {
    let started = Instant::now();
    let response = query::search(engine, analyzer, lexicon, request)?;
    let warnings = response.warnings.iter().map(ToString::to_string).collect();
    let took = started.elapsed();
    let (answer, plan, offset) = (response.answer, response.plan, request.page.offset);
    let mut results = Results::new(request.query.clone(), answer, &plan, offset, warnings, took);
    results.suggestions = response.suggestions;
    if request.explain {
        let (tree, plan) = (response.tree.to_string(), plan.query.to_string());
        results.understood = Some(Understood { tree, plan });
    }
    Ok(Searched { results, tree: response.tree, plan })
}

/// The plan of a request that asks for nothing: all papers, newest first. `None` of a
/// request that asks for something.
///
/// On a command line that is a slip; a page begins with it.
pub(crate) fn all_papers(request: &Request) -> Option<Plan> {
    let asks = !request.query.trim().is_empty() || request.filters != Filters::default();
    let sort = if request.sort == Sort::Relevance { Sort::Newest } else { request.sort };
    (!asks).then(|| Plan::new(Clause::All, Vec::new(), sort))
}

/// Lists the papers of a plan that was not made of words.
pub(crate) fn list(engine: &Embedded, plan: &Plan, request: &Request) -> Result<Results, IndexError> {
    let started = Instant::now();
    let answer = engine.search(plan, request.page, request.explain)?;
    let (offset, took) = (request.page.offset, started.elapsed());
    Ok(Results::new(request.query.clone(), answer, plan, offset, Vec::new(), took))
}

/// Finds papers like those that are named by id or address. The request's query is not
/// looked at.
pub fn similar(
    engine: &Embedded,
    analyzer: &Analyzer,
    named: &[String],
    request: &Request,
) -> Result<Alike, IndexError> {
    let mut records: Vec<Record> = Vec::new();
    let mut missing = Vec::new();
    for name in named {
        match engine.record(&kept_id(name))? {
            None => missing.push(name.clone()),
            Some(record) if records.iter().any(|known| known.id == record.id) => {}
            Some(record) => records.push(record),
        }
    }
    if records.is_empty() {
        return Ok(Alike { results: None, plan: None, missing });
    }
    let started = Instant::now();
    let like = query::similar::plan(engine, analyzer, &records, &request.filters, request.sort)?;
    let answer = engine.search(&like.plan, request.page, request.explain)?;
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let (offset, took) = (request.page.offset, started.elapsed());
    let mut results = Results::new(ids.join(" "), answer, &like.plan, offset, Vec::new(), took);
    results.terms = like.terms;
    Ok(Alike { results: Some(results), plan: Some(like.plan), missing })
}

/// The id under which the index keeps the paper that a person names: an arXiv id or
/// address, with or without version, or another id as it is.
pub fn kept_id(text: &str) -> String {
    match text.parse::<VersionedId>() {
        Ok(link) => link.id.to_string(),
        Err(_) => text.trim().to_string(),
    }
}
