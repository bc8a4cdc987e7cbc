//! From what a person types to what they see: query language, plan, filters, ranked
//! search through an [`Engine`], highlights and snippets.
//!
//! Nothing here knows an engine. Text becomes a [`tree::Node`], tree and filters become
//! a [`plan::Plan`] of clauses over analyzed terms, and an engine answers the plan.

pub mod answer;
pub mod date;
pub mod facets;
pub mod highlight;
mod hyphen;
mod learned;
mod lexer;
pub mod lexicon;
pub mod parser;
pub mod plan;
pub mod planner;
pub mod request;
pub mod similar;
pub mod snippet;
pub mod suggest;
pub mod tree;

use std::collections::HashMap;

use analysis::fields::AUTHOR;
use analysis::names::Name;
use analysis::{Analyzer, Field};
use paper::Record;

pub use answer::{Answer, Hit, ScoreFactor, ScorePart};
pub use facets::Facets;
pub use lexicon::Lexicon;
pub use parser::Warning;
pub use plan::Plan;
use plan::{Clause, Recency, Stream};
pub use request::{Filters, Page, Request, Sort};

/// What can answer plans: an index on this machine, a server, or a scan over all papers.
pub trait Engine {
    /// Why an answer could not be given.
    type Error;

    /// Returns the total number of papers that match, and one page of them in the order
    /// of the plan. Equal scores are ordered by date, newer first, then by id; papers
    /// without a date come last in every order.
    fn search(&self, plan: &Plan, page: Page, explain: bool) -> Result<Answer, Self::Error>;

    /// Counts the papers that match by month, author and digest: all months, and the most
    /// frequent `most` of the others.
    fn facets(&self, plan: &Plan, most: usize) -> Result<Facets, Self::Error>;

    /// Returns the paper with this id.
    fn record(&self, id: &str) -> Result<Option<Record>, Self::Error>;

    /// Returns the number of papers.
    fn paper_count(&self) -> Result<u64, Self::Error>;

    /// Returns the number of papers with this term in the words of this field.
    fn document_frequency(&self, field: &'static Field, term: &str) -> Result<u64, Self::Error>;

    /// Calls `visit` with the terms of a field that begin with `prefix`, each with the
    /// number of papers that have it; a term may come several times, with parts of that
    /// number. Papers that are gone may count.
    fn for_each_term(
        &self,
        field: &'static Field,
        stream: Stream,
        prefix: &str,
        visit: &mut dyn FnMut(&str, u64),
    ) -> Result<(), Self::Error>;
}

/// An answer, and how the query was understood.
#[derive(Debug)]
pub struct Response {
    /// What the engine found.
    pub answer: Answer,
    /// What in the query could not be read as meant.
    pub warnings: Vec<Warning>,
    /// The query as structure.
    pub tree: tree::Node,
    /// The clauses that were searched for.
    pub plan: Plan,
    /// Where little was found, queries that find more and may have been meant.
    pub suggestions: Vec<String>,
}

/// Ranked search: parses, plans and answers a request.
pub fn search<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    request: &Request,
) -> Result<Response, E::Error> {
    let parsed = parser::parse(&request.query, request.today);
    let plan = plan_of(engine, analyzer, lexicon, request, &parsed.tree)?;
    let mut warnings = parsed.warnings;
    if plan.matches_nothing() {
        warnings.push(Warning::NothingToSearch);
    }
    warnings.extend(whole_names(engine, &plan)?);
    let answer = engine.search(&plan, request.page, request.explain)?;
    let suggestions = match answer.total < suggest::FEW_PAPERS {
        true => suggest::suggest(engine, analyzer, lexicon, request, &parsed.tree, answer.total)?,
        false => Vec::new(),
    };
    Ok(Response { answer, warnings, tree: parsed.tree, plan, suggestions })
}

/// Plans a request whose query was parsed to this tree.
fn plan_of<E: Engine>(
    engine: &E,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
    request: &Request,
    tree: &tree::Node,
) -> Result<Plan, E::Error> {
    let learned = match lexicon {
        Some(lexicon) => learned::learn(engine, analyzer, lexicon, tree)?,
        None => HashMap::new(),
    };
    let extended = lexicon.filter(|_| !learned.is_empty()).map(|lexicon| lexicon.with_learned(learned));
    let lexicon = extended.as_ref().or(lexicon);
    let plan = planner::plan(tree, &request.filters, request.sort, analyzer, lexicon);
    let recency = request.recency.map(|half_life| Recency { today: request.today, half_life });
    let marks = if request.marks { plan.marks } else { Vec::new() };
    Ok(Plan { recency, marks, ..plan })
}

/// Tells of each author who is asked for by a whole name which papers that leaves out.
fn whole_names<E: Engine>(engine: &E, plan: &Plan) -> Result<Vec<Warning>, E::Error> {
    let mut asked: Vec<&Name> = Vec::new();
    for clause in std::iter::once(&plan.query).chain(&plan.filters) {
        clause.visit_scoring(&mut |clause| match clause {
            Clause::Author { name, asked: true, .. } if !asked.contains(&name) => asked.push(name),
            _ => {}
        });
    }
    let mut warnings = Vec::new();
    for name in asked {
        let (Some(term), Some(any)) = (name.whole_term(), Name::new(&name.written().to_lowercase())) else {
            continue;
        };
        let exactly = engine.document_frequency(&AUTHOR, &term)? as usize;
        if exactly > 0 {
            let query = Clause::Author { name: any, asked: true, weight: 0.0 };
            let plan = Plan::new(query, Vec::new(), Sort::Newest);
            let all = engine.search(&plan, Page { limit: 0, offset: 0 }, false)?.total;
            let others = all.saturating_sub(exactly);
            if others > 0 {
                warnings.push(Warning::WholeName { name: name.written().to_string(), others });
            }
        }
    }
    Ok(warnings)
}
