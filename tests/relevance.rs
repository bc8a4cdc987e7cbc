//! Ranking as a golden file: where judged queries over the sample digests find the papers
//! that they ask for. Each change of ranking shows in the difference.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use crate::harness::{Work, digest, json_lines, paper, path, sample_papers, text_of};

/// A query and the papers that it asks for, a line each.
const JUDGED: &str = include_str!("data/judged.tsv");

/// What of the papers is there, and whether queries are translated.
const VIEWS: [(&str, Texts, &[&str]); 5] = [
    ("whole papers", Texts::All, &[]),
    ("titles and abstracts", Texts::English, &[]),
    ("titles and abstracts, untranslated", Texts::English, &["--no-translate"]),
    ("summaries", Texts::Chinese, &[]),
    ("summaries, untranslated", Texts::Chinese, &["--no-translate"]),
];

#[derive(Clone, Copy, PartialEq)]
enum Texts {
    All,
    English,
    Chinese,
}

/// The samples as one digest, with these texts of each paper.
fn rendered(texts: Texts) -> String {
    let shown = |wanted: bool, value: &Value, key: &str, otherwise: &str| match wanted {
        true => text_of(value, key).to_string(),
        false => otherwise.to_string(),
    };
    let papers: Vec<_> = sample_papers()
        .iter()
        .map(|sample| {
            let (english, chinese) = (texts != Texts::Chinese, texts != Texts::English);
            let title = shown(english, sample, "title", "Untitled");
            let text = shown(english, sample, "abstract", "Nothing.");
            let id = format!("{}v{}", text_of(sample, "id"), sample["version"]);
            paper(&id, &title, &format!("{text}\n")).summary(&shown(chinese, sample, "summary", "无。"))
        })
        .collect();
    digest("2026-03-17", &papers)
}

/// The ranks of the wished-for papers among the hits.
fn ranks(answer: &Value, wanted: &BTreeSet<&str>) -> Vec<usize> {
    let hits = answer["hits"].as_array().unwrap();
    let found = (1..).zip(hits).filter(|(_, hit)| wanted.contains(text_of(hit, "id")));
    found.map(|(rank, _)| rank).collect()
}

#[test]
fn wished_for_papers_come_first() {
    let judged: Vec<(&str, BTreeSet<&str>)> = JUDGED
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .map(|(query, ids)| (query, ids.split(' ').collect()))
        .collect();
    let queries: Vec<&str> = judged.iter().map(|(query, _)| *query).collect();
    let mut report = String::new();
    for (view, texts, flags) in VIEWS {
        let work = Work::new();
        let digest = work.write("2026-03-17.txt", rendered(texts));
        work.run(["index", path(&digest)]).succeeds();
        let file = work.write("queries.txt", queries.join("\n"));
        let command = ["query", "--batch", path(&file), "-n", "44", "--format", "jsonl"];
        let outcome = work.run(command.iter().chain(flags)).succeeds();
        let answers = json_lines(&outcome.stdout);
        assert_eq!(answers.len(), judged.len());
        let (mut recall, mut reciprocal) = ([0.0; 3], 0.0);
        let mut lines = String::new();
        for ((query, wanted), answer) in judged.iter().zip(&answers) {
            let ranks = ranks(answer, wanted);
            for (recall, depth) in recall.iter_mut().zip([1, 5, 10]) {
                let found = ranks.iter().filter(|rank| **rank <= depth).count();
                *recall += found as f64 / wanted.len().min(depth) as f64 / judged.len() as f64;
            }
            reciprocal += ranks.first().map_or(0.0, |rank| 1.0 / *rank as f64) / judged.len() as f64;
            // What is as it should be need not be told.
            if !ranks.iter().copied().eq(1..=wanted.len()) {
                let ranks: Vec<String> = ranks.iter().map(ToString::to_string).collect();
                writeln!(lines, "  {query}: {} ({} wanted)", ranks.join(" "), wanted.len()).unwrap();
            }
        }
        let [first, fifth, tenth] = recall;
        writeln!(
            report,
            "{view}: recall@1 {first:.3}, @5 {fifth:.3}, @10 {tenth:.3}, MRR {reciprocal:.3}\n{lines}"
        )
        .unwrap();
    }
    insta::assert_snapshot!(report);
}
