//! The bare process: `bare INDEX TERM` opens an index of the program with tantivy alone and finds the ten best papers
//! with a term in their abstract.

use std::io::Write;
use std::path::PathBuf;

use analysis::fields::ABSTRACT;
use indexer::IndexSchema;
use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, ReloadPolicy, Term};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [index, term] = &arguments[..] else { anyhow::bail!("bare INDEX TERM") };
    let folder = bench::generation(&PathBuf::from(index))?;
    let index = Index::open(MmapDirectory::open(&folder)?)?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let term = Term::from_field_text(IndexSchema::new().main(&ABSTRACT), term);
    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
    let found = reader.searcher().search(&query, &TopDocs::with_limit(10).order_by_score())?;
    writeln!(std::io::stdout(), "{found:?}")?;
    Ok(())
}
