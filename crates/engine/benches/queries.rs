//! What does each kind of query cost in a warm process, and what a snippet?
//!
//! `cargo bench -p engine` asks an index of the samples: so it shows what a query costs before
//! the first paper is scored. `make bench` measures large ones.

use std::path::PathBuf;

use analysis::Analyzer;
use analysis::fields::ABSTRACT;
use criterion::{Criterion, criterion_group, criterion_main};
use engine::Embedded;
use indexer::Options;
use paper::NaiveDate;
use query::highlight::ranges;
use query::snippet::Snippet;
use query::{Filters, Lexicon, Page, Request, Response, Sort};

const KINDS: [(&str, &str); 9] = [
    ("a word", "decoding"),
    ("english", "speculative decoding"),
    ("chinese", "推测解码"),
    ("mixed", "LLM推理加速"),
    ("a phrase", "\"key-value cache\""),
    ("near", "\"draft models\"~3"),
    ("a prefix", "quant*"),
    ("a typo", "speculatve~"),
    ("an author", "author:\"Z. Akerlund\""),
];

fn queries(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let samples = [PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples"))];
    let (analyzer, lexicon) = (Analyzer::new(), Lexicon::shipped());
    indexer::sync(folder.path(), &samples, Options::default(), &analyzer, &mut |_| ()).expect("an index");
    let engine = Embedded::open(folder.path()).expect("the index");
    let search = |query: &str| -> Response {
        let request = Request {
            query: query.to_string(),
            filters: Filters::default(),
            sort: Sort::Relevance,
            page: Page { limit: 10, offset: 0 },
            marks: true,
            recency: None,
            explain: false,
            today: NaiveDate::default(),
        };
        query::search(&engine, &analyzer, Some(&lexicon), &request).expect("an answer")
    };
    let mut group = criterion.benchmark_group("query");
    for (name, query) in KINDS {
        assert!(search(query).answer.total > 0, "{query}");
        group.bench_function(name, |bencher| bencher.iter(|| search(query).answer.hits.len()));
    }
    group.finish();

    let response = search("speculative decoding");
    let text = response.answer.hits[0].record.paper().abstract_text.clone().expect("an abstract");
    criterion.bench_function("snippet", |bencher| {
        bencher.iter(|| Snippet::best(&text, &ranges(&text, &ABSTRACT, &response.plan), 240).to_html().len());
    });
}

criterion_group!(benches, queries);
criterion_main!(benches);
