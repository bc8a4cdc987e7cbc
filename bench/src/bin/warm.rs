//! The warm loop: `warm INDEX QUERIES` plans each query of a batch as the program does, then answers the plans with
//! tantivy alone: its own pruned collector, ten hits, each with what is stored. Prints the queries a second of the
//! answering. Synonyms, which tantivy has not, are words of which any may match.

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use analysis::fields::RECORD;
use analysis::{Analyzer, Field};
use engine::Embedded;
use indexer::IndexError;
use paper::{NaiveDate, Record};
use query::plan::{Clause, Stream};
use query::{Answer, Engine, Facets, Filters, Lexicon, Page, Plan, Request, Sort};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{TantivyDocument, Term};

/// How many hits each query wants.
const HITS: usize = 10;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [index, batch] = &arguments[..] else { anyhow::bail!("warm INDEX QUERIES") };
    let engine = Planner { engine: Embedded::open(index)?, plans: RefCell::default() };
    let (analyzer, lexicon) = (Analyzer::new(), Lexicon::shipped());
    for line in std::fs::read_to_string(batch)?.lines() {
        let request = Request {
            query: line.to_string(),
            filters: Filters::default(),
            sort: Sort::Relevance,
            page: Page { limit: HITS, offset: 0 },
            marks: true,
            recency: None,
            explain: false,
            today: NaiveDate::default(),
        };
        query::search(&engine, &analyzer, Some(&lexicon), &request)?;
    }
    let index = engine.engine.index();
    let plans = engine.plans.into_inner();
    let queries: Vec<Box<dyn Query>> =
        plans.iter().map(|plan| compiled(&plan.query, index.schema())).collect();
    let record = index.schema().main(&RECORD);
    let mut characters = 0;
    let started = Instant::now();
    for query in &queries {
        let found = index.searcher().search(&**query, &TopDocs::with_limit(HITS).order_by_score())?;
        for (_, address) in found {
            let document: TantivyDocument = index.searcher().doc(address)?;
            characters += document.get_first(record).and_then(|value| value.as_str()).map_or(0, str::len);
        }
    }
    let took = started.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{} {characters}", queries.len() as f64 / took)?;
    Ok(())
}

/// An engine that notes the plans of queries and finds plenty.
struct Planner {
    engine: Embedded,
    plans: RefCell<Vec<Plan>>,
}

impl Engine for Planner {
    type Error = IndexError;

    fn search(&self, plan: &Plan, page: Page, _: bool) -> Result<Answer, IndexError> {
        // Other pages are asked for by who looks up what a word is called.
        if page.limit == HITS {
            self.plans.borrow_mut().push(plan.clone());
        }
        Ok(Answer { total: usize::MAX, hits: Vec::new() })
    }

    fn facets(&self, plan: &Plan, most: usize) -> Result<Facets, IndexError> {
        self.engine.facets(plan, most)
    }

    fn record(&self, id: &str) -> Result<Option<Record>, IndexError> {
        self.engine.record(id)
    }

    fn paper_count(&self) -> Result<u64, IndexError> {
        self.engine.paper_count()
    }

    fn document_frequency(&self, field: &'static Field, term: &str) -> Result<u64, IndexError> {
        self.engine.document_frequency(field, term)
    }

    fn for_each_term(
        &self,
        field: &'static Field,
        stream: Stream,
        prefix: &str,
        visit: &mut dyn FnMut(&str, u64),
    ) -> Result<(), IndexError> {
        self.engine.for_each_term(field, stream, prefix, visit)
    }
}

fn compiled(clause: &Clause, schema: &indexer::IndexSchema) -> Box<dyn Query> {
    let word = |handle, term: &str, weight: f32| -> Box<dyn Query> {
        let query = TermQuery::new(Term::from_field_text(handle, term), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(query), weight))
    };
    match clause {
        Clause::Term { field, stream, term, weight } => {
            let handle = if *stream == Stream::Words { schema.main(field) } else { schema.exact(field) };
            word(handle, term, *weight)
        }
        Clause::Synonyms { fields, terms, weight } => {
            let each = fields.iter().flat_map(|(field, of_field)| {
                terms
                    .iter()
                    .map(move |(term, share)| word(schema.main(field), term, weight * of_field * share))
            });
            Box::new(BooleanQuery::new(each.map(|query| (Occur::Should, query)).collect()))
        }
        Clause::Phrase { field, terms, weight } => {
            let terms = terms
                .iter()
                .map(|(offset, term)| (*offset as usize, Term::from_field_text(schema.exact(field), term)))
                .collect();
            Box::new(BoostQuery::new(Box::new(PhraseQuery::new_with_offset(terms)), *weight))
        }
        Clause::Keyword { field, value, weight } => word(schema.main(field), value, *weight),
        Clause::Bag { words, evidence, hints } => {
            let part = |clause| (Occur::Should, compiled(clause, schema));
            let any = BooleanQuery::new(words.iter().chain(evidence).map(part).collect());
            let hints = hints.iter().map(part);
            let any: (Occur, Box<dyn Query>) = (Occur::Must, Box::new(any));
            Box::new(BooleanQuery::new(std::iter::once(any).chain(hints).collect()))
        }
        Clause::Group { must, should, must_not } => {
            let mut parts = Vec::new();
            for (occur, clauses) in [(Occur::Must, must), (Occur::Should, should), (Occur::MustNot, must_not)]
            {
                parts.extend(clauses.iter().map(|clause| (occur, compiled(clause, schema))));
            }
            Box::new(BooleanQuery::new(parts))
        }
        // Nothing else is in the batch, or else it is nothing here.
        _ => Box::new(EmptyQuery),
    }
}
