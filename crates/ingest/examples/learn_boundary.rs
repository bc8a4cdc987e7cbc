//! Learns the weights of the boundary rule from papers whose titles and abstracts are known.
//!
//! ```console
//! $ cargo run --release -p ingest --features learn --example learn_boundary -- \
//!       PAPERS.jsonl.gz crates/ingest/src/plain/boundary/weights.tsv
//! ```
//!
//! PAPERS holds one JSON object a line with `title`, `abstract`, `zh` (the summary) and
//! `date`. Abstracts are glued to titles of other papers, cleaned as digests clean them;
//! a conditional logit model learns to choose among the candidates of each line (the
//! softmax of their scores, by stochastic gradient descent with AdaGrad and L1 pruning).
//! A fifth of the days is held out and only judged on. The same input gives the same
//! table: there is no other source of chance than the fixed seed.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};

use flate2::read::MultiGzDecoder;
use ingest::learning::example;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

/// With how many titles each abstract is glued.
const PARTNERS: usize = 4;
/// One day in so many is held out.
const HELD_OUT: u64 = 5;
/// A feature that fewer lines have is not learned: each title stands in some
/// [`PARTNERS`] lines, and what one title alone has is no rule.
const MIN_LINES: usize = 5 * PARTNERS;
const EPOCHS: usize = 12;
const RATE: f32 = 0.25;
/// How strongly weights are drawn to zero.
const L1: f32 = 2e-5;
/// At most so many weights are shipped, the largest.
const MAX_WEIGHTS: usize = 14_000;
/// Smaller weights are not shipped.
const MIN_WEIGHT: f32 = 0.02;

#[derive(Deserialize)]
struct Source {
    title: String,
    #[serde(rename = "abstract")]
    abstract_text: Option<String>,
    zh: Option<String>,
    date: Option<String>,
}

struct Paper {
    title: String,
    text: String,
    summary: String,
    held_out: bool,
}

/// A labelled line, its features as numbers.
struct Line {
    candidates: Vec<Vec<u32>>,
    right: usize,
    /// The bytes at which the candidates are.
    places: Vec<usize>,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("usage: learn_boundary PAPERS.jsonl.gz WEIGHTS.tsv".into());
    };
    let papers = read(&input)?;
    let (held_out, known): (Vec<Paper>, Vec<Paper>) = papers.into_iter().partition(|paper| paper.held_out);
    let mut numbers = Numbers::default();
    let (train, train_missed) = lines(&known, &mut numbers, true);
    numbers.prune();
    let train: Vec<Line> = train.into_iter().map(|line| numbers.only_kept(line)).collect();
    let (test, test_missed) = lines(&held_out, &mut numbers, false);
    let mut weights = vec![0.0_f32; numbers.names.len()];
    learn(&train, &test, &mut weights);
    ship(&mut weights, &numbers, &output)?;
    for line in test.iter().filter(|line| best(line, &weights) != line.right) {
        show(&line.text, line.places[line.right], Some(line.places[best(line, &weights)]));
    }
    let mut out = std::io::stdout();
    for (name, lines, missed) in [("learned from", &train, train_missed), ("held out", &test, test_missed)] {
        let right = lines.iter().filter(|line| best(line, &weights) == line.right).count();
        let all = lines.len() + missed;
        writeln!(
            out,
            "{name}: {right} of {all} lines right = {:.5} ({missed} not among the candidates)",
            right as f64 / all as f64
        )?;
    }
    Ok(())
}

/// Shows a held-out line that was cut at the wrong place: `|` is right, `¦` was chosen.
fn show(line: &str, right: usize, chosen: Option<usize>) {
    let mut marked = line.to_string();
    let mut marks = vec![(right, '|')];
    marks.extend(chosen.map(|at| (at, '¦')));
    marks.sort();
    for (at, mark) in marks.into_iter().rev() {
        marked.insert(at, mark);
    }
    let from = marked.floor_char_boundary(marked.len().saturating_sub(200));
    let _ = writeln!(std::io::stderr(), "wrong: …{}", &marked[from..]);
}

fn read(path: &str) -> Result<Vec<Paper>, Box<dyn std::error::Error>> {
    let reader = BufReader::new(MultiGzDecoder::new(std::fs::File::open(path)?));
    let mut papers = Vec::new();
    for line in reader.lines() {
        let source: Source = serde_json::from_str(&line?)?;
        let (Some(text), Some(date)) = (source.abstract_text, source.date) else { continue };
        papers.push(Paper {
            title: fold(&source.title),
            text: fold(&text),
            summary: fold(&source.zh.unwrap_or_default()),
            held_out: xxh3_64(date.as_bytes()).is_multiple_of(HELD_OUT),
        });
    }
    Ok(papers)
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title as digests show it: as it is, without colons and inline math, or also without
/// the characters that a file name may not hold.
fn cleaned(title: &str, rule: u64) -> String {
    let mut out = String::new();
    if rule == 0 {
        return title.to_string();
    }
    let mut rest = title;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        match after.split_once('$') {
            Some((_, behind)) => rest = behind,
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    let dropped: &[char] = if rule == 1 { &[':'] } else { &[':', '\\', '/', '*', '?', '"', '<', '>', '|'] };
    let cleaned = fold(&out.replace(dropped, ""));
    if cleaned.is_empty() { title.to_string() } else { cleaned }
}

/// Glues abstracts to titles; also returns how many lines have their title at no candidate.
fn lines(papers: &[Paper], numbers: &mut Numbers, learn: bool) -> (Vec<Line>, usize) {
    let mut lines = Vec::new();
    let mut missed = 0;
    for (at, paper) in papers.iter().enumerate() {
        for partner in 0..PARTNERS {
            let chance = xxh3_64(format!("{at} {partner}").as_bytes());
            let other = match partner {
                0 => (at + 1) % papers.len(),
                _ => (chance % papers.len() as u64) as usize,
            };
            let other = &papers[other];
            // As many cleaned titles of either kind, some as they are.
            let title = cleaned(&other.title, [1, 1, 2, 2, 0][(chance >> 32) as usize % 5]);
            let line = format!("{}{title}", paper.text);
            let summary = if chance >> 48 & 15 == 0 { "" } else { &other.summary };
            let example = example(&line, paper.text.len(), &paper.title, summary);
            let Some(right) = example.right else {
                missed += 1;
                if !learn {
                    show(&line, paper.text.len(), None);
                }
                continue;
            };
            let candidates: Vec<Vec<u32>> =
                example.candidates.iter().map(|features| numbers.of(features, learn)).collect();
            if learn {
                numbers.count(&candidates);
            }
            lines.push(Line { candidates, right, places: example.places, text: line });
        }
    }
    (lines, missed)
}

/// Features by number.
#[derive(Default)]
struct Numbers {
    numbers: HashMap<(String, String), u32>,
    names: Vec<(String, String)>,
    counts: Vec<usize>,
    kept: Option<Vec<bool>>,
}

impl Numbers {
    fn of(&mut self, features: &[(String, String)], learn: bool) -> Vec<u32> {
        let mut found = Vec::with_capacity(features.len());
        for feature in features {
            let number = match self.numbers.get(feature) {
                Some(&number) => number,
                None if learn => {
                    let number = self.names.len() as u32;
                    self.numbers.insert(feature.clone(), number);
                    self.names.push(feature.clone());
                    self.counts.push(0);
                    number
                }
                None => continue,
            };
            if self.kept.as_ref().is_none_or(|kept| kept[number as usize]) {
                found.push(number);
            }
        }
        found
    }

    /// Counts a line's features, each once.
    fn count(&mut self, candidates: &[Vec<u32>]) {
        let distinct: HashSet<u32> = candidates.iter().flatten().copied().collect();
        for number in distinct {
            self.counts[number as usize] += 1;
        }
    }

    fn prune(&mut self) {
        self.kept = Some(self.counts.iter().map(|&count| count >= MIN_LINES).collect());
    }

    fn only_kept(&self, mut line: Line) -> Line {
        if let Some(kept) = &self.kept {
            for features in &mut line.candidates {
                features.retain(|&number| kept[number as usize]);
            }
        }
        line
    }
}

fn score(features: &[u32], weights: &[f32]) -> f32 {
    features.iter().map(|&number| weights[number as usize]).sum()
}

fn best(line: &Line, weights: &[f32]) -> usize {
    let scores: Vec<f32> = line.candidates.iter().map(|features| score(features, weights)).collect();
    // The later of equals, as the rule itself has it.
    (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b))).unwrap_or(0)
}

fn learn(train: &[Line], test: &[Line], weights: &mut [f32]) {
    let mut squares = vec![1e-6_f32; weights.len()];
    let mut order: Vec<usize> = (0..train.len()).collect();
    for epoch in 0..EPOCHS {
        order.sort_by_key(|&at| xxh3_64(format!("{epoch} {at}").as_bytes()));
        for &at in &order {
            let line = &train[at];
            let scores: Vec<f32> = line.candidates.iter().map(|features| score(features, weights)).collect();
            let highest = scores.iter().copied().fold(f32::MIN, f32::max);
            let shares: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
            let sum: f32 = shares.iter().sum();
            for (candidate, features) in line.candidates.iter().enumerate() {
                let error = shares[candidate] / sum - f32::from(u8::from(candidate == line.right));
                if error.abs() < 1e-4 {
                    continue;
                }
                for &number in features {
                    let number = number as usize;
                    squares[number] += error * error;
                    let step = RATE / squares[number].sqrt();
                    let weight = weights[number] - step * error;
                    weights[number] = weight.signum() * (weight.abs() - step * L1).max(0.0);
                }
            }
        }
        let right = |lines: &[Line]| {
            lines.iter().filter(|line| best(line, weights) == line.right).count() as f64 / lines.len() as f64
        };
        let _ = writeln!(
            std::io::stderr(),
            "epoch {epoch}: learned from {:.5}, held out {:.5}",
            right(train),
            right(test)
        );
    }
}

/// Writes the largest weights, rounded as they are written; the others become 0.
fn ship(weights: &mut [f32], numbers: &Numbers, output: &str) -> std::io::Result<()> {
    let mut order: Vec<usize> = (0..weights.len()).filter(|&at| weights[at].abs() >= MIN_WEIGHT).collect();
    order.sort_by(|&a, &b| weights[b].abs().total_cmp(&weights[a].abs()));
    order.truncate(MAX_WEIGHTS);
    let mut rows: Vec<String> = order
        .iter()
        .map(|&at| format!("{}\t{}\t{:.2}", numbers.names[at].0, numbers.names[at].1, weights[at]))
        .collect();
    rows.sort();
    let shipped: HashMap<usize, f32> =
        order.iter().map(|&at| (at, (weights[at] * 100.0).round() / 100.0)).collect();
    for (at, weight) in weights.iter_mut().enumerate() {
        *weight = shipped.get(&at).copied().unwrap_or(0.0);
    }
    rows.push(String::new());
    std::fs::write(output, rows.join("\n"))
}
