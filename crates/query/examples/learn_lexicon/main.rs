//! Learns the lexicon from papers that have a summary in Chinese and a title and abstract
//! in English.
//!
//! ```console
//! $ cargo run --release -p query --example learn_lexicon -- \
//!       PAPERS.jsonl.gz crates/query/src/lexicon.tsv [even|odd]
//! ```
//!
//! PAPERS holds one JSON object a line with `id`, `title`, `abstract` and `zh` (the
//! summary). With `even` or `odd` only papers whose id ends so are learned from; the others
//! can be judged on.
//!
//! For each term of one language the program asks which word of the other explains that a
//! paper has it: IBM model 1 (Brown et al., The mathematics of statistical machine
//! translation, 1993), where a term competes for the words of its paper, or for none. A
//! word that would explain much else explains it less. The share of a translation is how
//! often it was the explanation. Only words that stand with the term more often than
//! chance has it are asked (Dunning's log-likelihood ratio). The same papers give the same
//! table.
//!
//! Abbreviations that the papers explain stand in the table as well, behind a `=`.

mod abbreviations;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};

use analysis::Analyzer;
use analysis::function_words::is_function_word;
use analysis::han::is_han;
use analysis::scan::{Piece, scan};
use analysis::stem::stem;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use abbreviations::Abbreviations;

/// A term in fewer papers is not learned: what stands beside it there is chance.
const MIN_PAPERS: u32 = 3;
/// A term in a larger share of the papers says nothing.
const MAX_SHARE: f64 = 0.5;
/// Several words are a term if they stand together in at least this share of the papers
/// that have the rarest of them.
const COHESION: f64 = 0.1;
/// Terms have at most so many words, and characters if they are Chinese.
const CHINESE_WORDS: usize = 3;
const CHINESE_CHARS: usize = 10;
const ENGLISH_WORDS: usize = 2;
/// Characters that hold Chinese sentences together: no term of several words begins or ends
/// with one.
const PARTICLES: &str = "的了和与及在对为以等将被是有并而从中上下该本其且或由到于";
/// With a smaller log-likelihood ratio a word is no candidate. 10.8 would be the
/// thousandth part of chance for a single pair.
const MIN_LLR: f64 = 10.0;
/// An English word is no candidate if it stands in a smaller share of the papers with a
/// Chinese term: an abstract is long, and much stands in it by chance. The reverse has to be
/// borne, since an English term may be called by many names in Chinese.
const MIN_TOGETHER: f64 = 0.1;
/// So many candidates a term, those with the highest ratio.
const CANDIDATES: usize = 200;
/// Passes of expectation and maximisation.
const PASSES: usize = 6;
/// How much of a term nothing explains, as a multiple of what a word would explain that
/// stands in all papers.
const NOTHING: f64 = 4.0;
/// What is added to what a word explains in all, so that rare words do not explain all
/// that stands near them.
const SMOOTHING: f64 = 1.0;
/// So many translations a term, and none with a smaller share.
const TRANSLATIONS: usize = 8;
const MIN_TRANSLATION: f64 = 0.1;

/// Stands between the words of a term.
const JOINT: &str = "\u{1f}";

#[derive(Deserialize)]
struct Source {
    id: String,
    title: String,
    #[serde(rename = "abstract")]
    abstract_text: Option<String>,
    zh: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (papers, output, rest) = match arguments.as_slice() {
        [papers, output] => (papers, output, None),
        [papers, output, half] if half == "even" => (papers, output, Some(0)),
        [papers, output, half] if half == "odd" => (papers, output, Some(1)),
        _ => return Err("usage: learn_lexicon PAPERS.jsonl.gz LEXICON.tsv [even|odd]".into()),
    };
    let analyzer = Analyzer::new();
    let (mut chinese, mut chinese_words) = (Terms::default(), Terms::default());
    let (mut english, mut english_words) = (Terms::default(), Terms::default());
    let mut abbreviations = Abbreviations::default();
    for line in BufReader::new(MultiGzDecoder::new(std::fs::File::open(papers)?)).lines() {
        let source: Source = serde_json::from_str(&line?)?;
        let last = source.id.bytes().last().unwrap_or_default();
        let (Some(summary), true) = (source.zh, rest.is_none_or(|rest| last % 2 == rest)) else { continue };
        let text = format!("{}\n{}", source.title, source.abstract_text.unwrap_or_default());
        chinese.add(chinese_terms(&summary, &analyzer));
        chinese_words.add(indexed_words(&summary, &analyzer));
        abbreviations.add(&text);
        english.add(english_terms(&text, ENGLISH_WORDS));
        english_words.add(english_terms(&text, 1));
    }
    for terms in [&mut chinese, &mut chinese_words, &mut english, &mut english_words] {
        terms.prune();
    }
    // The index has Chinese words that a query does not: those inside longer ones.
    let mut table = BTreeMap::new();
    table.extend(
        learn(&chinese, &english_words, MIN_TOGETHER)
            .into_iter()
            .map(|(term, row)| (term.replace(JOINT, ""), row)),
    );
    let from_chinese = table.len();
    table.extend(
        learn(&english, &chinese_words, 0.0).into_iter().map(|(term, row)| (term.replace(JOINT, " "), row)),
    );
    let translated = table.len();
    let lines = table.iter().map(|(term, row)| {
        let row: Vec<String> =
            row.iter().map(|(word, share)| format!("{word} {}", (share * 100.0).round())).collect();
        (term.clone(), row.join(" "))
    });
    let other_forms = abbreviations.both_ways();
    let other_forms = other_forms.iter().map(|(term, other)| (format!("={term}"), other.clone()));
    let lines: BTreeMap<String, String> = lines.chain(other_forms).collect();
    let mut out = std::io::BufWriter::new(std::fs::File::create(output)?);
    for (term, row) in &lines {
        writeln!(out, "{term}\t{row}")?;
    }
    out.flush()?;
    writeln!(
        std::io::stdout(),
        "{} papers: {from_chinese} Chinese terms, {} English ones, {} abbreviations and what they stand for",
        chinese.papers.len(),
        translated - from_chinese,
        lines.len() - translated
    )?;
    Ok(())
}

/// The Chinese words of a text as queries are cut, and neighbours that may be one term.
fn chinese_terms(text: &str, analyzer: &Analyzer) -> Vec<String> {
    let mut terms = Vec::new();
    for piece in scan(text) {
        let Piece::Run(run) = piece else { continue };
        let words = if run.han { analyzer.segment(&run.text) } else { Vec::new() };
        for first in 0..words.len() {
            for term in (1..=CHINESE_WORDS).filter_map(|length| words.get(first..first + length)) {
                let chars: usize = term.iter().map(|word| word.chars().count()).sum();
                let mut ends = [term.first(), term.last()].into_iter().flatten();
                let whole = term.len() == 1 || ends.all(|word| !PARTICLES.contains(word));
                if whole && chars <= CHINESE_CHARS {
                    terms.push(term.join(JOINT));
                }
            }
        }
    }
    terms
}

/// The Chinese words of a text that the index has.
fn indexed_words(text: &str, analyzer: &Analyzer) -> Vec<String> {
    let words = analyzer.analyze(text).words.into_iter().map(|term| term.text);
    words.filter(|word| word.chars().count() > 1 && word.chars().all(is_han)).collect()
}

/// The stems of a text, and neighbours that may be one term.
fn english_terms(text: &str, longest: usize) -> Vec<String> {
    let mut terms = Vec::new();
    let mut row: Vec<String> = Vec::new();
    for piece in scan(text) {
        let Piece::Word(compound) = piece else { continue };
        let whole = &compound.whole().text;
        let parts = compound.parts.iter().filter(|part| compound.parts.len() > 1 && is_telling(&part.text));
        terms.extend(parts.map(|part| stem(&part.text)));
        match is_telling(whole) {
            true => row.push(stem(whole)),
            false => row.clear(),
        }
        let first = row.len().saturating_sub(longest);
        terms.extend((first..row.len()).map(|first| row[first..].join(JOINT)));
    }
    terms
}

/// Whether a word means something that another language has a word for.
fn is_telling(word: &str) -> bool {
    (2..30).contains(&word.len())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !is_function_word(word)
}

/// The terms of all papers, by number.
#[derive(Default)]
struct Terms {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
    /// For each paper its terms, each once, in order.
    papers: Vec<Vec<u32>>,
}

impl Terms {
    fn add(&mut self, terms: Vec<String>) {
        let mut paper: Vec<u32> = terms.into_iter().map(|term| self.number(term)).collect();
        paper.sort_unstable();
        paper.dedup();
        self.papers.push(paper);
    }

    fn number(&mut self, term: String) -> u32 {
        let next = self.names.len() as u32;
        *self.numbers.entry(term).or_insert_with_key(|term| {
            self.names.push(term.clone());
            next
        })
    }

    /// In how many papers each term is.
    fn frequencies(&self) -> Vec<u32> {
        let mut frequencies = vec![0; self.names.len()];
        for &term in self.papers.iter().flatten() {
            frequencies[term as usize] += 1;
        }
        frequencies
    }

    /// Drops what is too rare, too frequent, no term or a single character.
    fn prune(&mut self) {
        let frequencies = self.frequencies();
        let most = (self.papers.len() as f64 * MAX_SHARE) as u32;
        let keeps = |(name, &papers): (&String, &u32)| {
            let words = || name.split(JOINT).filter_map(|word| self.numbers.get(word));
            let rarest = words().map(|&word| frequencies[word as usize]).min().unwrap_or_default();
            name.chars().nth(1).is_some()
                && (MIN_PAPERS..=most).contains(&papers)
                && (!name.contains(JOINT) || f64::from(papers) >= COHESION * f64::from(rarest))
        };
        let kept: Vec<bool> = self.names.iter().zip(&frequencies).map(keeps).collect();
        for paper in &mut self.papers {
            paper.retain(|&term| kept[term as usize]);
        }
    }
}

/// Learns which words the terms are called by, of those in at least a share of its papers: for
/// each term its translations with their shares, the likeliest first.
fn learn(terms: &Terms, words: &Terms, together: f64) -> Vec<(String, Vec<(String, f64)>)> {
    let count = terms.papers.len() as f64;
    let mut postings: Vec<Vec<usize>> = vec![Vec::new(); terms.names.len()];
    for (paper, own) in terms.papers.iter().enumerate() {
        own.iter().for_each(|&term| postings[term as usize].push(paper));
    }
    let word_frequencies = words.frequencies();
    // For each term, how likely each candidate is to be said by it; then what it explains.
    let mut table: Vec<Vec<(u32, f64)>> =
        postings.iter().map(|papers| candidates(papers, words, &word_frequencies, together)).collect();
    let mut likely = vec![0.0; words.names.len()];
    for pass in 0..PASSES {
        let mut totals = vec![SMOOTHING; words.names.len()];
        for (row, papers) in table.iter_mut().zip(&postings) {
            row.iter().for_each(|&(word, value)| likely[word as usize] = value);
            let nothing = NOTHING * papers.len() as f64 / count;
            let mut explained: HashMap<u32, f64> = HashMap::with_capacity(row.len());
            for &paper in papers {
                let others = words.papers[paper].iter().map(|&word| (word, likely[word as usize]));
                let sum: f64 = nothing + others.clone().map(|(_, value)| value).sum::<f64>();
                for (word, value) in others.filter(|(_, value)| *value > 0.0) {
                    *explained.entry(word).or_default() += value / sum;
                }
            }
            for (word, value) in row {
                likely[*word as usize] = 0.0;
                *value = explained.get(word).copied().unwrap_or_default();
                totals[*word as usize] += *value;
            }
        }
        if pass + 1 < PASSES {
            table.iter_mut().flatten().for_each(|(word, value)| *value /= totals[*word as usize]);
        }
    }
    let mut learned = Vec::new();
    for (name, mut row) in terms.names.iter().zip(table) {
        sort(&mut row);
        row.truncate(TRANSLATIONS);
        let sum: f64 = row.iter().map(|(_, value)| value).sum();
        row.retain(|(_, value)| *value >= MIN_TRANSLATION * sum);
        if !row.is_empty() {
            let named =
                row.into_iter().map(|(word, value)| (words.names[word as usize].clone(), value / sum));
            learned.push((name.clone(), named.collect()));
        }
    }
    learned
}

/// The words that may be what a term in these papers is called, each in at least a share of
/// them and as likely at first as it is rare.
fn candidates(papers: &[usize], words: &Terms, frequencies: &[u32], least: f64) -> Vec<(u32, f64)> {
    let mut together: HashMap<u32, u32> = HashMap::new();
    for &word in papers.iter().flat_map(|&paper| &words.papers[paper]) {
        *together.entry(word).or_default() += 1;
    }
    let all = words.papers.len() as f64;
    let own = papers.len() as f64;
    let mut rated: Vec<(u32, f64)> = together
        .into_iter()
        .map(|(word, both)| (word, f64::from(both), f64::from(frequencies[word as usize])))
        .filter(|(_, both, other)| *both >= f64::max(2.0, least * own) && both * all > own * other)
        .map(|(word, both, other)| (word, log_likelihood_ratio(both, own, other, all)))
        .filter(|(_, ratio)| *ratio > MIN_LLR)
        .collect();
    sort(&mut rated);
    rated.truncate(CANDIDATES);
    rated.into_iter().map(|(word, _)| (word, 1.0 / f64::from(frequencies[word as usize]))).collect()
}

/// Highest first, equals by number.
fn sort(row: &mut [(u32, f64)]) {
    row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

/// Dunning, Accurate methods for the statistics of surprise and coincidence, 1993: of
/// `all` papers `one` have the one, `other` the other, and `both` both.
fn log_likelihood_ratio(both: f64, one: f64, other: f64, all: f64) -> f64 {
    let term = |found: f64, row: f64, column: f64| match found > 0.0 {
        true => found * (found * all / (row * column)).ln(),
        false => 0.0,
    };
    2.0 * (term(both, one, other)
        + term(one - both, one, all - other)
        + term(other - both, all - one, other)
        + term(all - one - other + both, all - one, all - other))
}
