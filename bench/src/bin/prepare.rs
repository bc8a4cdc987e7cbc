//! Digests to what the peers take: `prepare INDEX OUT` reads all papers of an index of the program, and writes to
//! the folder OUT `documents` (for `ceiling`), `papers.sql` (for SQLite, its text cut into words as the program
//! cuts it) and `papers.jsonl` (for SeekStorm, which cuts Chinese itself).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use analysis::Analyzer;
use analysis::fields::{Analysis, FIELDS, RECORD, Values};
use analysis::names::Name;
use bench::{Document, Documents, Value};
use indexer::{IndexSchema, OpenIndex, day_number};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [index, out] = &arguments[..] else { anyhow::bail!("prepare INDEX OUT") };
    let index = OpenIndex::open(index)?;
    std::fs::create_dir_all(out)?;
    let schema = IndexSchema::new();
    let analyzer = Analyzer::new();
    let mut documents = Documents::create(&out.join("documents"))?;
    let mut sql = BufWriter::new(File::create(out.join("papers.sql"))?);
    let mut lines = BufWriter::new(File::create(out.join("papers.jsonl"))?);
    writeln!(
        sql,
        "PRAGMA journal_mode=off; PRAGMA synchronous=full;\nCREATE VIRTUAL TABLE papers USING fts5(id UNINDEXED, title, \
         summary, abstract, authors, tokenize='porter unicode61');\nBEGIN;"
    )?;
    let mut failure = Ok(());
    index.for_each_record(&mut |record| {
        if failure.is_err() {
            return;
        }
        let mut values = Vec::new();
        for field in FIELDS {
            let main = schema.main(field).field_id();
            match (field.values)(&record) {
                Values::Texts(texts) => {
                    for text in texts {
                        match field.analysis {
                            Analysis::Text => {
                                let analyzed = analyzer.analyze(&text);
                                let exact = schema.exact(field).field_id();
                                for (handle, terms) in [(main, analyzed.words), (exact, analyzed.exact)] {
                                    let terms =
                                        terms.into_iter().map(|term| (term.text, term.position)).collect();
                                    values.push((handle, Value::Terms(terms)));
                                }
                            }
                            Analysis::Name => {
                                let terms = Name::new(&text).iter().flat_map(Name::terms).collect::<Vec<_>>();
                                values.extend(terms.into_iter().map(|term| (main, Value::Text(term))));
                            }
                            _ => values.push((main, Value::Text(text.into_owned()))),
                        }
                    }
                }
                Values::Days(days) => {
                    values.extend(days.into_iter().map(|day| (main, Value::Number(day_number(day)))));
                }
                Values::Record => {}
            }
        }
        let mut write = || -> anyhow::Result<()> {
            let stored = serde_json::to_string(&(&record.id, record.occurrences()))?;
            values.push((schema.main(&RECORD).field_id(), Value::Text(stored)));
            documents.push(&Document { values: std::mem::take(&mut values) })?;
            let paper = record.paper();
            let summary = paper.summary.as_deref().unwrap_or_default();
            let text = paper.abstract_text.as_deref().unwrap_or_default();
            let authors = paper.authors.join(", ");
            let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
            let cut = analyzer.analyze(summary).words;
            let cut: Vec<&str> = cut.iter().map(|term| term.text.as_str()).collect();
            let row = [&record.id, &paper.title, &cut.join(" "), text, &authors].map(quoted);
            writeln!(sql, "INSERT INTO papers VALUES({});", row.join(","))?;
            let fields = serde_json::json!({
                "id": record.id, "title": paper.title, "summary": summary, "abstract": text, "authors": authors,
            });
            writeln!(lines, "{fields}")?;
            Ok(())
        };
        failure = write();
    })?;
    failure?;
    writeln!(sql, "COMMIT;")?;
    Ok(())
}
