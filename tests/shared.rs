//! Real digests that lie beside the checkout, where they do. Nothing of them is kept
//! here; they are read when the tests run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{Work, ids_of, json_lines, paper, path, repository, text_of};

/// The digests and what they hold; `None`, said aloud, where they are not there.
fn seeds() -> Option<(PathBuf, Vec<Value>)> {
    let data = repository().join("../shared/data");
    let (digests, gold) = (data.join("seeds"), data.join("seeds-gold.jsonl"));
    match fs::read_to_string(&gold) {
        Ok(text) if digests.is_dir() => Some((digests, json_lines(&text))),
        _ => {
            eprintln!("SKIPPED: no real digests beside the checkout ({} is missing)", gold.display());
            None
        }
    }
}

#[test]
fn real_digests_are_split_exactly() {
    let Some((digests, gold)) = seeds() else { return };
    let outcome = Work::new().run(["parse", path(&digests)]).succeeds();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for paper in json_lines(&outcome.stdout) {
        let file = text_of(&paper, "file").rsplit('/').next().unwrap().to_string();
        found.entry(file).or_default().push(paper);
    }
    for expected in &gold {
        let (file, order) = (text_of(expected, "file"), expected["order"].as_u64().unwrap());
        let paper = &found[file][usize::try_from(order).unwrap()];
        for (field, in_gold) in [
            ("title", "title"),
            ("summary", "zh"),
            ("authors", "authors"),
            ("date", "date"),
            ("id", "id"),
            ("version", "version"),
            ("truncated", "truncated"),
        ] {
            assert_eq!(paper[field], expected[in_gold], "{field} of {}", expected["id"]);
        }
        // An abstract of which nothing is left is none.
        assert_eq!(text_of(paper, "abstract"), text_of(expected, "abstract"), "{}", expected["id"]);
        assert_eq!(paper["position"], order + 1, "{}", expected["id"]);
        assert_eq!(paper["digest_date"], expected["digest"]["date"], "{}", expected["id"]);
    }
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), gold.len());
}

/// The Chinese sentences of real papers, by id, one in twenty; `None`, said aloud, where
/// they are not there.
fn real_summaries() -> Option<Vec<(String, String)>> {
    let path = repository().join("../shared/data/papers-dev.jsonl.gz");
    let Ok(file) = fs::File::open(&path) else {
        eprintln!("SKIPPED: no real papers beside the checkout ({} is missing)", path.display());
        return None;
    };
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines().step_by(20);
    let papers = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    Some(papers.map(|paper| (text_of(&paper, "id").to_string(), text_of(&paper, "zh").to_string())).collect())
}

/// The whole Chinese text, cut anywhere, must be found.
#[test]
fn every_piece_of_real_chinese_is_found() {
    let Some(summaries) = real_summaries() else { return };
    let work = Work::new();
    let papers: Vec<_> =
        summaries.iter().map(|(id, zh)| paper(id, "A Title", "An abstract.").summary(zh)).collect();
    work.digest("papers/a.txt", "2026-01-05", &papers);
    work.run(["index", path(&work.path("papers"))]);
    let mut pieces: BTreeSet<(String, &str)> = BTreeSet::new();
    for (id, summary) in &summaries {
        for run in summary.split(|ch: char| !('\u{4e00}'..='\u{9fff}').contains(&ch)) {
            let run: Vec<char> = run.chars().collect();
            for length in 2..=run.len() {
                pieces.extend(run.windows(length).map(|piece| (piece.iter().collect(), id.as_str())));
            }
        }
    }
    // In the order of the text, so that all lengths are among them.
    let pieces: Vec<(String, &str)> = pieces.into_iter().step_by(97).collect();
    assert!(pieces.len() > 1000, "{}", pieces.len());
    let answers = work.batch(pieces.iter().map(|(piece, _)| {
        serde_json::json!({"query": format!("\"{piece}\""), "limit": summaries.len()}).to_string()
    }));
    for ((piece, id), answer) in pieces.iter().zip(&answers) {
        assert!(ids_of(answer).contains(id), "{piece} does not find {id}");
    }
}

#[test]
fn every_real_title_finds_its_paper_first() {
    let Some((digests, gold)) = seeds() else { return };
    let work = Work::new();
    work.run(["index", path(&digests)]).succeeds();
    for (field, lines) in ["title", "zh"].map(|field| (field, gold.iter().map(|paper| text_of(paper, field))))
    {
        let answers =
            work.batch(lines.map(|text| serde_json::json!({"query": text, "limit": 1}).to_string()));
        for (paper, answer) in gold.iter().zip(&answers) {
            assert_eq!(ids_of(answer), [text_of(paper, "id")], "{field}: {}", text_of(paper, field));
        }
    }
}
