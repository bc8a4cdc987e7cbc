//! The baseline that the ranking is measured against: plain BM25 over one field, title,
//! summary and abstract put together, with the words that the index has.
//!
//! It takes what `tools/relevance.py` asks of the program, and nothing else:
//!
//! ```console
//! $ plain_bm25 --index DIR index --quiet FOLDER
//! $ plain_bm25 --index DIR query --batch - -n 100 --format trec < QUERIES.jsonl
//! ```
//!
//! `index` notes the folder, `query` reads it and holds everything in memory.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use analysis::Analyzer;
use ingest::KnownTitles;

/// The constants that Robertson and others give for BM25 (Okapi at TREC-3, 1994).
const K1: f32 = 1.2;
const B: f32 = 0.75;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--index", index, "index", "--quiet", folder] => note_folder(Path::new(index), folder),
        ["--index", index, "query", "--batch", "-", "-n", limit, "--format", "trec"] => {
            answer(Path::new(index), limit.parse()?)
        }
        _ => {
            Err("usage: plain_bm25 --index DIR index --quiet FOLDER | query --batch - -n N --format trec"
                .into())
        }
    }
}

fn folder_file(index: &Path) -> PathBuf {
    index.join("folder")
}

fn note_folder(index: &Path, folder: &str) -> Result<(), Failure> {
    std::fs::create_dir_all(index)?;
    Ok(std::fs::write(folder_file(index), folder)?)
}

fn answer(index: &Path, limit: usize) -> Result<(), Failure> {
    let analyzer = Analyzer::new();
    let collection = Collection::read(&std::fs::read_to_string(folder_file(index))?, &analyzer)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let query: serde_json::Value = serde_json::from_str(&line?)?;
        let (Some(id), Some(text)) = (query["id"].as_str(), query["query"].as_str()) else {
            return Err(format!("{query} has no id or no query").into());
        };
        for ((score, paper), rank) in collection.search(text, limit, &analyzer).into_iter().zip(1..) {
            writeln!(out, "{id} Q0 {paper} {rank} {score} plain-bm25")?;
        }
    }
    Ok(out.flush()?)
}

/// All papers, with the postings of all words.
#[derive(Default)]
struct Collection {
    ids: Vec<String>,
    lengths: Vec<usize>,
    postings: HashMap<String, Vec<(usize, f32)>>,
}

impl Collection {
    fn read(folder: &str, analyzer: &Analyzer) -> Result<Collection, Failure> {
        let mut collection = Collection::default();
        for file in ingest::find(&[PathBuf::from(folder)])?.files {
            let digest = ingest::parse_as(&ingest::read(&file.path)?, None, &KnownTitles::default())?;
            for paper in digest.entries.into_iter().map(|entry| entry.paper) {
                let parts = [Some(paper.title.clone()), paper.summary.clone(), paper.abstract_text.clone()];
                let text = parts.into_iter().flatten().collect::<Vec<_>>().join("\n");
                collection.add(paper.key(), &text, analyzer);
            }
        }
        Ok(collection)
    }

    fn add(&mut self, id: String, text: &str, analyzer: &Analyzer) {
        let words = words(text, analyzer);
        let paper = self.ids.len();
        self.ids.push(id);
        self.lengths.push(words.len());
        let mut frequencies: HashMap<String, f32> = HashMap::new();
        for word in words {
            *frequencies.entry(word).or_default() += 1.0;
        }
        for (word, frequency) in frequencies {
            self.postings.entry(word).or_default().push((paper, frequency));
        }
    }

    /// The best papers with their scores, equal ones by id.
    fn search(&self, query: &str, limit: usize, analyzer: &Analyzer) -> Vec<(f32, &str)> {
        let papers = self.ids.len() as f32;
        let mean = self.lengths.iter().sum::<usize>() as f32 / papers;
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for word in words(query, analyzer) {
            let Some(postings) = self.postings.get(&word) else { continue };
            let with = postings.len() as f32;
            let idf = (1.0 + (papers - with + 0.5) / (with + 0.5)).ln();
            for (paper, frequency) in postings {
                let length = 1.0 - B + B * self.lengths[*paper] as f32 / mean;
                *scores.entry(*paper).or_default() +=
                    idf * frequency * (K1 + 1.0) / (frequency + K1 * length);
            }
        }
        let mut ranked: Vec<(f32, &str)> =
            scores.into_iter().map(|(paper, score)| (score, self.ids[paper].as_str())).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        ranked.truncate(limit);
        ranked
    }
}

fn words(text: &str, analyzer: &Analyzer) -> Vec<String> {
    analyzer.analyze(text).words.into_iter().map(|term| term.text).collect()
}
